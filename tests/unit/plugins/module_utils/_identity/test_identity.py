# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Taking back: nothing that somebody else made, or took over, is ever removed."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._desired.desired_state import Desired
from ansible_collections.azdo.connections.plugins.module_utils._errors import NotFoundError
from ansible_collections.azdo.connections.plugins.module_utils._identity.federation import Federation, unfederate
from ansible_collections.azdo.connections.plugins.module_utils._identity.roles import Assignment, unassign_role
from ansible_collections.azdo.connections.plugins.module_utils._model.federated_credential import Credential
from ansible_collections.azdo.connections.plugins.module_utils._model.verification import Verification, classify

from unit.plugins._helpers.arm import PEM


class Kept:
    """An identity, or Resource Manager, that keeps what it is given and notes what is removed."""

    label = "The application x"

    def __init__(self, *kept: t.Any) -> None:
        self.kept: list[t.Any] = list(kept)
        self.removed: list[t.Any] = []

    def credentials(self) -> list[t.Any]:
        return self.kept

    def role_assignments(self, scope: str, principal_id: str) -> list[t.Any]:
        return self.kept

    def remove(self, credential: t.Any) -> None:
        self.removed.append(credential)

    def remove_role_assignment(self, scope: str, name: str) -> None:
        self.removed.append(name)


def test_a_credential_whose_name_somebody_took_is_not_taken_back() -> None:
    wish = Credential(name="azdo-1", issuer="i", subject="s", audience="a")
    identity: t.Any = Kept(dataclasses.replace(wish, subject="somebody took the name"))
    plan = Federation(identity=identity, wish=wish, state="missing", found=None, existing=())
    assert unfederate(plan) is False
    assert identity.removed == []
    identity.kept.append(wish)
    assert unfederate(plan) is True
    assert identity.removed == [wish]


@pytest.mark.parametrize("written", [False, True])
def test_a_credential_that_is_not_listed_yet_is_taken_back_by_its_name_if_it_was_surely_written(written: bool) -> None:
    wish = Credential(name="azdo-1", issuer="i", subject="s", audience="a")
    identity: t.Any = Kept()
    plan = Federation(identity=identity, wish=wish, state="missing", found=None, existing=())
    assert unfederate(plan, written=written) is written
    assert [item.key for item in identity.removed] == (["azdo-1"] if written else [])


def test_a_credential_that_is_gone_was_not_taken_back() -> None:
    class Gone(Kept):
        def remove(self, credential: t.Any) -> None:
            raise NotFoundError("It is not there.", status=404)

    wish = Credential(name="azdo-1", issuer="i", subject="s", audience="a")
    identity: t.Any = Gone()
    plan = Federation(identity=identity, wish=wish, state="missing", found=None, existing=())
    assert unfederate(plan, written=True) is False


@pytest.mark.parametrize("written", [False, True])
def test_a_role_that_is_not_listed_yet_is_taken_back_by_its_name_if_it_was_surely_given(written: bool) -> None:
    azure: t.Any = Kept()
    plan = Assignment(
        scope="/subscriptions/s", role="Reader", role_id="/x/r", principal_id="p", name="ours", present=False
    )
    assert unassign_role(azure, plan, written=written) is written
    assert azure.removed == (["ours"] if written else [])


def test_a_role_of_somebody_else_is_not_taken_back() -> None:
    azure: t.Any = Kept({"name": "theirs", "properties": {"scope": "/subscriptions/s", "roleDefinitionId": "/x/r"}})
    plan = Assignment(
        scope="/subscriptions/s", role="Reader", role_id="/x/r", principal_id="p", name="ours", present=False
    )
    assert unassign_role(azure, plan) is False
    assert azure.removed == []


def test_an_unknown_code_of_entra_is_no_missing_role_in_azure() -> None:
    assert classify({"errorMessage": "AADSTS50076: MFA. The client does not have authorization."}).result == "unknown"


def test_which_results_may_pass_with_time() -> None:
    transient = {"federation_failed", "credential_failed", "azure_permission", "unknown"}
    for result in (*transient, "ok", "caller_not_allowed", "not_testable"):
        assert Verification(result=result).transient is (result in transient)


def test_every_form_of_a_secret_is_hidden() -> None:
    profile = '<publishData><publishProfile userName="$payments" userPWD="a-made-up-password"/></publishData>'
    assert "a-made-up-password" in Desired(project="p", publish_profile=profile).secret_texts()
    assert " ".join(PEM.split()) in Desired(project="p", certificate=PEM).secret_texts()
