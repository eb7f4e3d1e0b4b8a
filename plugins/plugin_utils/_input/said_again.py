# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was said of a run, for a command that is to say the same.

PRIVATE to the collection. Values are those that the role has heard, in its types. What a command cannot say, or should not show, is told in words.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible.errors import AnsibleActionFail
from ansible.parsing import vault
from ansible_collections.azdo.connections.plugins.plugin_utils._input.play_view import PlayView
from ansible_collections.azdo.connections.plugins.plugin_utils._input.role_variables import (
    OF_PLAYBOOKS,
    VARIABLES,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._input.scope import OF_A_HOST
from ansible_collections.azdo.connections.plugins.plugin_utils._input.value_forms import filled
from ansible_collections.azdo.connections.plugins.plugin_utils._report.command_line import variable

# Beside what a play is about, what is read of every host and may have been said for all of them.
_OF_HOSTS = ("azdo_organization_url", *OF_A_HOST)
_OF_THE_PLAY = (*OF_PLAYBOOKS, *_OF_HOSTS)
_HERE = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Again:
    """:param place: as :func:`place_of`. :param values: by the full names of variables of the role.

    :param others: names of extra variables that are none of ours. :param unsaid: why a command cannot say the same, as the end of a sentence; else empty.
    """

    place: tuple[str, ...] | None
    values: t.Mapping[str, t.Any]
    others: tuple[str, ...] = ()
    unsaid: str = ""


def said_again(view: PlayView, entry: str) -> Again:
    """What was said with ``-e``, for another entry point. An inventory says again what it has said; nothing else can be repeated."""
    place = place_of(view)
    ours = [name for name in view.extra if name in VARIABLES and entry in VARIABLES[name].entries]
    if unsaid := _unsaid(view, ours):
        return Again(place, {}, unsaid=unsaid)
    try:
        values = {name: value for name, value in view.typed(entry).items() if name in (*ours, "fleet_confirm")}
    except AnsibleActionFail as error:
        return Again(place, {}, unsaid=f"azdo.connections.{entry} would refuse what was said: {str(error).rstrip('.')}")
    serial = view.value("fleet_serial")
    others = sorted(name for name in view.extra if name not in {*VARIABLES, *_OF_THE_PLAY})
    return Again(place, {**({} if filled(serial) is None else {"fleet_serial": serial}), **values}, tuple(others))


def _unsaid(view: PlayView, ours: t.Sequence[str]) -> str:
    """Why a command cannot say the same, as the end of a sentence."""
    if hidden := _from_vault(view, (*ours, *_OF_THE_PLAY)):
        return f"{_and(hidden)} came out of a vault"
    if not view.is_playbook:
        return "a play of your own may set variables that a command does not know"
    differing = [name for name in ours if len(view.hosts) > 1 and view.is_template(name)]
    return f"{_and(differing)} may come out differently for each host" if differing else ""


def place_of(view: PlayView) -> tuple[str, ...] | None:
    """The words of a command that say where: the inventory, the hosts of this play, and what was said of all of them; None if no command should say that."""
    if _from_vault(view, _OF_THE_PLAY):
        return None
    inventory = [word for source in view.sources for word in ("-i", source)]
    limit = ("--limit", view.limit) if view.limit else ()
    hosts = _pattern(view.value("fleet_hosts")) if view.is_playbook else _hosts_of(view.play.hosts)
    told = {name: view.value(name) for name in _OF_HOSTS if view.is_of_the_play(name)}
    said = {name: value for name, value in {"fleet_hosts": hosts, **told}.items() if filled(value) is not None}
    return (*inventory, *limit, *(word for name, value in said.items() for word in variable(name, value)))


def _hosts_of(hosts: t.Any) -> t.Any:
    """The hosts of a play of somebody's own; None for the one that the playbooks have without any."""
    pattern = _pattern(hosts)
    return None if pattern in _HERE else pattern


def _pattern(hosts: t.Any) -> t.Any:
    """A list of patterns as one, which is all that the playbooks take."""
    return ",".join(map(str, hosts)) if isinstance(hosts, list) else hosts


def _from_vault(view: PlayView, names: t.Iterable[str]) -> list[str]:
    """Those of the names whose values a vault holds, whoever has set them for the play."""
    whole = view.from_vault()
    told = [name for name in names if name in view.variables and view.is_of_the_play(name)]
    return [
        name for name in told if name in whole or _is_vaulted(view.variables[name]) or _is_vaulted(view.value(name))
    ]


def _is_vaulted(value: t.Any) -> bool:
    """Whether a vault holds any of it. Before ansible-core 2.19 such a text has a type of its own, and later, once it is evaluated, a tag."""
    helper = getattr(vault, "VaultHelper", None)
    if hasattr(value, "_ciphertext") or (helper and helper.get_ciphertext(value, with_tags=False)):
        return True
    if isinstance(value, t.Mapping):
        return any(map(_is_vaulted, value.values()))
    return isinstance(value, t.Sequence) and not isinstance(value, str) and any(map(_is_vaulted, value))


def _and(names: t.Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
