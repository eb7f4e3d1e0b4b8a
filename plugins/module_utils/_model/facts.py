# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known around a connection beyond the connection itself: who uses it, the identity behind it, how its test ended.

PRIVATE to the collection, and pure: details are read elsewhere, here it is said what they mean. Section numbers are those of the fact sheet.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from ansible_collections.azdo.connections.plugins.module_utils._model.connection import (
    ArmConnection,
    Json,
    ProjectReference,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.federated_credential import Credential
from ansible_collections.azdo.connections.plugins.module_utils._model.name_patterns import answers_to
from ansible_collections.azdo.connections.plugins.module_utils._model.pipeline_facts import PipelineFacts
from ansible_collections.azdo.connections.plugins.module_utils._model.reading import Fields, read_strictly
from ansible_collections.azdo.connections.plugins.module_utils._model.verification import Verification
from ansible_collections.azdo.connections.plugins.module_utils._times import format_time, parse_time

# Azure DevOps disables a connection that was not used for this long (2.11).
AUTO_DISABLE_AFTER = timedelta(days=100)
# What was used more recently shows a fault soon.
USED_LATELY = timedelta(days=30)
# It stops issuing tokens with its own issuer then (4.1).
ISSUER_RETIRES = datetime(2027, 7, 1, tzinfo=timezone.utc)
# A run without an end that began before this is no run any more: agents are lost, and their runs stay open for ever.
_LONGEST_RUN = timedelta(days=7)
# The service's word for a run that did what it should. One that succeeded with issues may have failed at the very step that signs in.
_SUCCEEDED = "succeeded"
# Runs that went through all of their steps, whatever came of some.
_DONE = (_SUCCEEDED, "succeededwithissues", "partiallysucceeded")
_BEFORE_ALL = datetime.min.replace(tzinfo=timezone.utc)
# What an application says that signs in people and programs of its own tenant only (8.5).
_SINGLE_TENANT = "AzureADMyOrg"


@dataclass(frozen=True, kw_only=True)
class Definition:
    """A pipeline that used the connection. ``kind`` is ``build`` or ``release``."""

    project: str
    kind: str
    id: int | None
    name: str

    def answers_to(self, text: str) -> bool:
        """Whether a person may have meant it by ``12``, ``deploy``, ``Payments/12``, ``Payments/deploy`` or a pattern for one of them."""
        return answers_to(self.names, text.strip())

    @property
    def names(self) -> set[str]:
        """Everything that a person may call it."""
        own = [part for part in (self.id, self.name) if part not in (None, "")]
        return {f"{place}{part}" for part in own for place in ("", f"{self.project}/")}

    def to_result(self) -> Json:
        return {"kind": self.kind, "id": self.id, "name": self.name}


@dataclass(frozen=True, kw_only=True)
class PipelineRuns:
    """A pipeline that used the connection, by ids, and its latest run with success that did.

    :param last: the id of that run, which for a build is what its timeline is asked for with; None if none of the known ones succeeded.
    :param ended: when it ended, or began if that is all one knows; in UTC.
    """

    project_id: str
    definition: Definition
    last: int | None = None
    ended: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class FirstRun:
    """How the first run of a pipeline that began after a moment and has ended has ended, in the service's word, in lower case."""

    definition: Definition
    result: str
    ended: datetime | None

    def to_result(self) -> Json:
        """Shape: ``{project, kind, id, name, result, ended}``."""
        return {
            "project": self.definition.project,
            **self.definition.to_result(),
            "result": self.result,
            "ended": format_time(self.ended),
        }


@dataclass(frozen=True, kw_only=True)
class Use:
    """The latest uses of a connection over all its projects (7). ``running`` are the uses that have not ended.

    :param last_result: how the latest one that has ended ended, in the service's word, in lower case.
    :param last_success: when the latest one that succeeded has ended, or began if its end is not known.
    :param pipelines: each of the pipelines once, with its latest run.
    :param cut: whether one of the histories goes on behind what was read of it.
    :param nameless: whether one of the uses does not say which pipeline it was.
    :param since: of each pipeline the first run since the moment that was asked for; None if none was, or if the histories were not read back to it.
    """

    never_used: bool
    last_used: datetime | None
    definitions: tuple[Definition, ...]
    running: tuple[tuple[Definition, str | None], ...]
    last_result: str | None = None
    last_success: datetime | None = None
    pipelines: tuple[PipelineRuns, ...] = ()
    cut: bool = False
    nameless: bool = False
    since: tuple[FirstRun, ...] | None = None

    @classmethod
    def from_histories(
        cls,
        histories: t.Iterable[tuple[ProjectReference, list[Json]]],
        now: datetime,
        *,
        cut: bool = False,
        since: datetime | None = None,
    ) -> Use:
        """:param histories: the execution history of each project, newest first. :param since: a moment to which they reach back, unless they are cut.

        :raises UnreadableError: one of the uses has a field that is not of its kind, so nothing is sure.
        """
        records = [_Record.from_api(project, raw) for project, history in histories for raw in history]
        times = [moment for record in records for moment in (record.started, record.finished) if moment]
        known = {
            (item.project, item.kind, item.id): item for record in records if (item := record.definition) is not None
        }
        return cls(
            never_used=not records,
            last_used=max(times, default=None),
            definitions=tuple(known.values()),
            running=tuple(
                (record.definition or Definition(project="", kind="", id=None, name="?"), format_time(record.started))
                for record in records
                if record.is_running(now)
            ),
            last_result=_last_result(records),
            last_success=max(
                (record.end for record in records if record.result == _SUCCEEDED and record.end),
                default=None,
            ),
            pipelines=tuple(_pipelines(records)),
            cut=cut,
            nameless=any(record.definition is None for record in records),
            since=None if cut or since is None else tuple(_first_runs(records, since)),
        )

    def to_result(self, now: datetime) -> Json:
        """Shape: ``{readable, never_used, last_used, last_result, last_success, days_until_auto_disable, definitions: [{kind, id, name}],
        runs_since_conversion}``."""
        return {
            "readable": True,
            "never_used": self.never_used,
            "last_used": format_time(self.last_used),
            "last_result": self.last_result,
            "last_success": format_time(self.last_success),
            "days_until_auto_disable": (self.last_used + AUTO_DISABLE_AFTER - now).days if self.last_used else None,
            "definitions": [definition.to_result() for definition in self.definitions],
            "runs_since_conversion": None if self.since is None else [run.to_result() for run in self.since],
        }


@dataclass(frozen=True, kw_only=True)
class _Record:
    """One use in an execution history (7). ``ended`` is whether it says anything of an end, ``result`` its word in lower case, ``owner`` the id of the run."""

    project_id: str
    definition: Definition | None
    owner: int | None
    started: datetime | None
    finished: datetime | None
    ended: bool
    result: str | None

    @classmethod
    def from_api(cls, project: ProjectReference, raw: Json) -> _Record:
        def read(fields: Fields) -> _Record:
            finished, result = fields.text("finishTime"), fields.text("result")
            kind, pipeline = fields.text("planType").lower(), fields.inner("definition")
            found = Definition(project=project.name, kind=kind, id=pipeline.number("id"), name=pipeline.text("name"))
            return cls(
                project_id=project.id,
                definition=found if fields.has("definition") else None,
                owner=fields.inner("owner").number("id"),
                started=parse_time(fields.text("startTime")),
                finished=parse_time(finished),
                ended=bool(finished or result),
                result=result.lower() or None,
            )

        return read_strictly("a use in its history", raw, read)

    @property
    def end(self) -> datetime | None:
        """When it ended, or began if that is all one knows."""
        return self.finished or self.started

    def is_running(self, now: datetime) -> bool:
        """Neither a result nor an end (7)."""
        return not self.ended and _may_still_run(self.started, now)


def _pipelines(records: t.Iterable[_Record]) -> t.Iterator[PipelineRuns]:
    """Ids and not names say which pipeline it is: names change, and the history has each as it was."""
    by_id: dict[tuple[str, str, int | None], list[_Record]] = {}
    for record in records:
        if record.definition is not None:
            key = (record.project_id.lower(), record.definition.kind, record.definition.id)
            by_id.setdefault(key, []).append(record)
    for (project_id, _kind, _id), several in by_id.items():
        latest = max(
            (record for record in several if record.result in _DONE and record.owner is not None),
            key=lambda record: record.end or _BEFORE_ALL,
            default=None,
        )
        named = max(several, key=lambda record: record.end or _BEFORE_ALL).definition
        if named is not None:
            yield PipelineRuns(
                project_id=project_id,
                definition=named,
                last=latest.owner if latest else None,
                ended=latest.end if latest else None,
            )


def _first_runs(records: t.Iterable[_Record], since: datetime) -> t.Iterator[FirstRun]:
    """By pipeline. A run that had begun before proves nothing: it may have signed in before."""
    first: dict[tuple[str, str, int | None], _Record] = {}
    for record in records:
        if record.definition and record.ended and record.started and record.started >= since:
            key = (record.project_id.lower(), record.definition.kind, record.definition.id)
            known = first.get(key)
            first[key] = record if known is None or record.started < (known.started or since) else known
    for record in first.values():
        if record.definition:
            yield FirstRun(definition=record.definition, result=record.result or "unknown", ended=record.end)


def began_after(record: Json, moment: datetime) -> bool:
    """Whether a run that began then, or a later one, may be one that began after the moment."""
    started = parse_time(Fields(record, []).text("startTime"))
    return started is None or started >= moment


def may_be_running(record: Json, now: datetime) -> bool:
    """Whether a run that began then, or an earlier one, may still be running."""
    return _may_still_run(parse_time(Fields(record, []).text("startTime")), now)


def _may_still_run(started: datetime | None, now: datetime) -> bool:
    return started is None or now - started < _LONGEST_RUN


def _last_result(records: t.Iterable[_Record]) -> str | None:
    """Of the run that ended last. One that says no time is older than all others, and the history has the newest first."""
    ended = [record for record in records if record.ended]
    latest = max(ended, key=lambda record: record.end or _BEFORE_ALL, default=None)
    return None if latest is None else latest.result


# What stands in place of :meth:`Use.to_result` where the use could not be read.
UNREADABLE_USE: Json = {
    "readable": False,
    "never_used": None,
    "last_used": None,
    "last_result": None,
    "last_success": None,
    "days_until_auto_disable": None,
    "definitions": None,
    "runs_since_conversion": None,
}


@dataclass(frozen=True, kw_only=True)
class IdentityFacts:
    """The identity behind a connection. ``kind``: ``application``, ``managed_identity``, or ``missing`` when Entra knows none with its client id.

    :param audience: the application's ``signInAudience`` (8.5).
    :param passwords: when each of its client secrets ends; None for one that says no end.
    :param certificates: the same for its certificates.
    :param ends_unreadable: whether one of them says an end that makes no sense.
    """

    kind: str
    audience: str | None = None
    passwords: tuple[datetime | None, ...] = ()
    certificates: tuple[datetime | None, ...] = ()
    credentials: tuple[Credential, ...] = ()
    ends_unreadable: bool = False

    @classmethod
    def of_application(cls, raw: Json, credentials: t.Sequence[Credential]) -> IdentityFacts:
        """:raises UnreadableError: a field of the application is not of its kind."""

        def read(fields: Fields) -> IdentityFacts:
            secrets, certificates = (
                [item.text("endDateTime") for item in fields.objects(kind)]
                for kind in ("passwordCredentials", "keyCredentials")
            )
            return cls(
                kind="application",
                audience=fields.text("signInAudience") or None,
                passwords=tuple(map(parse_time, secrets)),
                certificates=tuple(map(parse_time, certificates)),
                credentials=tuple(credentials),
                ends_unreadable=any(end and parse_time(end) is None for end in (*secrets, *certificates)),
            )

        return read_strictly("an application", raw, read)

    @property
    def single_tenant(self) -> bool | None:
        """Whether the Entra issuer is for it (4.1); None if that was not said. A managed identity always belongs to one tenant."""
        if self.kind == "managed_identity":
            return True
        return None if self.audience is None else self.audience == _SINGLE_TENANT

    def to_result(self) -> Json:
        """Shape: ``{kind, sign_in_audience, secrets_expire: [time], certificates_expire: [time], federated_credentials: n}``."""
        return {
            "kind": self.kind,
            "sign_in_audience": self.audience,
            "secrets_expire": [format_time(moment) for moment in self.passwords],
            "certificates_expire": [format_time(moment) for moment in self.certificates],
            "federated_credentials": len(self.credentials),
        }


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What was read around one connection; None is "not asked for". ``unread`` says why something that was asked for could not be read.

    :param tested: how the test of the connection ended before anything was changed.
    :param pipelines: which tasks use it; what of that could not be read stands in it.
    """

    use: Use | None = None
    identity: IdentityFacts | None = None
    tested: Verification | None = None
    pipelines: PipelineFacts | None = None
    unread: t.Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Secret:
    """The stored secret of a connection: ``works``, ``expired``, ``wrong``, ``missing`` or ``unknown``, how one knows, and when it ends, if that is known."""

    state: str
    why: str
    ends: datetime | None = None


def secret_of(connection: ArmConnection, facts: Facts, now: datetime) -> Secret:
    """What is known of the secret. A test beats the directory: Azure DevOps does not say which of an application's secrets it stores (8.5)."""
    by_test = _secret_by_test(facts.tested) if connection.scheme == "service_principal" else None
    listed = _secret_by_directory(connection, facts, now)
    if by_test:
        # When it ends or has ended is the directory's to say, as far as it is sure.
        return Secret(by_test.state, by_test.why, listed.ends if listed.state == by_test.state else None)
    return listed


def _secret_by_test(tested: Verification | None) -> Secret | None:
    if tested is None:
        return None
    if tested.got_a_token:
        return Secret("works", "The test of the connection got a token with it.")
    if tested.result != "credential_failed":
        return None
    codes = set(re.findall(r"AADSTS(\d+)", tested.message))
    state = "expired" if "7000222" in codes else "missing" if "700016" in codes else "wrong"
    return Secret(state, f"The test of the connection says: {tested.message}")


def _secret_by_directory(connection: ArmConnection, facts: Facts, now: datetime) -> Secret:
    identity = facts.identity
    if identity is None:
        return Secret("unknown", "When the secret ends was not read.")
    if identity.ends_unreadable:
        return Secret("unknown", "When the secrets of the application end cannot be made out.")
    if identity.kind != "application":
        return Secret("missing", "There is no application that could have one.")
    certificate = (connection.authentication_type or "").lower() == "spncertificate"
    ends = identity.certificates if certificate else identity.passwords
    word = "certificate" if certificate else "secret"
    if not ends:
        return Secret("missing", f"The application has no {word}.")
    valid = [moment for moment in ends if moment is None or moment > now]
    if not valid:
        last = max(moment for moment in ends if moment is not None)
        return Secret(
            "expired", f"Every {word} of the application has ended, the last one on {format_time(last)}.", last
        )
    if len(valid) < len(ends):
        return Secret("unknown", f"Some of the application's {word}s have ended, and which one is stored is not known.")
    known = [moment for moment in valid if moment is not None]
    return Secret("works", f"The application's {word} is valid.", min(known) if known else None)
