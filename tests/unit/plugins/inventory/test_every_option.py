# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every option of an inventory file in every way in which people get it wrong: refused in a sentence that names it, or taken, with no more hosts than it says.

The options come from the documentation as ansible-core reads it, fragments included, so one without a row in the table is a failure. One process reads all
files.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
import yaml

from simulator import Fleet, Simulator

NAME = "azdo.connections.azdo"
ALL = {"docs", "payments", "web-shop"}
# What stands in the table where an option is taken: the hosts that there are. REFUSED is an error of ours, CORE one of ansible-core.
REFUSED, CORE = "refused", "core"
Outcome = str | set[str]


class Row(t.NamedTuple):
    """What becomes of an option with a value that fits, an empty one, one of another type, one of no choice or no sense, and one text with commas."""

    good: tuple[t.Any, Outcome]
    empty: Outcome
    typed: tuple[t.Any, Outcome]
    unknown: tuple[t.Any, Outcome]
    commas: tuple[str, Outcome]


def _names(good: list[str], hosts: Outcome, both: Outcome, commas: str) -> Row:
    return Row((good, hosts), REFUSED, ({"a": "b"}, REFUSED), (["Paymnets"], REFUSED), (commas, both))


def _one_of(good: str, hosts: Outcome, other: str, both: Outcome, empty: Outcome = REFUSED) -> Row:
    return Row(([good], hosts), empty, ([{"a": "b"}], REFUSED), (["workload"], REFUSED), (f"{good}, {other}", both))


def _text(good: t.Any = None, unknown: tuple[t.Any, Outcome] = ("nonsense", ALL), both: Outcome | None = None) -> Row:
    """A text that nothing is known of until it is used."""
    return Row((good, ALL), ALL, (["a"], REFUSED), unknown, ("a, b", both or unknown[1]))


def _plain(good: t.Any) -> Row:
    """A flag or a number."""
    return Row((good, ALL), ALL, ([good], REFUSED), ("nonsense", REFUSED), (f"{good}, {good}", REFUSED))


ADDRESS = "the address of the simulator"
TOKEN = "the token of the simulator"
# These come after the token that is there as well, so that nobody else is asked; a certificate authority is for https.
BESIDE_A_TOKEN = ("tenant", "client_id", "secret", "x509_certificate_path", "x509_certificate_password")
TABLE: dict[str, Row] = {
    "plugin": Row((NAME, ALL), CORE, ([NAME], CORE), ("azdo.connections.azdu", CORE), (f"{NAME}, {NAME}", CORE)),
    "hosts_from": Row(("project", ALL), ALL, (["project"], REFUSED), ("projects", REFUSED), ("project, connection", REFUSED)),
    "organizations": Row(([ADDRESS], ALL), REFUSED, ([{"a": "b"}], REFUSED), (["https://"], REFUSED), (f"{ADDRESS}, {ADDRESS}/", ALL)),
    "include_projects": _names(["PAY*"], {"payments"}, {"docs", "payments"}, "payments, Docs"),
    "exclude_projects": _names(["PAY*"], {"docs", "web-shop"}, {"web-shop"}, "payments, Docs"),
    "include_connections": _names(["azure-*"], {"payments", "web-shop"}, ALL, "hub, pages"),
    "exclude_connections": _names(["pages"], {"payments", "web-shop"}, {"payments", "web-shop"}, "pages, hub"),
    "schemes": _one_of("workload_identity_federation", {"docs"}, "managed_identity", {"docs"}),
    "issuers": _one_of("azure_devops", {"docs"}, "entra", {"docs"}),
    "creation_modes": _one_of("manual", {"web-shop"}, "automatic", ALL),
    "eligible_for": _one_of("workload_identity_federation", {"payments"}, "entra_issuer", {"payments"}),
    "include": _one_of("usage", ALL, "usage", ALL, empty=ALL),
    "production": Row(("^pay", ALL), ALL, (["a"], REFUSED), ("(prod", REFUSED), ("prod, live", ALL)),
    "concurrency": _plain(4),
    "organization_url": Row((ADDRESS, ALL), REFUSED, (["a"], REFUSED), ("https://", REFUSED), (f"{ADDRESS}, {ADDRESS}", REFUSED)),
    "credentials_file": _text(None, ("nowhere.yml", REFUSED)),
    "auth_source": _text("auto", ("pat", REFUSED)),
    "personal_access_token": _text(TOKEN, ("nonsense", REFUSED)),
    "access_token": _text(None, ("nonsense", REFUSED)),
    "tenant": _text(None, ("contoso", ALL)),
    "client_id": _text(None, ("nonsense", ALL)),
    "secret": _text(None, ("nonsense", ALL), REFUSED),
    "x509_certificate_path": _text(None, ("nowhere.pem", ALL)),
    "x509_certificate_password": _text(None, ("nonsense", ALL), REFUSED),
    "cloud_environment": _text("AzureCloud", ("AzureClod", REFUSED)),
    "authority_url": _text("https://login.microsoftonline.com", ("nonsense", REFUSED)),
    "graph_url": _text("https://graph.microsoft.com", ("nonsense", REFUSED)),
    "resource_manager_url": _text("https://management.azure.com", ("nonsense", REFUSED)),
    "validate_certs": _plain(True),
    "ca_path": _text(None, ("nowhere.pem", REFUSED)),
    "timeout": _plain(30),
    "max_retries": _plain(0),
    "allow_plain_http": _plain(False),
    "strict": _plain(True),
    "compose": Row(({"mine": "azdo_project"}, ALL), ALL, (["a"], REFUSED), ("nonsense", REFUSED), ("a, b", REFUSED)),
    "groups": Row(({"mine": "true"}, ALL), ALL, (["a"], REFUSED), ("nonsense", REFUSED), ("a, b", REFUSED)),
    "keyed_groups": Row(([{"key": "azdo_project"}], ALL), ALL, (["a"], REFUSED), ([{"ky": "a"}], REFUSED), ("a, b", REFUSED)),
    "use_extra_vars": _plain(False),
    "leading_separator": _plain(True),
    "cache": _plain(False),
    "cache_plugin": _text("ansible.builtin.memory"),
    "cache_timeout": _plain(60),
    "cache_connection": _text("cache"),
    "cache_prefix": _text("mine"),
}  # fmt: skip
CASES = [(name, case) for name in TABLE for case in ("good", "null", "blank", "empty", "None", "typed", "unknown", "commas")]  # fmt: skip


@pytest.fixture(scope="module")
def contoso() -> t.Iterator[Simulator]:
    fleet = Fleet("contoso")
    payments, shop, docs = (fleet.project(name) for name in ("Payments", "Web Shop", "Docs"))
    fleet.connection(payments, "azure-prod")
    fleet.connection(payments, "hub", shared_with=[shop])
    fleet.connection(shop, "azure-test", creation_mode="Manual")
    fleet.connection(docs, "pages", scheme="WorkloadIdentityFederation", issuer="azure_devops")
    with Simulator(fleet) as simulator:
        yield simulator


class Reader:
    """A process that reads inventory files, and the options that it knows."""

    def __init__(self, simulator: Simulator, folder: Path) -> None:
        self.simulator, self.file = simulator, folder / "contoso.azdo.yml"
        own = {name: value for name, value in os.environ.items() if not name.startswith(("AZDO_", "AZURE_"))}
        signed_in = {"AZDO_ORG_SERVICE_URL": simulator.organization_url, "AZDO_PERSONAL_ACCESS_TOKEN": simulator.pat}
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("reader.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**own, **signed_in, "ANSIBLE_HOME": str(folder)},
            cwd=folder,
        )
        self.options: dict[str, dict[str, t.Any]] = self._answer()

    def _answer(self) -> t.Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "an error that is no sentence"
        return json.loads(line)

    def read(self, text: str) -> tuple[Outcome, str]:
        """The hosts that a file gives, or who refuses it, and the sentence."""
        self.file.write_text(text, encoding="utf-8")
        self.simulator.forget()
        assert self._process.stdin is not None
        self._process.stdin.write(f"{self.file}\n")
        self._process.stdin.flush()
        answer = self._answer()
        if answer["error"] is None:
            return set(answer["hosts"]), ""
        assert answer["hosts"] == [], "what is refused leaves no hosts"
        return CORE if "Incorrect plugin name" in answer["error"] else REFUSED, answer["error"]

    def stop(self) -> None:
        self._process.communicate()


@pytest.fixture(scope="module")
def reader(contoso: Simulator, tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Reader]:
    reader = Reader(contoso, tmp_path_factory.mktemp("reader"))
    yield reader
    reader.stop()


def _value_and_outcome(name: str, case: str) -> tuple[t.Any, Outcome]:
    row = TABLE[name]
    if case in ("good", "typed", "unknown", "commas"):
        value, wanted = getattr(row, case)
        return value, wanted
    if case == "None":
        return "None", CORE if name == "plugin" else REFUSED
    if case == "empty" and name == "plugin":
        return [], CORE
    return {"null": None, "blank": "  ", "empty": []}[case], row.empty


def _filled_in(value: t.Any, simulator: Simulator) -> t.Any:
    if isinstance(value, list):
        return [_filled_in(item, simulator) for item in value]
    if isinstance(value, dict):
        return {name: _filled_in(item, simulator) for name, item in value.items()}
    if not isinstance(value, str):
        return value
    return value.replace(ADDRESS, simulator.organization_url).replace(TOKEN, simulator.pat)


def test_every_documented_option_has_its_row(reader: Reader) -> None:
    assert TABLE.keys() == reader.options.keys()


# What is known to be wrong only when the service has been asked is said by the sign-in, in these words.
SAID_OTHERWISE = {
    "personal_access_token": ["credential"],
    "access_token": ["credential"],
    "organizations": ["organization_url"],
}


@pytest.mark.parametrize(("name", "case"), CASES)
def test_an_option_is_taken_or_refused_in_its_own_words(name: str, case: str, reader: Reader) -> None:
    value, wanted = _value_and_outcome(name, case)
    beside = {"personal_access_token": TOKEN} if name in BESIDE_A_TOKEN else {}
    said = _filled_in({"plugin": NAME, **beside, name: value}, reader.simulator)
    came, sentence = reader.read(yaml.safe_dump(said))
    assert came == wanted, sentence
    if came == REFUSED:
        assert any(word in sentence for word in (name, *SAID_OTHERWISE.get(name, ()))), sentence
        assert not [word for word in ("Traceback", "NoneType", "object", "<class") if word in sentence]
        assert reader.simulator.pat not in sentence


@pytest.mark.parametrize("name", TABLE)
def test_a_misspelt_option_is_refused_before_anything_is_read(name: str, reader: Reader) -> None:
    misspelt = name[:2] + name[3] + name[2] + name[4:]
    good = TABLE[name].good[0]
    came, sentence = reader.read(yaml.safe_dump({"plugin": NAME, misspelt: _filled_in(good, reader.simulator)}))
    # Without its plugin a file is none of ours.
    assert (came, reader.simulator.requests) == (REFUSED, [])
    assert f"Instead of {misspelt}, did you mean {name}?" in sentence


@pytest.mark.parametrize("name", [name for name, row in TABLE.items() if isinstance(row.good[0], list)])
@pytest.mark.parametrize("entry", [None, "", "  ", "None", ["a"]], ids=repr)
def test_an_entry_of_nothing_is_refused_beside_one_of_something(name: str, entry: t.Any, reader: Reader) -> None:
    good = _filled_in(TABLE[name].good[0], reader.simulator)
    came, sentence = reader.read(yaml.safe_dump({"plugin": NAME, name: [*good, entry]}))
    assert (came, reader.simulator.requests) == (REFUSED, [])
    assert name in sentence


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("organization_url: \"{{ lookup('ansible.builtin.env', 'NOWHERE') }}\"", REFUSED),
        ("organization_url: \"{{ lookup('ansible.builtin.env', 'AZDO_ORG_SERVICE_URL') }}\"", ALL),
        ("organization_url: '{{ nowhere }}'", REFUSED),
        ("organizations: \"{{ lookup('ansible.builtin.env', 'AZDO_ORG_SERVICE_URL') }}\"", ALL),
        ("organizations: [\"{{ lookup('ansible.builtin.env', 'NOWHERE') }}\"]", REFUSED),
        ("validate_certs: '{{ 1 == 1 }}'", ALL),
        ("validate_certs: '{{ nowhere }}'", REFUSED),
        ("timeout: '{{ 30 }}'", ALL),
        ("exclude_projects: ['{{ nowhere }}']", REFUSED),
    ],
)
def test_templates_have_a_value_or_are_refused(text: str, wanted: Outcome, reader: Reader) -> None:
    came, sentence = reader.read(f"plugin: {NAME}\n{text}\n")
    assert came == wanted, sentence
    assert came != REFUSED or text.partition(":")[0] in sentence


@pytest.mark.parametrize(("text", "hosts"), [("[007, yes]", {"007", "yes"}), ("1.10", {"1.10"}), ("[1.1]", None)])
def test_names_that_yaml_takes_for_something_else(text: str, hosts: set[str] | None, reader: Reader) -> None:
    fleet = Fleet("contoso")
    for name in ("007", "Yes", "1.10", "7", "On"):
        fleet.project(name)
    with Simulator(fleet) as simulator:
        start = (
            f"plugin: {NAME}\norganization_url: {simulator.organization_url}\npersonal_access_token: {simulator.pat}\n"
        )
        came, sentence = reader.read(f"{start}include_projects: {text}\n")
        assert came == (hosts or REFUSED), sentence
        left, sentence = reader.read(f"{start}exclude_projects: {text}\n")
        assert left == ({"007", "yes", "1.10", "7", "on"} - hosts if hosts else REFUSED), sentence


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("include_projects: [Web]\nexclude_projects: [Old]\ninclude_projects: [Pay]\n", "include_projects"),
        ("compose:\n  one: azdo_project\n  one: azdo_project_id\n", "one"),
        ("access_token: !vault |\n  $ANSIBLE_VAULT\naccess_token: x\n", "access_token"),
    ],
)
def test_what_stands_twice_is_refused(text: str, key: str, reader: Reader) -> None:
    """ansible-core takes the last, and only warns."""
    came, sentence = reader.read(f"plugin: {NAME}\n{text}")
    assert (came, reader.simulator.requests) == (REFUSED, [])
    assert f"{key} stands for the second time in line {text.count(chr(10)) + 1}" in sentence
