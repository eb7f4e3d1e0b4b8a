# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory plugin as a person runs it: kinds of hosts, names that were made to do harm, what cannot be read, and its cache.

The commands run in forks of a process that has imported ansible-core; with `make test-all` each is a process of its own.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import typing as t
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from ansible_collections.azdo.connections.plugins.inventory import azdo

from playbooks._helpers.forking import Server
from simulator import Fleet, Simulator
from tools.sampling import ALL
from unit.plugins._helpers.tunnel import tunnel

HOSTILE = [
    "{{ 7 * 7 }}",
    "{{ lookup('pipe', 'id') }}",
    "{% raw %}",
    "Space Game",
    "space-game",
    "all",
    "localhost",
    "azdo_projects",
    "rehearsal",
    "東京",
    "京都",
    "!web",
    "~web.*",
]

CALLBACKS = Path(__file__).parents[3] / "playbooks" / "callback"

PLAYBOOK = """\
- hosts: azdo_projects:azdo_connections
  gather_facts: false
  tasks:
    - ansible.builtin.debug:
        msg: "{{ {'name': own, 'names': azdo_connection_names, 'composed': composed, 'kind': azdo_kind} | to_json }}"
      vars:
        own: "{{ azdo_connection | default(azdo_project, true) }}"
"""

CONSTRUCTED: dict[str, t.Any] = {
    "strict": True,
    "compose": {"composed": "azdo_connection_names | join(';') ~ azdo_project ~ (azdo_last_used or '')"},
    "groups": {"rehearsal": "azdo_connection_count is not none", "never": "azdo_shared is sameas 7"},
    "keyed_groups": [
        {"key": "azdo_project or 'none'", "prefix": "of"},
        {"key": "azdo_connection_names", "prefix": "has"},
        {"key": "azdo_scheme or 'none'", "prefix": "scheme", "parent_group": "schemes"},
    ],
}


@pytest.fixture(scope="module")
def hostile() -> t.Iterator[Simulator]:
    fleet = Fleet("contoso")
    for name in HOSTILE:
        fleet.connection(fleet.project(name, description=f"{name} {{{{ 7 * 7 }}}}"), f"{name} !")
    with Simulator(fleet) as simulator:
        yield simulator


@pytest.fixture(scope="module")
def contoso() -> t.Iterator[Simulator]:
    fleet = Fleet("contoso")
    payments, shop, docs = (fleet.project(name) for name in ("Payments", "Web Shop", "Docs"))
    fleet.connection(payments, "azure-prod", last_used=timedelta(days=3), secret="planted-secret-of-azure-prod")
    fleet.connection(payments, "hub", shared_with=[shop])
    fleet.connection(shop, "azure-test", creation_mode="Manual")
    fleet.connection(docs, "pages", scheme="WorkloadIdentityFederation", issuer="azure_devops")
    with Simulator(fleet) as simulator:
        yield simulator


def settings(home: Path) -> dict[str, str]:
    """What all commands have in their environment, and read while they import ansible-core."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(("AZDO_", "AZURE_"))},
        "ANSIBLE_HOME": str(home),
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true",
        # What a task tells is recorded: one that writes a file is two processes for each host.
        "ANSIBLE_CALLBACK_PLUGINS": str(CALLBACKS),
        "ANSIBLE_CALLBACKS_ENABLED": "record",
    }


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Server]:
    server = Server(settings(tmp_path_factory.mktemp("home")))
    yield server
    server.stop()


@pytest.fixture
def place(tmp_path: Path, server: Server) -> Place:
    return Place(tmp_path, server)


class Place:
    """A folder with an inventory file, and the environment of a person who signs in with a personal access token."""

    def __init__(self, folder: Path, server: Server) -> None:
        self.folder = folder
        self.server = server
        self.other_sources: list[str] = []
        self.record = folder / "record.jsonl"
        self.more: dict[str, str] = {}

    def run(self, simulator: Simulator, options: dict[str, t.Any], *command: str) -> subprocess.CompletedProcess[str]:
        inventory = self.folder / "contoso.azdo.yml"
        inventory.write_text(yaml.safe_dump({"plugin": "azdo.connections.azdo", **options}), encoding="utf-8")
        simulator.forget()
        words = [
            str(Path(sys.executable).with_name(command[0])),
            *(f"-i{source}" for source in (*self.other_sources, inventory)),
            *command[1:],
        ]
        variables = {
            **self.server.environment,
            "AZDO_ORG_SERVICE_URL": simulator.organization_url,
            "AZDO_PERSONAL_ACCESS_TOKEN": simulator.pat,
            "RECORD_TO": str(self.record),
            **self.more,
        }
        if not os.environ.get(ALL) and self.server.serves(variables, self.folder):
            return self.server.run(words, cwd=self.folder, env=variables, timeout=120)
        return subprocess.run(words, cwd=self.folder, env=variables, capture_output=True, text=True, check=False)

    def listing(self, simulator: Simulator, *arguments: str, **options: t.Any) -> dict[str, t.Any]:
        """What ansible-inventory shows, without the marks of texts that are no templates."""
        done = self.run(simulator, options, "ansible-inventory", "--list", *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        shown: dict[str, t.Any] = _plain(json.loads(done.stdout))
        return shown

    def hosts(self, simulator: Simulator, *arguments: str, **options: t.Any) -> list[str]:
        return sorted(self.listing(simulator, *arguments, **options)["_meta"]["hostvars"])

    def failure(self, simulator: Simulator, *arguments: str, **options: t.Any) -> str:
        """The sentence of an inventory that cannot be read, whatever its line breaks."""
        done = self.run(simulator, options, "ansible-inventory", "--list", *arguments)
        assert done.returncode != 0, done.stdout
        assert simulator.pat not in done.stderr
        return " ".join(done.stderr.split())


def _plain(value: t.Any) -> t.Any:
    if isinstance(value, dict):
        return value["__ansible_unsafe"] if "__ansible_unsafe" in value else {k: _plain(v) for k, v in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def paths(simulator: Simulator) -> list[str]:
    return [re.sub(r"[0-9a-f-]{36}", "*", request.path.partition("/contoso/")[2]) for request in simulator.requests]


LISTS = ["_apis/connectionData", "_apis/projects", *["*/_apis/serviceendpoint/endpoints"] * 3]


@pytest.mark.parametrize("kind", ["project", "connection"])
def test_names_are_data_and_never_templates(kind: str, hostile: Simulator, place: Place, tmp_path: Path) -> None:
    (tmp_path / "play.yml").write_text(PLAYBOOK, encoding="utf-8")
    done = place.run(hostile, {"hosts_from": kind, **CONSTRUCTED}, "ansible-playbook", "play.yml")
    assert done.returncode == 0, done.stdout + done.stderr
    told = [line["result"]["msg"] for line in map(json.loads, place.record.read_text("utf-8").splitlines())]
    assert len(told) == len(HOSTILE)
    # Before ansible-core 2.19, a text that looks like a dictionary may be one.
    seen = {item["name"]: item for text in told if (item := json.loads(text) if isinstance(text, str) else text)}
    assert {item["kind"] for item in seen.values()} == {kind}
    assert sorted(seen) == sorted(HOSTILE if kind == "project" else [f"{name} !" for name in HOSTILE])
    assert sorted(item["composed"] for item in seen.values()) == sorted(f"{name} !{name}" for name in HOSTILE)
    assert sorted(item["names"] for item in seen.values()) == sorted([f"{name} !"] for name in HOSTILE)


@pytest.mark.parametrize("kind", ["organization", "project", "connection"])
def test_hosts_and_groups_have_harmless_names(kind: str, hostile: Simulator, place: Place) -> None:
    shown = place.listing(hostile, hosts_from=kind, **CONSTRUCTED)
    hosts = shown["_meta"]["hostvars"]
    assert len(hosts) == (1 if kind == "organization" else len(HOSTILE))
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9_.-]*", host) for host in hosts)
    assert not {"all", "localhost", "azdo_projects", "rehearsal"} & set(hosts)
    assert all(re.fullmatch(r"\w+", group) for group in shown if group != "_meta")
    assert len({frozenset(variables) for variables in hosts.values()}) == 1


def test_what_others_wrote_is_marked_and_words_of_ours_are_not(hostile: Simulator, place: Place) -> None:
    done = place.run(hostile, {"hosts_from": "connection"}, "ansible-inventory", "--list")
    shown = json.loads(done.stdout)["_meta"]["hostvars"].values()
    assert {host["azdo_project"]["__ansible_unsafe"] for host in shown} == set(HOSTILE)
    assert {host["azdo_connection_names"][0]["__ansible_unsafe"] for host in shown} == {f"{n} !" for n in HOSTILE}
    assert {(host["azdo_kind"], host["azdo_scheme"], host["azdo_state"]) for host in shown} == {
        ("connection", "service_principal", "ready")
    }


def test_an_organization_costs_one_request(contoso: Simulator, place: Place) -> None:
    shown = place.listing(contoso, hosts_from="organization", **CONSTRUCTED)
    assert list(shown["_meta"]["hostvars"]) == ["contoso"]
    assert shown["azdo_organizations"]["hosts"] == shown["azdo_organization_contoso"]["hosts"] == ["contoso"]
    assert paths(contoso) == ["_apis/connectionData"]


def test_projects_cost_one_list_each(contoso: Simulator, place: Place) -> None:
    shown = place.listing(contoso, **CONSTRUCTED)
    assert sorted(shown["_meta"]["hostvars"]) == ["docs", "payments", "web-shop"]
    payments = shown["_meta"]["hostvars"]["payments"]
    assert payments["azdo_connection_names"] == ["azure-prod", "hub"]
    assert payments["azdo_eligible"] == {
        "workload_identity_federation": 1, "service_principal": 0, "entra_issuer": 0
    }  # fmt: skip
    assert payments["azdo_shares_with"] == ["Web Shop"]
    assert (payments["ansible_connection"], payments["azdo_last_used"]) == ("local", None)
    assert payments["ansible_become"] is False
    assert payments["ansible_python_interpreter"] == "{{ ansible_playbook_python }}"
    assert sorted(shown["rehearsal"]["hosts"]) == ["docs", "payments", "web-shop"]
    assert [sorted(shown[name]["hosts"]) for name in shown if name.startswith("azdo_shared_")] == [
        ["payments", "web-shop"]
    ]
    assert sorted(paths(contoso)) == sorted(LISTS)


def test_connections_are_hosts_once(contoso: Simulator, place: Place) -> None:
    shown = place.listing(contoso, hosts_from="connection", **CONSTRUCTED)
    assert sorted(shown["_meta"]["hostvars"]) == [
        "docs-pages", "payments-azure-prod", "payments-hub", "web-shop-azure-test"
    ]  # fmt: skip
    assert shown["azdo_project_payments"]["hosts"] == ["payments-azure-prod", "payments-hub"]
    assert shown["azdo_issuer_azure_devops"]["hosts"] == ["docs-pages"]
    assert shown["azdo_production"]["hosts"] == ["payments-azure-prod"]
    assert shown["schemes"]["children"] == ["scheme_workload_identity_federation", "scheme_service_principal"]
    assert shown["_meta"]["hostvars"]["payments-hub"]["azdo_codes"]["workload_identity_federation"] == ["shared"]
    assert sorted(paths(contoso)) == sorted(LISTS)


def test_use_is_read_on_request_only(contoso: Simulator, place: Place) -> None:
    shown = place.listing(contoso, include=["usage"])
    assert shown["azdo_used_lately"]["hosts"] == ["payments"]
    hosts = shown["_meta"]["hostvars"]
    assert [hosts[name]["azdo_never_used"] for name in ("docs", "payments", "web-shop")] == [True, False, True]
    assert hosts["payments"]["azdo_days_until_auto_disable"] in (96, 97)
    # The shared connection has a history in each of its projects.
    assert paths(contoso).count("*/_apis/serviceendpoint/*/executionhistory") == 5


def test_filters_narrow_both_kinds(contoso: Simulator, place: Place) -> None:
    eligible = {"eligible_for": ["workload_identity_federation"], "exclude_projects": ["docs"]}
    assert place.hosts(contoso, hosts_from="connection", **eligible) == ["payments-azure-prod"]
    assert place.hosts(contoso, **eligible) == ["payments"]


@pytest.mark.parametrize("kind", ["organization", "project", "connection"])
def test_one_organization_that_cannot_be_read_is_an_error_that_names_it(
    kind: str, contoso: Simulator, place: Place
) -> None:
    address = contoso.organization_url.replace("contoso", "fabrikam")
    said = place.failure(contoso, hosts_from=kind, organizations=[contoso.organization_url, address])
    assert "Organization 'fabrikam' could not be read: There is no organization at" in said


def test_several_organizations_have_their_names_in_front(contoso: Simulator, place: Place) -> None:
    with Simulator(Fleet("fabrikam")) as other:
        other.fleet.connection(other.fleet.project("Payments"), "azure-prod")
        both = {"organizations": [other.organization_url, contoso.organization_url, contoso.organization_url + "/"]}
        assert place.hosts(contoso, hosts_from="organization", **both) == ["contoso", "fabrikam"]
        assert paths(contoso) == ["_apis/connectionData"], "an organization that is named twice is read once"
        assert place.hosts(contoso, include_projects=["payments"], **both) == ["contoso-payments", "fabrikam-payments"]
        shown = place.listing(contoso, hosts_from="connection", include_connections=["azure-prod"], **both)
        assert shown["azdo_project_fabrikam_payments"]["hosts"] == ["fabrikam-payments-azure-prod"]
        assert shown["azdo_organization_contoso"]["hosts"] == ["contoso-payments-azure-prod"]


def test_a_file_says_who_signs_in_to_which_organization(contoso: Simulator, place: Place, tmp_path: Path) -> None:
    with Simulator(Fleet("fabrikam", pat="a-token-of-fabrikam-alone")) as other:
        other.fleet.connection(other.fleet.project("Payments"), "azure-prod")
        entries = [
            {"organization_url": one.organization_url, "personal_access_token": one.pat} for one in (contoso, other)
        ]
        (tmp_path / "credentials.yml").write_text(yaml.safe_dump(entries), encoding="utf-8")
        place.more = {
            "AZDO_CREDENTIALS_FILE": str(tmp_path / "credentials.yml"),
            "AZDO_PERSONAL_ACCESS_TOKEN": "a-token-of-nobody",
            "AZDO_ORG_SERVICE_URL": "",
        }
        assert place.hosts(contoso, hosts_from="organization") == ["contoso", "fabrikam"]
        assert "fabrikam-payments" in place.hosts(contoso)
        assert place.hosts(contoso, hosts_from="organization", organizations=[other.organization_url]) == ["fabrikam"]
        # Whoever names one in the environment means that one.
        place.more["AZDO_ORG_SERVICE_URL"] = other.organization_url
        assert place.hosts(contoso) == ["payments"]
        place.more["AZDO_ORG_SERVICE_URL"] = ""
        entries[1]["personal_access_token"] = "a-token-that-is-wrong"
        (tmp_path / "credentials.yml").write_text(yaml.safe_dump(entries), encoding="utf-8")
        said = place.failure(contoso)
        assert "Organization 'fabrikam' could not be read" in said
        assert "a-token-that-is-wrong" not in said
        (tmp_path / "credentials.yml").unlink()
        assert "credentials.yml cannot be read" in place.failure(contoso)


@pytest.mark.parametrize(("kind", "hosts"), [("project", ["docs", "payments", "web-shop"]), ("connection", 3)])
def test_a_project_that_cannot_be_read_is_named_in_a_warning(
    kind: str, hosts: list[str] | int, contoso: Simulator, place: Place
) -> None:
    docs = contoso.fleet.project("Docs")
    contoso.fault(path=f"{docs.id}/_apis/serviceendpoint", status=403)
    done = place.run(contoso, {"hosts_from": kind, **CONSTRUCTED}, "ansible-inventory", "--list")
    assert done.returncode == 0, done.stderr
    said = " ".join(done.stderr.split())
    assert "Organization contoso: the connections of 1 of 3 projects could not be read" in said
    assert ("have no variables on them: 'Docs'" if kind == "project" else "are not among the hosts: 'Docs'") in said
    shown = _plain(json.loads(done.stdout))
    found = shown["_meta"]["hostvars"]
    assert sorted(shown["azdo_incomplete"]["hosts"]) == sorted(found)
    assert sorted(found) == hosts if isinstance(hosts, list) else len(found) == hosts
    assert kind == "connection" or found["docs"]["azdo_connection_count"] is None


def test_certificates_that_nobody_looks_at_are_told(place: Place) -> None:
    """Once, and only of a host that every machine trusts."""
    with Simulator(Fleet(), tls=True) as simulator, tunnel(simulator) as proxy:
        place.more = {"HTTPS_PROXY": proxy}
        done = place.run(
            simulator,
            {"validate_certs": False, "organizations": ["https://dev.azure.com/contoso"]},
            "ansible-inventory",
            "--list",
        )
        assert done.returncode == 0, done.stderr
        assert (
            " ".join(done.stderr.split()).count("validate_certs is false, so nobody knows whether it is dev.azure.com")
            == 1
        )
        place.more = {}
        done = place.run(simulator, {"validate_certs": False}, "ansible-inventory", "--list")
        assert "validate_certs" not in done.stderr


@pytest.mark.parametrize("options", [{}, {"hosts_from": "connection"}, {"schemes": ["managed_identity"]}])
def test_an_organization_of_which_no_project_can_be_read_is_an_error(
    options: dict[str, t.Any], contoso: Simulator, place: Place
) -> None:
    contoso.fault(path="_apis/serviceendpoint", status=403, times=3)
    said = place.failure(contoso, **options)
    assert (
        "Organization 'contoso', projects that the caller can see: 3, of none of which the connections could be" in said
    )


def test_none_of_the_chosen_projects_could_be_read(contoso: Simulator, place: Place) -> None:
    contoso.fault(path=f"{contoso.fleet.project('Docs').id}/_apis/serviceendpoint", status=403)
    said = place.failure(contoso, include_projects=["docs"])
    assert (
        "include_projects and exclude_projects leave 'Docs', and the connections of none of these could be read."
        in said
    )


@pytest.mark.parametrize(("kind", "warned"), [("organization", False), ("project", True), ("connection", True)])
def test_an_organization_without_a_visible_project_is_said(kind: str, warned: bool, place: Place) -> None:
    with Simulator(Fleet("fabrikam")) as fabrikam:
        (place.folder / "play.yml").write_text(ASKING, encoding="utf-8")
        done = place.run(fabrikam, {"hosts_from": kind}, "ansible-playbook", "play.yml")
    assert ("Organization fabrikam: the caller can see no project" in " ".join(done.stderr.split())) is warned
    assert (done.returncode != 0) is warned, "a play without hosts can ask, too"


ASKING = """\
- hosts: localhost
  gather_facts: false
  tasks:
    - ansible.builtin.assert:
        that: groups.azdo_incomplete is not defined
"""

LATE_FAULT: list[dict[str, t.Any]] = [
    {"compose": {"first": "azdo_project if azdo_project != 'Web Shop' else nowhere"}},
    {"groups": {"first": "azdo_project != 'Web Shop' or nowhere"}},
    {"keyed_groups": [{"key": "azdo_project if azdo_project != 'Web Shop' else nowhere"}]},
]


@pytest.mark.parametrize("fault", LATE_FAULT, ids=" ".join)
def test_an_error_leaves_no_hosts_behind(fault: dict[str, t.Any], contoso: Simulator, place: Place) -> None:
    servers = place.folder / "servers.yml"
    servers.write_text("servers: {hosts: {one: }}\n", encoding="utf-8")
    place.other_sources = [str(servers)]
    (place.folder / "play.yml").write_text("- hosts: all\n  gather_facts: false\n", encoding="utf-8")
    place.more = {"ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "false"}
    done = place.run(contoso, {"strict": True, **fault}, "ansible-playbook", "--list-hosts", "play.yml")
    assert re.findall(r"^ {6}(\S+)$", done.stdout, re.MULTILINE) == ["one"], done.stdout + done.stderr


BECOME = """\
- hosts: azdo_projects
  gather_facts: false
  become: true
  vars:
    ansible_become_exe: /nowhere/sudo
  tasks:
    - azdo.connections.azdo_arm_connection_info:
        projects: ["{{ azdo_project_id }}"]
"""


@pytest.mark.parametrize(
    ("arguments", "runs"), [((), True), (("-b",), True), (("-e", "ansible_become=true"), False)], ids=["", "-b", "-e"]
)
def test_becoming_somebody_else_is_for_other_hosts_but_extra_variables_win(
    arguments: tuple[str, ...], runs: bool, contoso: Simulator, place: Place
) -> None:
    (place.folder / "play.yml").write_text(BECOME, encoding="utf-8")
    played = place.run(contoso, {}, "ansible-playbook", "play.yml", "-vvv", *arguments)
    assert ("run as an ordinary module, because of become" not in played.stdout) is runs, played.stdout
    # Whether a person may become root is not ours: whoever is root already needs no sudo.
    assert played.returncode == 0 or not runs, played.stdout + played.stderr


CACHED: dict[str, t.Any] = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": "cache"}


@pytest.mark.parametrize("kind", ["organization", "project", "connection"])
def test_a_second_run_reads_the_cache_and_only_that(kind: str, contoso: Simulator, place: Place) -> None:
    options = {"hosts_from": kind, **CACHED, **CONSTRUCTED}
    first = place.listing(contoso, **options)
    assert contoso.requests
    assert place.listing(contoso, **options) == first
    assert contoso.requests == []
    (place.folder / "play.yml").write_text("- hosts: all\n  gather_facts: false\n", encoding="utf-8")
    flushed = place.run(contoso, options, "ansible-playbook", "--flush-cache", "--list-hosts", "play.yml")
    assert sorted(re.findall(r"^ {6}(\S+)$", flushed.stdout, re.MULTILINE)) == sorted(first["_meta"]["hostvars"])
    assert contoso.requests
    kept = "".join(path.read_text(encoding="utf-8") for path in (place.folder / "cache").iterdir())
    assert contoso.organization_url in kept
    assert contoso.pat not in kept
    assert "planted-secret" not in kept + json.dumps(first)


def test_filters_come_after_the_cache_and_what_was_not_read_is_read(contoso: Simulator, place: Place) -> None:
    assert len(place.hosts(contoso, **CACHED)) == 3
    assert place.hosts(contoso, include_projects=["pay*"], schemes=["service_principal"], **CACHED) == ["payments"]
    assert contoso.requests == []
    place.listing(contoso, include=["usage"], **CACHED)
    assert contoso.requests
    place.listing(contoso, organizations=[contoso.organization_url.replace("127.0.0.1", "localhost")], **CACHED)
    assert contoso.requests


def test_a_warning_comes_from_the_cache_too(contoso: Simulator, place: Place) -> None:
    contoso.fault(path=f"{contoso.fleet.project('Docs').id}/_apis/serviceendpoint", status=403)
    said = [place.run(contoso, CACHED, "ansible-inventory", "--list").stderr for _run in range(2)]
    assert contoso.requests == []
    assert "'Docs'" in said[0]
    assert said[0] == said[1]


def test_a_host_of_somebody_else_is_never_made_local(contoso: Simulator, place: Place) -> None:
    servers = place.folder / "servers.yml"
    text = {"web-shop": {"hosts": {"one": None}}, "servers": {"hosts": {"payments": {"ansible_connection": "ssh"}}}}
    servers.write_text(yaml.safe_dump(text), encoding="utf-8")
    place.other_sources = [str(servers)]
    hosts = place.listing(contoso, exclude_projects=["docs"])["_meta"]["hostvars"]
    assert hosts["payments"] == {"ansible_connection": "ssh"}
    assert "web-shop" not in hosts
    assert len([name for name in hosts if re.fullmatch(r"(payments|web-shop)-[0-9a-f]{8}", name)]) == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"hosts_from": "organization", "schemes": ["service_principal"]},
            "hosts_from is organization, which reads no",
        ),
        ({"hosts_from": "organization", "include": ["usage"]}, "so include cannot work"),
        ({"projects": ["Payments"]}, "Instead of projects, did you mean include_projects?"),
        ({"include_projects": ["Paymnets"]}, "include_projects names the project 'Paymnets', which does not exist"),
        ({"exclude_projects": ["dcos"]}, "Instead of 'dcos', did you mean 'Docs'?"),
        ({"exclude_connections": ["x*"]}, "exclude_connections names the pattern 'x*', which matches no connection"),
        ({"include_connections": [""]}, "include_connections contains an empty entry"),
        ({"organizations": ["contoso", "https://a:b@c"]}, "Entry 2 of organizations: organization_url contains a user"),
        ({"concurrency": 65}, "concurrency is 65"),
        ({"production": "(prod"}, "production is no regular expression"),
        ({"eligible_for": ["everything"]}, "everything"),
        ({"personal_access_token": "not-the-token-of-this-organization"}, "Organization 'contoso' could not be read"),
    ],
)
def test_options_that_cannot_work(options: dict[str, t.Any], message: str, contoso: Simulator, place: Place) -> None:
    said = place.failure(contoso, **options)
    assert message in said
    assert "not-the-token" not in said
    assert "a:b" not in said


# All but the first are comments: ansible-test of ansible-core 2.16 takes one document and no more.
FIRST, *OTHERS = azdo.EXAMPLES.split("\n# ---\n")
# Names of the examples, and what is there instead of them.
NAMES = {"team-*": "pay*", "team-sandbox-*": "docs", "*sandbox*": "*-test"}
PLAYED = [yaml.safe_load(FIRST), *(yaml.safe_load(re.sub("^# ?", "", text, flags=re.MULTILINE)) for text in OTHERS)]


@pytest.mark.parametrize(
    ("example", "hosts"),
    [
        (0, ["docs", "payments", "web-shop"]),
        (1, ["payments"]),
        (2, ["contoso", "fabrikam"]),
        (3, ["docs", "payments", "web-shop"]),
        (4, ["payments-azure-prod"]),
    ],
)
def test_the_examples_work_as_they_are_but_for_address_sign_in_and_names(
    example: int, hosts: list[str], contoso: Simulator, place: Place
) -> None:
    assert len(PLAYED) == 5
    options = {
        name: [NAMES.get(entry, entry) for entry in value] if name.startswith(("include_", "exclude_")) else value
        for name, value in PLAYED[example].items()
    }
    options.pop("auth_source", None)
    with Simulator(Fleet("fabrikam")) as fabrikam:
        if "organizations" in options:
            options["organizations"] = [contoso.organization_url, fabrikam.organization_url]
        elif "credentials_file" in options:
            entry = {"organization_url": contoso.organization_url, "personal_access_token": contoso.pat}
            options["credentials_file"] = str(place.folder / "credentials.yml")
            (place.folder / "credentials.yml").write_text(yaml.safe_dump([entry]), encoding="utf-8")
            place.more = {"AZDO_ORG_SERVICE_URL": ""}
        else:
            options["organization_url"] = contoso.organization_url
        assert place.hosts(contoso, **options) == hosts
