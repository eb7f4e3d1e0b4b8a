# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that people write in YAML or JSON.

PRIVATE to the collection.
"""

from __future__ import annotations

import typing as t

from ansible.module_utils.common.yaml import HAS_YAML, yaml_load
from ansible_collections.azdo.connections.plugins.module_utils._errors import MissingLibraryError


class NotYamlError(ValueError):
    """What is wrong with a text, in the words of the library. They may quote the text itself, so they are nothing for a file with secrets.

    :param line: where it was seen, counted from 1; 0 if the library does not say.
    """

    def __init__(self, fault: str, line: int) -> None:
        super().__init__(fault)
        self.line = line


def yaml_value(text: str) -> t.Any:
    """What a YAML or JSON text says, read without anything that could run.

    :raises NotYamlError: it is none. :raises MissingLibraryError: nobody can read it.
    """
    if not HAS_YAML:
        raise MissingLibraryError("PyYAML", "to read a file in YAML", "")
    try:
        return yaml_load(text)
    except Exception as error:  # noqa: BLE001 - the errors are those of a library that need not be there
        mark = getattr(error, "problem_mark", None)
        raise NotYamlError(" ".join(str(error).split()), mark.line + 1 if mark else 0) from None
