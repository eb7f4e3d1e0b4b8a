# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of the role fleet as options of the modules.

PRIVATE to the collection, and pure. It is Python and not templates, because Ansible compiles every template anew for each host and task.
"""

from __future__ import annotations

import typing as t

from ansible.module_utils.parsing.convert_bool import boolean
from ansible_collections.azdo.connections.plugins.plugin_utils._report.wording import FEDERATION, SERVICE_PRINCIPAL
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.surveys import filled, listed

ENTRA_ISSUER = "entra_issuer"
Variables = t.Mapping[str, t.Any]

# Variables that are an option of azdo_arm_connection_convert of the same name, always given.
_SAME = (
    "include_disabled",
    "allow_in_use",
    "allow_irreversible",
    "attempt_as_non_user",
    "verify",
    "verify_timeout",
    "migration_grace",
    "concurrency",
    "wait_timeout",
    "plan_max_age",
)


def convert_options(
    variables: Variables,
    *,
    to: str,
    check_mode: bool,
    exclude: t.Sequence[str],
    pairs: t.Sequence[t.Mapping[str, t.Any]],
) -> dict[str, t.Any]:
    """How a conversion is done, the same for its plan as for itself.

    :param variables: those of the role, with their prefix. :param to: where the connections are moved to.
    :param exclude: the connections to leave alone, and pairs those of this host.
    """

    def value(name: str) -> t.Any:
        return variables.get(f"fleet_{name}")

    asked = value("confirm") == "each" and not check_mode
    found: dict[str, t.Any] = {
        **{name: value(name) for name in _SAME},
        "to": to,
        "exclude": list(exclude),
        # Who is asked about each connection is asked about the shared ones, too; Enter leaves them alone.
        "shared": "include" if asked else value("shared"),
        # Only what a conversion broke is taken back, and that takes a test before and one after.
        "revert_on_failure": to == FEDERATION and value("verify") == "both" and value("rollback_scope") != "none",
        # What is about another target has no meaning here, and the module says so; variables may be those of a whole fleet.
        "resend": to == ENTRA_ISSUER and _flag(value("resend")),
        "remove_old_credential": to == ENTRA_ISSUER and _flag(value("remove_old_credential")),
        "hold_pipelines": listed(value("hold_pipelines")) or None,
        "journal": filled(value("journal")),
        "max_failures": filled(value("max_failures")),
        "federated_credential": None if to == SERVICE_PRINCIPAL else _credential(variables, pairs),
    }
    return {name: entry for name, entry in found.items() if entry is not None}


def nobody_agreed(variables: Variables, *, to: str, check_mode: bool) -> bool:
    """Whether something would be moved on this host without a plan that was approved, a person at a terminal, or the word that none is wanted."""
    removes = to == ENTRA_ISSUER and _flag(variables.get("fleet_remove_old_credential"))
    planned = variables.get("fleet_confirm") == "plan" and filled(variables.get("fleet_plan_digest")) is None
    return planned and not (check_mode or removes)


def _credential(variables: Variables, pairs: t.Sequence[t.Mapping[str, t.Any]]) -> dict[str, t.Any] | None:
    mode = filled(variables.get("fleet_federated_credential"))
    if mode is None:
        return None
    return {
        "mode": mode,
        "audience": filled(variables.get("fleet_credential_audience")),
        "probe": _flag(variables.get("fleet_credential_probe")),
        "pairs": [dict(pair) for pair in pairs],
    }


def _flag(value: t.Any) -> bool:
    return bool(boolean(value, strict=False))
