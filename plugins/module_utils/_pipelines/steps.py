# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A step of a pipeline, as far as it matters to a service connection: its task, the connections that its inputs name, and whether it reads their secret.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ansible_collections.azdo.connections.plugins.module_utils._model.pipeline_facts import KeyUse
from ansible_collections.azdo.connections.plugins.module_utils._pipelines.installed_tasks import (
    KEY_INPUT,
    InstalledTasks,
)

_EXPRESSION = re.compile(r"\$\(|\$\{\{|\$\[")
# Inputs that may well take a connection, of a task that nobody can look up.
_MAY_BE_ONE = re.compile(r"connection|connected|subscription|endpoint", re.IGNORECASE)
_KEY = re.compile(r"serviceprincipalkey", re.IGNORECASE)
_LOGIN = re.compile(
    r"\baz\s+login\b(?!.*\s--federated-token\b)(?=.*\s--service-principal\b)(?=.*\s(?:-p|--password)[\s=])",
    re.IGNORECASE,
)
# A script that a script starts, which has the same environment.
_SCRIPT_FILE = re.compile(
    r"\.(?:sh|bash|ps1|psm1|py|cmd|bat|js|rb|pl)\b|(?:^|[;&|(])\s*\.{1,2}[\\/]", re.IGNORECASE | re.MULTILINE
)
# A text that is nothing but a variable.
_VARIABLE = re.compile(r"\$\([^()\s]+\)")
# A command goes on in the next line behind these: in bash, PowerShell and cmd.
_CONTINUED = re.compile(r"[\\`^]\r?\n")
_LONGEST_NAME = 512


@dataclass(frozen=True)
class Step:
    """A step that takes, or may take, a connection.

    :param task: its name, or its id where that is all that is known; ``major``: its version, empty if that is not said.
    :param connections: what its inputs name: names, ids, and expressions.
    :param place: where it stands, such as ``Deploy / job / Copy files``. :param line: in the expanded YAML, from 1.
    """

    task: str
    major: str
    connections: tuple[str, ...]
    key_use: KeyUse = ""
    place: str = ""
    line: int | None = None

    @property
    def label(self) -> str:
        """``AzureCLI@2``, or the task alone if its version is not said."""
        return f"{self.task}@{self.major}" if self.major else self.task

    @property
    def kind(self) -> tuple[str, str]:
        """Task and version, to compare with those that ran."""
        return self.task.casefold(), self.major


def is_expression(text: str) -> bool:
    """Whether a text is, or holds, something that only a run replaces: a variable, a parameter, an expression."""
    return bool(_EXPRESSION.search(text))


def major_of(version: str) -> str:
    """The major version of ``4``, ``4.*`` or ``4.230.1``; empty for ``*``, which is whatever is newest then."""
    found = re.match(r"\d+", version.strip())
    return found[0] if found else ""


def step_of(
    task: str,
    version: str,
    inputs: t.Mapping[str, t.Any],
    installed: InstalledTasks,
    place: str,
    line: int | None = None,
) -> Step | None:
    """The step, if its task takes a connection or may do so; else None. One of which no input names any has no ``connections``.

    :param task: name or id. :param inputs: as they are written; names in any case.
    """
    name, major = installed.name_of(task), major_of(version)
    texts = {key.casefold(): _text(value) for key, value in inputs.items()}
    known = installed.connection_inputs(name, major)
    if known is not None and not known:
        return None
    named = [text for key, text in texts.items() if text and (_may_name(key, text) if known is None else key in known)]
    return Step(name, major, tuple(dict.fromkeys(named)), _key_use(texts), place, line)


def _may_name(key: str, text: str) -> bool:
    """Whether it may name a connection, of a task of which nobody knows the inputs: a script is never a name."""
    if "\n" in text or len(text) > _LONGEST_NAME:
        return False
    return bool(_MAY_BE_ONE.search(key)) or not is_expression(text)


def _text(value: t.Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None or isinstance(value, dict | list) else str(value).strip()


def _key_use(inputs: t.Mapping[str, str]) -> KeyUse:
    """By the script, where the task is told to hand the secret to it."""
    given = inputs.get(KEY_INPUT, "")
    if given.casefold() in ("", "false"):
        return ""
    if any(_KEY.search(text) or _LOGIN.search(_CONTINUED.sub(" ", text)) for text in inputs.values()):
        return "reads"
    return "unseen" if is_expression(given) or _runs_a_file(inputs) else ""


def _runs_a_file(inputs: t.Mapping[str, str]) -> bool:
    """Whether what runs is a script in a file or a variable, or may start one in a file: nobody knows what that reads.

    Designers keep the text of an inline script although a file is what runs.
    """
    script = inputs.get("inlinescript") or inputs.get("script") or ""
    place = inputs.get("scriptlocation") or ("inlineScript" if script else "")
    return place.casefold() != "inlinescript" or bool(_SCRIPT_FILE.search(script) or _VARIABLE.fullmatch(script))
