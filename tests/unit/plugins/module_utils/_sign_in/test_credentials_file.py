# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One file that says who signs in to which organization: which entry counts, who comes before it, and files that cannot be meant."""

from __future__ import annotations

import json
import os
import typing as t
from pathlib import Path

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._errors import OptionError
from ansible_collections.azdo.connections.plugins.module_utils._sign_in.credentials_file import (
    for_organization,
    organizations_of,
)
from ansible_collections.azdo.connections.plugins.module_utils._sign_in.options import SignInValues, resolve
from ansible_collections.azdo.connections.plugins.module_utils._sign_in.ways import choose

CONTOSO, FABRIKAM = "https://dev.azure.com/contoso", "https://dev.azure.com/fabrikam"
PLANTED = "planted-token-of-contoso"
FILE = f"""\
- organization_url: {CONTOSO}
  personal_access_token: {PLANTED}
  tenant:
- organization: fabrikam
  tenant: "  fabrikam.example  "
  client_id: its-application
  secret: planted-secret-of-fabrikam
"""


def values(path: Path, environ: dict[str, str] | None = None, **options: t.Any) -> SignInValues:
    return resolve({"allow_plain_http": False, **options}, {"AZDO_CREDENTIALS_FILE": str(path), **(environ or {})})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "credentials.yml"
    path.write_text(FILE, encoding="utf-8")
    return path


@pytest.mark.parametrize("url", [CONTOSO, CONTOSO.upper().replace("HTTPS", "https")])
def test_each_organization_has_its_own(file: Path, url: str) -> None:
    found = for_organization(values(file), url)
    assert (found["personal_access_token"], choose(found, {})) == (PLANTED, "personal_access_token")
    assert found.secrets == {PLANTED}
    other = for_organization(values(file), FABRIKAM)
    assert (other["tenant"], other["personal_access_token"], choose(other, {})) == (
        "fabrikam.example",
        None,
        "service_principal",
    )


@pytest.mark.parametrize(
    "environ",
    [
        {"AZDO_PERSONAL_ACCESS_TOKEN": "a-token-of-somebody-else"},
        {"AZURE_TENANT_ID": "t", "AZURE_CLIENT_ID": "c", "AZURE_CLIENT_SECRET": "a-secret-of-somebody"},
        {"AZDO_AUTH_SOURCE": "azure_cli"},
    ],
    ids=str,
)
def test_it_beats_the_environment_and_is_complete(file: Path, environ: dict[str, str]) -> None:
    found = for_organization(values(file, environ), CONTOSO)
    assert choose(found, environ) == "personal_access_token"
    assert (found["personal_access_token"], found["client_id"], found["secret"]) == (PLANTED, None, None)
    assert choose(for_organization(values(file, environ), FABRIKAM), environ) == "service_principal"


@pytest.mark.parametrize(
    "options",
    [
        {"personal_access_token": "token-of-the-task"},
        {"auth_source": "azure_cli"},
        {"client_id": "application-of-the-task"},
        {"x509_certificate_path": "of-the-task.pem"},
    ],
    ids=str,
)
def test_a_task_that_says_who_signs_in_does_not_look_at_it(tmp_path: Path, options: dict[str, t.Any]) -> None:
    said = values(tmp_path / "nowhere.yml", **options)
    assert for_organization(said, CONTOSO) is said
    assert organizations_of(said) == []


def test_without_a_file_nothing_changes(tmp_path: Path) -> None:
    said = resolve({}, {"AZDO_CREDENTIALS_FILE": ""})
    assert for_organization(said, CONTOSO) is said
    assert organizations_of(said) == []


def test_the_cloud_of_the_environment_stays(file: Path) -> None:
    environ = {"AZURE_CLOUD_ENVIRONMENT": "AzureUSGovernment"}
    assert for_organization(values(file, environ), FABRIKAM)["cloud_environment"] == "AzureUSGovernment"


def test_its_organizations_in_their_order(file: Path) -> None:
    assert organizations_of(values(file)) == [CONTOSO, FABRIKAM]
    file.write_text(json.dumps([{"organization_url": FABRIKAM, "auth_source": "azure_cli"}]), encoding="utf-8")
    assert organizations_of(values(file)) == [FABRIKAM]


def test_an_organization_that_is_not_there_is_nobody_elses(file: Path) -> None:
    environ = {"AZDO_PERSONAL_ACCESS_TOKEN": "a-token-of-somebody-else"}
    with pytest.raises(OptionError) as caught:
        for_organization(values(file, environ), "https://dev.azure.com/tailspin")
    assert "has nothing for https://dev.azure.com/tailspin" in str(caught.value)
    assert f"It has {CONTOSO}, {FABRIKAM}." in str(caught.value)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "there is nothing in"),
        ("# nobody yet", "there is nothing in"),
        ("[]", "there is nothing in"),
        (f"{CONTOSO}: {PLANTED}", "is no list"),
        (f"- {PLANTED}", "entry 1 is no mapping"),
        (f'- organization_url: {CONTOSO}\n  personal_access_token: "{PLANTED}', "is no YAML"),
        (f"- organization_url: {CONTOSO}\n  {PLANTED}: x", "entry 1 has 1 key that nobody knows."),
        (f"- organization_url: {CONTOSO}\n  personal_acess_token: {PLANTED}", "Did you mean 'personal_access_token'?"),
        (f"- {{organization_url: {CONTOSO}, {PLANTED}, secret={PLANTED}!}}", "Did you mean 'secret'?"),
        (
            f"- {{organization_url: {CONTOSO}, x509_certificate_path=/c.pem, x509_certificate_password={PLANTED}}}",
            "entry 1 has 2 keys that nobody knows. Did you mean 'x509_certificate_path' and 'x509_certificate_password'?",
        ),
        (FILE.replace("- organization:", "  organization_url:"), "line 4 gives organization_url for the second time"),
        (f"- {{organization_url: {CONTOSO},\n  {PLANTED}: x, {PLANTED}: y}}", "line 2 gives a key for the second time"),
        (f"- organization_url: {CONTOSO}\n  secret: !vault {PLANTED}", "is no YAML (line 2)"),
        (f"- organization_url: {CONTOSO}\n  secret: *{PLANTED}", "is no YAML (line 2)"),
        (f"- organization_url: {CONTOSO}\n  secret: {PLANTED}: x", "is no YAML (line 2)"),
        (f"- organization_url: {CONTOSO}\n  timeout: 5", "entry 1 has 1 key that nobody knows."),
        (f"- organization_url: {CONTOSO}", "entry 1 does not say who signs in"),
        (f"- organization_url: {CONTOSO}\n  cloud_environment: AzureCloud", "entry 1 does not say who signs in"),
        (f"- organization_url: {CONTOSO}\n  personal_access_token: ''", "entry 1 does not say who signs in"),
        (f"- organization_url: {CONTOSO}\n  personal_access_token: 12345678", "personal_access_token is no text"),
        (f"- organization_url: {CONTOSO}\n  auth_source: {PLANTED}", "auth_source is none of its choices"),
        (f"- organization_url: https://{PLANTED}@dev.azure.com/contoso\n  secret: x", "no address of an organization"),
        (f"- personal_access_token: {PLANTED}", "entry 1 has no organization_url"),
        (
            f"- organization_url: {CONTOSO}\n  organization: contoso\n  secret: x",
            "has organization_url and organization",
        ),
        (FILE + f"- organization_url: {CONTOSO}/\n  secret: {PLANTED}", f"entry 3 is one more for {CONTOSO}"),
    ],
)
def test_a_file_that_cannot_be_meant_is_refused_without_its_secrets(file: Path, text: str, why: str) -> None:
    file.write_text(text, encoding="utf-8")
    with pytest.raises(OptionError) as caught:
        for_organization(values(file), CONTOSO)
    assert why in str(caught.value)
    assert str(file) in str(caught.value)
    assert PLANTED not in str(caught.value)


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_a_file_that_cannot_be_read(file: Path, content: bytes | None) -> None:
    file.unlink()
    if content:
        file.write_bytes(content)
    with pytest.raises(OptionError, match=r"credentials_file \(or AZDO_CREDENTIALS_FILE\): .* cannot be read"):
        organizations_of(values(file))


@pytest.mark.parametrize("content", [FILE, json.dumps([{"organization_url": CONTOSO, "secret": PLANTED}])])
def test_what_belongs_into_the_file_is_not_taken_for_its_name(content: str) -> None:
    with pytest.raises(OptionError, match="holds what belongs into the file") as caught:
        organizations_of(resolve({"allow_plain_http": False}, {"AZDO_CREDENTIALS_FILE": content}))
    assert PLANTED not in str(caught.value)


def test_home_is_home_in_the_environment_too(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(file.parent))
    for name in (f"~/{file.name}", f"$HOME/{file.name}"):
        assert organizations_of(values(Path(name))) == [CONTOSO, FABRIKAM]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("keys/contoso.pem", "{folder}/keys/contoso.pem"),
        ("/etc/contoso.pem", "/etc/contoso.pem"),
        ("~/contoso.pem", "{home}/contoso.pem"),
        ("$HOME/contoso.pem", "{home}/contoso.pem"),
    ],
)
def test_a_path_in_the_file_begins_where_the_file_lies(
    file: Path, monkeypatch: pytest.MonkeyPatch, said: str, meant: str
) -> None:
    monkeypatch.chdir(file.parent.parent)
    file.write_text(
        f"- {{organization_url: {CONTOSO}, tenant: t, client_id: c, x509_certificate_path: {said}}}", encoding="utf-8"
    )
    for path in (file, Path(os.path.relpath(file))):
        found = for_organization(values(path), CONTOSO)["x509_certificate_path"]
        assert found == meant.format(folder=file.parent, home=Path.home())
