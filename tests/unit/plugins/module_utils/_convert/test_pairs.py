# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file of pairs: where it is looked for, and entries that would swallow each other."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._convert.pairs import read_pairs_file
from ansible_collections.azdo.connections.plugins.module_utils._errors import OptionError

ENTRIES = """\
- connection: azure-one
  issuer: https://issuer.example
  subject: one
- connection: azure-two
  issuer: https://issuer.example
  subject: two
"""


def test_home_is_home_where_no_shell_has_seen_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "pairs.yml").write_text(ENTRIES, encoding="utf-8")
    assert [pair.connection for pair in read_pairs_file("~/pairs.yml")] == ["azure-one", "azure-two"]


@pytest.mark.parametrize("name", ["pairs.yml", "pairs.json"])
def test_an_entry_without_its_dash_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(ENTRIES.replace("- connection: azure-two", "  connection: azure-two"), encoding="utf-8")
    with pytest.raises(OptionError, match=r"fleet_x: .*, line 4 gives 'connection' for the second time") as caught:
        read_pairs_file(str(path), "fleet_x")
    assert "a dash of its own" in caught.value.remedy
