# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the rules need to know beyond a connection and the facts around it: who asks, where, when, and what was allowed.

PRIVATE to the collection, and pure. Section numbers are those of the fact sheet.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace
from datetime import datetime

from ansible_collections.azdo.connections.plugins.module_utils._rules.task_support import TaskSupport
from ansible_collections.azdo.connections.plugins.module_utils._rules.terraform import Terraform


@dataclass(frozen=True, kw_only=True)
class FederationOptions:
    """How a task wants federated credentials to be seen to.

    :param mode: ``create`` or ``require``.
    :param probe: whether to ask for the conversion although nobody knows the pair, because the refusal may tell it.
    """

    mode: str
    audience: str | None
    probe: bool


@dataclass(frozen=True, kw_only=True)
class EarlierRun:
    """What plans and journals of earlier runs know of a connection.

    :param rollback: whether it could be taken back, as one knew when it was moved.
    :param tested: how its test ended before it was moved.
    :param status: how the work on it ended last.
    :param refusal: the code with which Azure DevOps refused the last request, if it did; and when, in UTC.
    """

    rollback: str | None = None
    tested: str | None = None
    status: str | None = None
    refusal: str | None = None
    refused_at: str | None = None

    def and_later(self, later: EarlierRun) -> EarlierRun:
        """Both together: what the later one does not know it does not take away, and a secret that was dead once stays so."""
        known = {name: value for name, value in vars(later).items() if value is not None}
        if self.rollback == "impossible":
            known["rollback"] = self.rollback
        return replace(self, **known)


NOTHING_EARLIER = EarlierRun()


@dataclass(frozen=True, kw_only=True)
class Situation:
    """One caller, one service, one run.

    :param hosted: False for Azure DevOps Server.
    :param caller: ``user``, ``non_user`` or ``unknown`` (2.7, 3.2).
    :param entra_token: whether the caller signs in with Microsoft Entra; None if that is not known.
    :param project_ids: the projects of this run; nothing outside them is touched.
    :param now: the present, in UTC.
    :param tenant: the tenant that the caller signs in to, if it was said.
    :param organization: its name, as subjects of the Azure DevOps issuer begin with it (2.10).
    :param subjects: how many of the visible connections have each subject, in lower case.
    :param hold_pipelines: pipelines that are not ready for federation, as a person names them.
    :param readiness: what it means that a pipeline would break: ``require``, ``warn`` or ``ignore``. :param task_support: by which table.
    :param terraform: what Terraform manages, as far as its states were given.
    :param planned_terraform: what a plan that is carried out says of that, see :meth:`Terraform.word`, by id in lower case.
    :param accepted: ids that were approved although a pipeline would break, in lower case; None where nothing was approved yet.
    :param federation: how federated credentials are seen to; None if connections that a person created are left alone.
    :param pairs: issuer and subject that the user gave, by connection id in lower case.
    :param identities: Azure's ids of managed identities that the user gave, by connection id in lower case.
    :param allow_irreversible: None if the way back is not of interest.
    :param excluded: ids that the user left out, in lower case.
    :param approved: the fingerprints of the plan that is applied, by id in lower case.
    :param promised_back: ids that were approved because they could be taken back.
    :param not_approved: ids for which that plan approved no action.
    :param busy: ids that another run, which is still alive, is at work on.
    :param unconfirmed: ids whose issuer migration was asked for and not confirmed.
    :param earlier: what earlier runs know, by connection id in lower case.
    :param named: whether a person named the connections one by one.
    :param doubtful_tenants: ids of tenants, in lower case, of which nobody can tell whether they are the organization's.
    """

    hosted: bool
    caller: str
    entra_token: bool | None
    project_ids: frozenset[str]
    now: datetime
    tenant: str | None = None
    organization: str = ""
    organization_id: str = ""
    subjects: t.Mapping[str, int] = field(default_factory=dict)
    include_shared: bool = False
    include_disabled: bool = False
    allow_in_use: bool = False
    hold_pipelines: tuple[str, ...] = ()
    readiness: str = "ignore"
    task_support: TaskSupport = field(default_factory=TaskSupport)
    accepted: frozenset[str] | None = None
    terraform: Terraform = field(default_factory=Terraform)
    planned_terraform: t.Mapping[str, str | None] | None = None
    federation: FederationOptions | None = None
    pairs: t.Mapping[str, tuple[str, str]] = field(default_factory=dict)
    identities: t.Mapping[str, str] = field(default_factory=dict)
    allow_irreversible: bool | None = None
    attempt_as_non_user: bool = False
    resend: bool = False
    excluded: frozenset[str] = frozenset()
    approved: t.Mapping[str, str] = field(default_factory=dict)
    not_approved: frozenset[str] = frozenset()
    promised_back: frozenset[str] = frozenset()
    busy: frozenset[str] = frozenset()
    unconfirmed: frozenset[str] = frozenset()
    earlier: t.Mapping[str, EarlierRun] = field(default_factory=dict)
    doubtful_tenants: frozenset[str] = frozenset()
    named: bool = False

    def earlier_of(self, connection_id: str) -> EarlierRun:
        return self.earlier.get(connection_id.lower(), NOTHING_EARLIER)
