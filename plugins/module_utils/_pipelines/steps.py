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
# An expression whole: a text around it may be anything, a secret too.
_WHOLE = re.compile(r"\$\([\w. -]+\)|\$\{\{[^{}]*\}\}|\$\[[^\[\]]*\]")
# Inputs that may well take a connection, of a task that nobody can look up.
_MAY_BE_ONE = re.compile(r"connection|connected|subscription|endpoint", re.IGNORECASE)
_KEY = re.compile(r"serviceprincipalkey", re.IGNORECASE)
_LOGIN = re.compile(
    r"\baz\s+login\b(?!.*\s--federated-token\b)(?=.*\s--service-principal\b)(?=.*\s(?:-p|--password)\S?)",
    re.IGNORECASE,
)
# Commands that are known to do nothing with the key. Whatever else runs has it in its environment, and may.
_HARMLESS = {
    "az", "cat", "cd", "cut", "date", "echo", "exit", "false", "grep", "head", "jq", "ls", "mkdir", "printf", "pwd", "rm", "sed", "sleep", "sort", "tail",
    "test", "touch", "tr", "true", "wc",
    "[", "[[", "if", "then", "else", "elif", "fi", "for", "do", "done", "while", "case", "esac", "set", "export", "local", "return", "break", "continue",
    "write-host", "write-output", "set-location", "new-item", "out-null", "start-sleep",
    "terraform", "tofu", "kubectl", "helm", "docker", "git", "curl", "wget", "tar", "unzip", "azcopy", "bicep",
}  # fmt: skip
_BETWEEN = re.compile(r"&&|\|\||[;|&\n(){}]|`")
# What stands in front of a command: the environment of bash, or the variable of PowerShell that takes what comes out.
_BASH_FRONT = re.compile(r"(?:[A-Za-z_]\w*=\S*\s+)+(?=\S)")
_ASSIGNED = re.compile(r"[A-Za-z_]\w*=\S*")
_POWERSHELL_FRONT = re.compile(r"\$[\w:]+\s*\+?=\s*(?:[\d$'@\[\"].*)?")
_QUOTED = re.compile(r"'[^']*'|\"[^\"$`]*\"")
# A macro of the pipeline, and no substitution of a command: a text that nobody here knows.
_MACRO = re.compile(r"\$\([A-Za-z_][\w.-]*\)")
# A command goes on in the next line behind these: in bash, PowerShell and cmd.
_CONTINUED = re.compile(r"[\\`^]\r?\n")
_LONGEST_NAME = 512


@dataclass(frozen=True)
class Step:
    """A step that takes, or may take, a connection.

    :param task: its name, or its id where that is all that is known; ``major``: its version, empty if that is not said.
    :param connections: what its inputs name: names, ids, and expressions.
    :param foreign: whether the task comes with an extension.
    :param place: where it stands, such as ``Deploy / job / Copy files``. :param line: in the expanded YAML, from 1.
    """

    task: str
    major: str
    connections: tuple[str, ...]
    key_use: KeyUse = ""
    place: str = ""
    line: int | None = None
    foreign: bool = False

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
    # A task of an extension may be written with its publisher and extension in front.
    name, major = installed.name_of(task).rpartition(".")[2], major_of(version)
    texts = {key.casefold(): _text(value) for key, value in inputs.items()}
    known = installed.connection_inputs(name, major)
    if known is not None and not known:
        return None
    named = [text for key, text in texts.items() if text and (_may_name(key, text) if known is None else key in known)]
    return Step(name, major, tuple(dict.fromkeys(named)), _key_use(texts), place, line, installed.is_foreign(task))


def expressions_in(text: str) -> str:
    """The expressions of a text alone; what stands around them is not told."""
    return " ".join(_WHOLE.findall(text)) or "an expression"


def _may_name(key: str, text: str) -> bool:
    """Whether it may name a connection, of a task of which nobody knows the inputs: a script is never a name, nor a text with an expression in it."""
    if "\n" in text or len(text) > _LONGEST_NAME:
        return False
    return bool(_MAY_BE_ONE.search(key) and _WHOLE.fullmatch(text)) or not is_expression(text)


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
    script = inputs.get("inlinescript") or inputs.get("script") or ""
    place = inputs.get("scriptlocation") or ("inlineScript" if script else "")
    # Designers keep the text of an inline script although a file is what runs.
    seen = place.casefold() == "inlinescript" and not is_expression(given) and _is_harmless(script)
    return "" if seen else "unseen"


def _is_harmless(script: str) -> bool:
    """Whether everything that the script runs is known to do nothing with the key: a program, a file or a variable may do whatever it likes."""
    if "${{" in script or "$[" in script or re.search(r"&\s*[$'\"(.]", script):
        return False
    known = _MACRO.sub("MACRO", _CONTINUED.sub(" ", script))
    lines = (line for line in known.splitlines() if not line.lstrip().startswith("#"))
    parts = (part.strip() for line in lines for part in _BETWEEN.split(_QUOTED.sub("''", line).replace("$(", "(")))
    return all(_starts_harmlessly(part) for part in parts)


def _starts_harmlessly(part: str) -> bool:
    command = _POWERSHELL_FRONT.sub("", _BASH_FRONT.sub("", part), count=1)
    if not command or _ASSIGNED.fullmatch(command):
        return True
    return command.split()[0].casefold() in _HARMLESS
