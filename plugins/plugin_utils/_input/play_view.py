# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an action sees of its play: the variables of its host as the role has them, who said them, and the other hosts.

PRIVATE to the collection. A registered result is read as it is stored, so nothing of it is evaluated.
"""

from __future__ import annotations

import contextlib
import os
import typing as t
from pathlib import Path

import yaml
from ansible import constants as C  # noqa: N812 - the name that all of ansible-core uses
from ansible import context
from ansible.errors import AnsibleActionFail, AnsibleError
from ansible.plugins.action import ActionBase
from ansible.utils.vars import load_extra_vars
from ansible_collections.azdo.connections.plugins.plugin_utils._input.role_variables import (
    PREFIX,
    VARIABLES,
    Said,
    VariablesError,
    hear,
    of_jobs,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._input.scope import OF_A_HOST, Host
from ansible_collections.azdo.connections.plugins.plugin_utils._input.value_forms import filled

Variables = t.Mapping[str, t.Any]
Json = dict[str, t.Any]

# The word for a journal that goes with the run. A file of that name is ./temporary.
TEMPORARY = "temporary"


class PlayView:
    """:param variables: what ansible-core gives an action, which it has not evaluated."""

    def __init__(self, action: ActionBase, variables: Json) -> None:
        self._action = action
        self.variables = variables
        self.host_name = str(variables["inventory_hostname"])
        # Of all hosts, and of those whose turn it is.
        self.hosts: list[str] = [str(host) for host in variables["ansible_play_hosts_all"]]
        self.batch: list[str] = [str(host) for host in variables["ansible_play_batch"]]
        self.hostvars = variables["hostvars"]
        # Each time ansible-core puts all variables of a host together again.
        self._of_inventory: dict[str, Variables] = {}
        self.check_mode = bool(action._task.check_mode)
        self.play = action._task.get_play()
        self.extra: Variables = load_extra_vars(action._loader)

    @property
    def sources(self) -> list[str]:
        """The inventory that was named, as a person would name it from here; empty where it is the one of the configuration."""
        told = [str(source) for source in self.variables.get("ansible_inventory_sources") or ()]
        named = [source for source in told if source not in C.config.get_config_value("DEFAULT_HOST_LIST")]
        return [source if "," in source else os.path.relpath(source) for source in named]

    @property
    def limit(self) -> str:
        """What --limit said; empty if nothing."""
        return str(context.CLIARGS.get("subset") or "")

    @property
    def is_playbook(self) -> bool:
        """Whether the play is one of the collection's own, which has fleet_hosts for its keyword."""
        return bool(self.value("__fleet_playbook"))

    @property
    def is_first_batch(self) -> bool:
        """Whether no hosts of the play had their turn before those of now."""
        return self.hosts[:1] == self.batch[:1]

    def run_of(self, entry: str) -> str:
        """What tells an entry point in this play from those that were played before it in the same run. A play has no public id."""
        return f"{self.play._uuid}-{entry}"

    def part_of(self, entry: str) -> int:
        """Which play of this entry point it is in this run of ansible-playbook, from 1: the same one at each batch of its hosts."""
        file = _of_the_run(f"plays-{entry}")
        known = file.read_text(encoding="utf-8").split() if file.exists() else []
        if (run := self.run_of(entry)) not in known:
            known.append(run)
            file.write_text("\n".join(known), encoding="utf-8")
        return known.index(run) + 1

    def said(self, entry: str) -> Said:
        """What was said for this host. :raises AnsibleActionFail: it makes no sense."""
        values = self._heard(entry)
        for name, parts in self._of_jobs(entry).items():
            # What a person says counts, and nothing is added to it.
            values[name] = parts if filled(values.get(name)) is None else values[name]
        # Nothing at all is the default. What was set to something and came out blank is another thing, and ansible-core 2.19 makes null of a survey's blank.
        blank = [
            name
            for name, value in values.items()
            if filled(value) is None and (self.variables[name] is not None or name in self.extra)
        ]
        try:
            said = hear(entry, values, blank)
        except VariablesError as error:
            raise AnsibleActionFail(str(error)) from None
        journal = _journal(said.get("journal") or "")
        return Said(entry, {**said.values, "journal": journal}, said.blank) if journal else said

    def _heard(self, entry: str) -> Json:
        """The values of the variables that an entry point knows, as they were said."""
        names = [name for name in VARIABLES if name in self.variables and entry in VARIABLES[name].entries]
        values = {name: self._evaluated(name) for name in names}
        odd = [name for name, value in values.items() if VARIABLES[name].is_text and isinstance(value, int | float)]
        return {**values, **as_written(self._action._loader, {*odd} & {*self.extra})}

    def typed(self, entry: str) -> Json:
        """What was said, by full names and in the types of the table, before anything follows from it: a folder for a journal is that folder.

        Without what was left blank. :raises AnsibleActionFail: the entry point would refuse it.
        """
        self.said(entry)
        return {
            name: VARIABLES[name].read(value) for name, value in self._heard(entry).items() if filled(value) is not None
        }

    def is_template(self, name: str) -> bool:
        """Whether the value of a variable is another one than what stands there."""
        return bool(self._evaluated(name) != self.variables[name])

    def from_vault(self) -> set[str]:
        """The names of extra variables that were in a file which a vault holds as a whole. Nothing marks their values."""
        found: set[str] = set()
        for given in map(str, context.CLIARGS.get("extra_vars") or ()):
            with contextlib.suppress(AnsibleError, OSError, UnicodeDecodeError):
                path = self._action._loader.path_dwim(given[1:]) if given.startswith("@") else ""
                if path and Path(path).read_text(encoding="utf-8").startswith("$ANSIBLE_VAULT"):
                    found |= {*self._action._loader.load_from_file(path)}
        return found

    def _of_jobs(self, entry: str) -> dict[str, list[t.Any]]:
        """What several jobs have handed on of one variable. :raises AnsibleActionFail: a part of it is not there, or makes no sense."""
        found: dict[str, list[t.Any]] = {}
        for name in sorted(self.variables):
            whole = of_jobs(name)
            if not whole or entry not in VARIABLES[whole].entries:
                continue
            value = self._evaluated(name)
            if value is None:
                raise AnsibleActionFail(f"{name} was too large to be handed on, so nobody knows what was moved there.")
            try:
                found.setdefault(whole, []).extend(VARIABLES[whole].read(value) or ())
            except ValueError as error:
                raise AnsibleActionFail(f"{name} {error}.") from None
        return found

    def said_of(self, host: str, entry: str) -> Said | None:
        """What was said for another host, as far as its inventory says more than what holds for all; None if it says nothing.

        What a play, a role or -e sets wins over it. What is a template there is left to the turn of that host.
        """
        theirs, mine = self.of_inventory(host), self.of_inventory(self.host_name)
        values: Json = {}
        blank = []
        for name, variable in VARIABLES.items():
            if entry not in variable.entries:
                continue
            raw = (
                self.variables.get(name)
                if self.is_of_the_play(name, variable.default)
                else theirs.get(name, variable.default)
            )
            values[name] = variable.default if "{{" in str(raw) else raw
            blank += [name] if raw is not None and filled(raw) is None else []
        if not any(name in theirs and theirs.get(name) != mine.get(name) for name in values):
            return None
        try:
            return hear(entry, values, blank)
        except VariablesError as error:
            raise AnsibleActionFail(f"{host}: {error}") from None

    def host(self) -> Host:
        """What this host stands for, as the role sees it."""
        return Host.from_variables({name: self._evaluated(name) for name in OF_A_HOST if name in self.variables})

    def stored(self, name: str) -> Variables:
        """What this host has registered under a name; empty if nothing."""
        found = self.variables.get(name)
        return found if isinstance(found, t.Mapping) else {}

    def of_inventory(self, host: str) -> Variables:
        """The variables of a host as its inventory has them; without those of plays, roles and tasks."""
        if host not in self._of_inventory:
            found = self.hostvars.raw_get(host)
            self._of_inventory[host] = found if isinstance(found, t.Mapping) else {}
        return self._of_inventory[host]

    def is_of_the_play(self, name: str, default: t.Any = None) -> bool:
        """Whether a play, a role or -e says something else of this host than its inventory does. :param default: of the role."""
        return name in self.extra or self.variables.get(name) != self.of_inventory(self.host_name).get(name, default)

    def own_names(self) -> list[str]:
        """The names of this host's variables that look like those of the role."""
        return [name for name in self.variables if name.startswith(PREFIX)]

    def value(self, name: str) -> t.Any:
        """The value of any variable, evaluated; None if there is none."""
        return self._evaluated(name) if name in self.variables else None

    def _evaluated(self, name: str) -> t.Any:
        try:
            return _opened(self._action._templar.template(self.variables[name]))
        except AnsibleError as error:
            raise AnsibleActionFail(f"{name} cannot be evaluated: {error}") from None


def _opened(value: t.Any) -> t.Any:
    """The texts that a vault holds as texts. Up to ansible-core 2.18 they are of a type that looks like a list of letters."""
    if hasattr(value, "_ciphertext"):
        return str(value)
    # What has none stays what it is, with its marks.
    if isinstance(value, list) and any(hasattr(part, "_ciphertext") for part in value):
        return [_opened(part) for part in value]
    return value


def _of_the_run(name: str) -> Path:
    """A file that all workers of this ansible-playbook know, and nobody else may read; ansible-core removes its folder at the end."""
    return Path(str(vars(C)["DEFAULT_LOCAL_TMP"]), f"azdo-{os.getppid()}-{name}")


def _journal(said: str) -> str:
    """The file: what was named, the one in a folder that was named, or one that goes with the run."""
    if said == TEMPORARY:
        return str(_of_the_run("journal"))
    return str(Path(said, "azdo.journal")) if said and Path(said).expanduser().is_dir() else said


def as_written(loader: t.Any, names: t.Collection[str]) -> dict[str, str]:
    """What the extra variables of these names were before YAML made numbers and flags of them: a survey sends the project 007 as ``!unsafe '007'``, which
    ansible-core 2.19 reads as 7.
    """
    found: dict[str, str] = {}
    if not names:
        return found
    for given in context.CLIARGS.get("extra_vars") or ():
        text = str(given)
        with contextlib.suppress(AnsibleError, OSError, yaml.YAMLError, UnicodeDecodeError):
            if text.startswith("@"):
                text = Path(loader.path_dwim(text[1:])).read_text(encoding="utf-8")
            # It knows no numbers and no tags: every value is the text that stands there.
            content = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - makes texts, lists and dictionaries only
            if isinstance(content, dict):
                found |= {
                    name: value
                    for name, value in content.items()
                    if name in names and isinstance(value, str) and "{{" not in value
                }
    return found
