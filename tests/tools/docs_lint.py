# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks the documentation of plugins and roles with antsibull-docs: ``python -m tools.docs_lint [arguments]``.

antsibull-docs looks at what git tracks, so below a git-ignored folder such as .build it sees nothing and passes whatever is wrong. It gets a copy outside.
"""

from __future__ import annotations

import os
import subprocess
import sys
import typing as t
from pathlib import Path

from tools.staging import staged

REPOSITORY = Path(__file__).resolve().parents[2]


def check(collection: Path, arguments: t.Sequence[str] = ()) -> int:
    """The exit status for the collection in this folder, ``.../ansible_collections/azdo/connections``, outside any git repository."""
    tool = str(Path(sys.executable).with_name("antsibull-docs"))
    command = [
        tool,
        "lint-collection-docs",
        "--plugin-docs",
        "--validate-collection-refs=self",
        *arguments,
        str(collection),
    ]
    environment = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(collection.parents[2])}
    return subprocess.run(command, env=environment, check=False).returncode


def main(arguments: t.Sequence[str]) -> int:
    with staged(REPOSITORY) as collection:
        return check(collection, arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
