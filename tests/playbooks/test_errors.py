# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong is said in one sentence with the remedy."""

from __future__ import annotations

import typing as t
from collections.abc import Callable

import pytest

INFO = "azdo.connections.azdo_arm_connection_info"


def message(played: t.Any) -> str:
    assert played.status != 0
    text = str(played.last["msg"])
    assert "Traceback" not in played.output
    assert "\n" not in text
    return text


@pytest.mark.parametrize("rejection", ["natural", "redirect_302", "html_203", "empty_401", "expired_401", "json_401"])
def test_wrong_token(rejection: str, stage: Callable[..., t.Any]) -> None:
    here = stage(rejection=rejection)
    played = here.play([{INFO: {"personal_access_token": "not-the-token-of-this-organization"}}])
    assert "did not accept the credential" in message(played)
    assert "Check that the token is complete, not expired or revoked" in message(played)


def test_unknown_project(stage: Callable[..., t.Any]) -> None:
    played = stage().play([{INFO: {"projects": ["Payments", "Paymnets"]}}])
    assert "projects: 'Paymnets' not found in http://127.0.0.1" in message(played)
    assert "Check the spelling" in message(played)


def test_plain_http_to_another_machine(stage: Callable[..., t.Any]) -> None:
    here = stage()
    played = here.play([{INFO: {"organization_url": "http://devops.contoso.example/tfs/Main"}}])
    assert "a credential must not travel over plain http" in message(played)
    assert "allow_plain_http" in message(played)
    assert here.simulator.requests == []


def test_plain_http_to_the_cloud_cannot_be_allowed(stage: Callable[..., t.Any]) -> None:
    played = stage().play([{INFO: {"organization_url": "http://dev.azure.com/contoso", "allow_plain_http": True}}])
    assert "a credential must not travel over plain http" in message(played)


@pytest.mark.parametrize("library", ["requests", "azure.identity"])
def test_missing_library(library: str, door: str, stage: Callable[..., t.Any]) -> None:
    here = stage()
    package = here.folder / "broken" / library.split(".", maxsplit=1)[0]
    package.mkdir(parents=True)
    package.joinpath("__init__.py").write_text(f"raise ImportError('No module named {library}')\n")
    options = {"auth_source": "azure_cli"} if library == "azure.identity" else {}
    path = f"{here.folder / 'broken'}:{here.variables()['PYTHONPATH']}"
    played = here.play([{INFO: options}], door=door, env={"PYTHONPATH": path})
    name = library.replace(".", "-")
    assert f"required Python library ({name})" in played.last["msg"]
    assert "install" in played.last["msg"]
    assert played.last["failure"]["code"] == "missing_library"


def test_page_of_a_proxy(stage: Callable[..., t.Any]) -> None:
    here = stage()
    here.simulator.fault(kind="html", body="proxy", status=200, times=0)
    played = here.play([{INFO: {}}])
    assert "a proxy or gateway has probably answered" in message(played)
    assert "Check HTTPS_PROXY, NO_PROXY and organization_url." in message(played)


def test_no_organization(stage: Callable[..., t.Any]) -> None:
    played = stage().play([{INFO: {}}], env={"AZDO_ORG_SERVICE_URL": ""})
    assert (
        "organization_url is not set. Set the option organization_url or the environment variable AZDO_ORG_SERVICE_URL"
        in message(played)
    )


def test_untrusted_certificate(stage: Callable[..., t.Any]) -> None:
    played = stage(tls=True).play([{INFO: {}}])
    assert "The TLS certificate of 127.0.0.1" in message(played)
    assert "ca_path" in message(played)
