# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task of azdo_arm_connection_convert orders: its options, checked before anything is asked, in the words of the rules.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from ansible_collections.azdo.connections.plugins.module_utils._convert.approval import (
    check_digest,
    check_document,
    text_hash,
)
from ansible_collections.azdo.connections.plugins.module_utils._convert.pairs import PAIRS, Pair, pairs_of
from ansible_collections.azdo.connections.plugins.module_utils._convert.selection import Selection
from ansible_collections.azdo.connections.plugins.module_utils._errors import OptionError
from ansible_collections.azdo.connections.plugins.module_utils._inspect.readiness_options import task_support
from ansible_collections.azdo.connections.plugins.module_utils._inspect.terraform_files import terraform
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import (
    ENTRA_ISSUER,
    SERVICE_PRINCIPAL,
    WIF,
    Json,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.estate import (
    Estate,
    check_names,
    look_up,
    named_projects,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.identifiers import is_guid
from ansible_collections.azdo.connections.plugins.module_utils._move.terms import Terms
from ansible_collections.azdo.connections.plugins.module_utils._rules.situation import FederationOptions
from ansible_collections.azdo.connections.plugins.module_utils._rules.task_support import TaskSupport
from ansible_collections.azdo.connections.plugins.module_utils._rules.terraform import Terraform
from ansible_collections.azdo.connections.plugins.module_utils._sign_in.options import check_range

# The options that say what a run does, and not how fast; a plan is made for their values.
_BEHAVIOUR = (
    "to",
    "shared",
    "include_disabled",
    "allow_in_use",
    "allow_irreversible",
    "attempt_as_non_user",
    "revert_on_failure",
    "resend",
    "max_failures",
    "verify",
)
# The same for options that came later: as long as they are left out, plans are what they were.
_BEHAVIOUR_SINCE: Json = {
    "reconvert_on_failure": False,
    "compare": "all",
    "readiness": "warn",
    "readiness_expand": False,
}


@dataclass(frozen=True, kw_only=True)
class Options:
    """The options of one task.

    :param plan: the plan to apply. :param digest: the digest that the plan of now must have.
    :param batch: ids of an earlier plan; those of a journal are read later.
    :param pairs: what was given for single connections.
    """

    params: t.Mapping[str, t.Any]
    plan: Json | None = None
    digest: str | None = None
    batch: tuple[str, ...] | None = None
    credential: Json | None = field(default=None)
    pairs: tuple[Pair, ...] = ()
    task_support: TaskSupport = field(default_factory=TaskSupport)
    terraform: Terraform = field(default_factory=Terraform)

    @property
    def target(self) -> str:
        return str(self.params["to"])

    @property
    def looks_at_pipelines(self) -> bool:
        return self.target == WIF and self.params["readiness"] != "ignore"

    @property
    def tests_before(self) -> bool:
        return self.params["verify"] in ("before", "both")

    @property
    def _federation(self) -> FederationOptions | None:
        credential = self.credential
        if credential is None:
            return None
        return FederationOptions(mode=credential["mode"], audience=credential["audience"], probe=credential["probe"])

    @property
    def terms(self) -> Terms:
        params = self.params
        return Terms(
            target=self.target,
            wait_timeout=params["wait_timeout"],
            migration_grace=params["migration_grace"],
            test=params["verify"] in ("after", "both"),
            compare=params["compare"] == "all",
            revert_on_failure=params["revert_on_failure"],
            reconvert_on_failure=params["reconvert_on_failure"],
            resend=params["resend"],
        )

    def wanted(self, journaled: t.Sequence[str] | None) -> Selection:
        """:param journaled: the ids of the journal in ``batch``."""
        params = self.params
        ids = self.batch if journaled is None else tuple(journaled)
        projects = params["projects"]
        if self.plan is not None:
            ids = tuple(item["id"] for item in self._planned)
            projects = self._projects_to_read(self.plan["options"].get("projects"))
        return Selection(
            target=self.target,
            projects=None if projects is None else tuple(projects),
            connections=None if params["connections"] is None else tuple(params["connections"]),
            revert_all=params["revert_all"],
            migrated=params["remove_old_credential"],
            only_candidates=params["only_candidates"],
            ids=ids,
        )

    def narrowed(self, wanted: Selection, estate: Estate) -> Selection:
        """What is left of it for a task that carries out a plan in some of its projects.

        :raises NotFoundError: one of them is not there.
        """
        if not self._narrows:
            return wanted
        here = self.concerned(wanted, estate) or ()
        return replace(wanted, ids=tuple(item["id"] for item in self._planned if item["project_id"] in here))

    def concerned(self, wanted: Selection, estate: Estate) -> frozenset[str] | None:
        """The ids of the projects in which a plan is carried out, in lower case; None: in all that are read.

        :raises NotFoundError: one of them is not there.
        """
        if not self._narrows:
            return None
        narrowed: list[str] = self.params["projects"]
        # Where only these were read, the service has said which ones are meant.
        found = estate.projects if wanted.projects == tuple(narrowed) else named_projects(estate, narrowed)
        return frozenset(project.id.lower() for project in found)

    def conditions(self, estate: Estate) -> Json:
        """What the rules need to know of the options, names resolved; the keys are those of :class:`situation.Situation`."""
        params = self.params
        named = params["projects"] is not None or params["connections"] is not None or self.plan is not None
        pairs = self._pairs(estate)
        excluded = self._ids(estate, params["exclude"] or (), "exclude", named_projects=named)
        return {
            "include_shared": params["shared"] == "include",
            "include_disabled": params["include_disabled"],
            "allow_in_use": params["allow_in_use"],
            "hold_pipelines": tuple(params["hold_pipelines"] or ()),
            "readiness": params["readiness"],
            "task_support": self.task_support,
            "terraform": self.terraform,
            "planned_terraform": None
            if self.plan is None
            else {item["id"]: item.get("terraform") for item in self._planned},
            "accepted": None if self.plan is None else self._accepted,
            "federation": self._federation,
            "pairs": {id_: pair.federation for id_, pair in pairs.items() if pair.federation},
            "identities": {id_: pair.managed_identity for id_, pair in pairs.items() if pair.managed_identity},
            "named": params["connections"] is not None and not params["only_candidates"],
            "allow_irreversible": params["allow_irreversible"],
            "attempt_as_non_user": params["attempt_as_non_user"],
            "resend": params["resend"],
            "excluded": frozenset(excluded + [item["id"] for item in self._planned if item["decision"] == "exclude"]),
            "approved": {item["id"]: item["fingerprint"] for item in self._planned},
            "promised_back": frozenset(item["id"] for item in self._planned if item["rollback"] == "possible"),
            "not_approved": frozenset(item["id"] for item in self._planned if not item["action"]),
        }

    @property
    def _accepted(self) -> frozenset[str]:
        return frozenset(item["id"] for item in self._planned if item.get("accepted"))

    def _pairs(self, estate: Estate) -> dict[str, Pair]:
        """What was given, by connection id in lower case."""
        found: dict[str, Pair] = {}
        for pair in self.pairs:
            (id_,) = self._ids(estate, [pair.connection], PAIRS, named_projects=False, patterns=False)
            if id_ in found:
                raise OptionError(
                    f"{PAIRS} has two entries for {pair.connection!r}.", remedy="Name each connection once."
                )
            found[id_] = pair
        return found

    @property
    def rollbacks(self) -> dict[str, str]:
        """What the plan of an earlier conversion knew about the way back, by connection id."""
        plan = (self.params["batch"] or {}).get("plan") or {}
        return {item["id"]: item["rollback"] for item in plan.get("connections") or () if item["action"]}

    def promise(
        self, estate: Estate, pairs: t.Mapping[str, tuple[str, str]], identities: t.Mapping[str, str] | None = None
    ) -> Json:
        """The part of the options that a plan is made for. Ids, flags and hashes only.

        :param pairs: issuer and subject that were given, by connection id. :param identities: ids of managed identities, by the same.
        """
        given = [f"{id_} {issuer} {subject}" for id_, (issuer, subject) in pairs.items()]
        given += [f"{id_} {resource_id.lower()}" for id_, resource_id in (identities or {}).items()]
        credential = self.credential
        return {
            **{name: self.params[name] for name in _BEHAVIOUR},
            **{name: value for name, usual in _BEHAVIOUR_SINCE.items() if (value := self.params[name]) != usual},
            **({"task_support": text_hash(rows)} if (rows := self.task_support.to_plan()) else {}),
            "projects": self._promised_projects(estate),
            "hold_pipelines": text_hash(text.strip().casefold() for text in self.params["hold_pipelines"] or ()),
            "federated_credential": None
            if credential is None
            else {
                "mode": credential["mode"],
                "probe": credential["probe"],
                "audience": text_hash([credential["audience"] or ""]),
                "pairs": text_hash(given),
            },
        }

    def _promised_projects(self, estate: Estate) -> t.Any:
        if self.plan is not None:
            # What it promised: all of these were found again, or the task carries it out in some of them only.
            return self.plan["options"].get("projects")
        if self.params["projects"] is None:
            return None
        return sorted(project_id.lower() for project_id in estate.project_ids)

    # -- a plan that is carried out in some of its projects ----------------------------------------------------------
    @property
    def _planned(self) -> t.Sequence[Json]:
        return () if self.plan is None else t.cast("list[Json]", self.plan["connections"])

    @property
    def _narrows(self) -> bool:
        return self.plan is not None and self.params["projects"] is not None

    @property
    def elsewhere(self) -> frozenset[str]:
        """The ids of a plan of which only a part is carried out: options may name what is in the other part."""
        return frozenset(item["id"] for item in self._planned) if self._narrows else frozenset()

    def _projects_to_read(self, promised: t.Sequence[str] | None) -> t.Sequence[str] | None:
        """Only those in which something is to be done, unless a name has to be understood that may be one of another project."""
        narrowed = self.params["projects"]
        if narrowed is None:
            return promised
        known = {item["id"] for item in self._planned}
        texts = [pair.connection for pair in self.pairs]
        if all(text.lower() in known for text in [*texts, *(self.params["exclude"] or ())]):
            return t.cast("list[str]", narrowed)
        return None if promised is None else [*promised, *narrowed]

    def _ids(
        self, estate: Estate, texts: t.Sequence[str], option: str, *, named_projects: bool, patterns: bool = True
    ) -> list[str]:
        """The ids of connections that an option names, in lower case. Those that the plan knows may be in projects that were not read."""
        known = self.elsewhere
        rest = [text for text in texts if text.lower() not in known]
        found = look_up(estate, rest, option=option, named_projects=named_projects, patterns=patterns)
        return [text.lower() for text in texts if text.lower() in known] + [
            item.connection.id.lower() for item in found
        ]


def read_options(params: t.Mapping[str, t.Any]) -> Options:
    """:raises OptionError: the options cannot mean anything. :raises PlanChangedError: the plan was altered."""
    check_range("concurrency", params["concurrency"], 1, 64)
    for option in ("wait_timeout", "verify_timeout", "migration_grace", "max_failures"):
        check_range(option, params[option], 0)
    check_range("plan_max_age", params["plan_max_age"], 1)
    for option in ("projects", "connections"):
        check_names(option, params[option])
    for option in ("exclude", "hold_pipelines", "allow_unread"):
        check_names(option, params[option], "none")
    _check_verification(params)
    _check_issuer(params)
    _check_source(params)
    credential = params["federated_credential"]
    if credential is not None and params["to"] == SERVICE_PRINCIPAL:
        raise OptionError("federated_credential has no meaning with to=service_principal.", remedy="Leave it out.")
    pairs = pairs_of(credential)
    if params["to"] == ENTRA_ISSUER and credential is None:
        credential = {"mode": "create", "audience": None, "probe": False}
    if params["plan"] is not None:
        check_document(params["plan"])
    batch = params["batch"] or {}
    if batch.get("plan") is not None:
        check_document(batch["plan"], "batch.plan")
    return Options(
        params=params,
        plan=params["plan"],
        digest=None if params["plan_digest"] is None else check_digest(params["plan_digest"]),
        batch=_of_batch(batch),
        credential=credential,
        pairs=pairs,
        task_support=task_support(params),
        terraform=terraform(params),
    )


def _of_batch(batch: t.Mapping[str, t.Any]) -> tuple[str, ...] | None:
    """The connections of an earlier run, in lower case; None for those of a journal, which is read later."""
    if batch.get("plan") is not None:
        return tuple(
            item["id"] for item in batch["plan"]["connections"] if item["action"] and item["decision"] == "act"
        )
    return None if batch.get("ids") is None else tuple(id_.lower() for id_ in batch["ids"])


def _check_verification(params: t.Mapping[str, t.Any]) -> None:
    if params["reconvert_on_failure"] and (params["to"] != SERVICE_PRINCIPAL or params["verify"] != "both"):
        raise OptionError(
            f"reconvert_on_failure needs to=service_principal and tests before and after; to is {params['to']} and verify is {params['verify']}.",
            remedy="Set verify to both for a revert, or leave reconvert_on_failure out.",
        )
    if not params["revert_on_failure"]:
        return
    if params["to"] != WIF:
        raise OptionError(
            f"revert_on_failure has no meaning with to={params['to']}.",
            remedy="There is no way back from it: leave revert_on_failure out.",
        )
    if params["verify"] != "both":
        raise OptionError(
            f"revert_on_failure needs tests before and after, and verify is {params['verify']}.",
            remedy="Set verify to both: only what a conversion broke is reverted.",
        )


def _check_issuer(params: t.Mapping[str, t.Any]) -> None:
    if params["remove_old_credential"]:
        _check_removal(params)
    if params["to"] != ENTRA_ISSUER:
        if params["resend"]:
            raise OptionError("resend goes with to=entra_issuer only.", remedy="Leave resend out.")
        return
    if (params["federated_credential"] or {}).get("probe"):
        raise OptionError(
            "federated_credential.probe has no meaning with to=entra_issuer.",
            remedy="Leave federated_credential.probe out.",
        )
    if params["verify"] not in ("after", "both"):
        raise OptionError(
            f"to=entra_issuer needs a test after each migration, and verify is {params['verify']}.",
            remedy="Set verify to after or both: the first connection must work before others follow.",
        )
    if not params["journal"]:
        raise OptionError(
            "to=entra_issuer needs a journal, because nobody can ask Azure DevOps whether a migration was asked for.",
            remedy="Set journal to a file that outlives this run.",
        )


def _check_removal(params: t.Mapping[str, t.Any]) -> None:
    """A step of its own, after the migration."""
    if params["to"] != ENTRA_ISSUER:
        raise OptionError(
            "remove_old_credential goes with to=entra_issuer only.", remedy="Leave remove_old_credential out."
        )
    others = [name for name in ("plan", "plan_digest", "max_failures") if params[name] is not None]
    others += ["resend"] if params["resend"] else []
    others += ["compare"] if params["compare"] != "all" else []
    if others:
        raise OptionError(
            f"remove_old_credential does not go with {' and '.join(others)}.",
            remedy="Nothing is migrated in such a run: look at it in check mode first.",
        )


def _check_source(params: t.Mapping[str, t.Any]) -> None:
    """What the connections are chosen by: one way at a time."""
    batch = params["batch"]
    if batch is not None and params["to"] != SERVICE_PRINCIPAL:
        raise OptionError(
            "batch goes with to=service_principal only.", remedy="Name the connections with connections or plan."
        )
    given = [name for name in ("plan", "journal", "ids") if batch is not None and batch.get(name) not in (None, "")]
    if batch is not None and len(given) != 1:
        raise OptionError(
            "batch needs plan, journal or ids, one of the three.", remedy="Name the one that tells what was converted."
        )
    odd = [text for text in (batch or {}).get("ids") or () if not is_guid(text)]
    if odd:
        raise OptionError(f"batch.ids has the entry {odd[0]!r}, which is no ID.", remedy="Give the IDs of connections.")
    if params["plan"] is not None and params["plan_digest"] is not None:
        raise OptionError(
            "plan and plan_digest exclude each other.", remedy="plan says everything that plan_digest does."
        )
    ways = [name for name in ("connections", "plan", "batch") if params[name] is not None]
    ways += ["revert_all"] if params["revert_all"] else []
    if len(ways) > 1:
        raise OptionError(
            f"{' and '.join(ways)} exclude each other.", remedy="Each of them says which connections are meant."
        )
