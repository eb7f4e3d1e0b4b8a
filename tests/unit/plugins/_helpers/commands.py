# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a shell and ansible-playbook read from a command that was shown."""

from __future__ import annotations

import json
import shlex
import typing as t

import yaml


class Unsafe(str):
    """A text that ansible-core does not evaluate."""

    __slots__ = ()


class _Loader(yaml.SafeLoader):
    pass


_Loader.add_constructor("!unsafe", lambda loader, node: Unsafe(loader.construct_scalar(t.cast(yaml.ScalarNode, node))))


def said(line: str) -> tuple[str, dict[str, t.Any]]:
    """The entry point of a command and its variables, as ansible-playbook reads them: JSON, and else YAML."""
    program, playbook, *rest = shlex.split(line)
    assert program == "ansible-playbook"
    variables: dict[str, t.Any] = {}
    for option, text in zip(rest[::2], rest[1::2], strict=True):
        if option == "-e":
            variables |= _read(text) if text.startswith("{") else dict([text.split("=", 1)])
    return playbook.removeprefix("azdo.connections."), variables


def _read(text: str) -> dict[str, t.Any]:
    try:
        found: dict[str, t.Any] = json.loads(text)
    except ValueError:
        found = yaml.load(text, Loader=_Loader)
    return found
