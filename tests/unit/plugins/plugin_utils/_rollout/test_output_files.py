# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of a rollout: replaced as a whole or not at all, and only where nothing else can be meant."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout import output_files as outputs


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_new_file_is_relative_to_where_one_stands(here: Path) -> None:
    assert outputs.write("r.html", "Größe \ud800", 0o600) == str(here / "r.html")
    assert (here / "r.html").read_text(encoding="utf-8") == "Größe \\ud800"
    assert (here / "r.html").stat().st_mode & 0o777 == 0o600
    assert os.listdir(here) == ["r.html"]


def test_a_file_of_before_is_replaced(here: Path) -> None:
    (here / "r.html").write_text("a long text of before", encoding="utf-8")
    (here / "r.html").chmod(0o600)
    outputs.write("r.html", "now")
    assert (here / "r.html").read_text(encoding="utf-8") == "now"
    assert (here / "r.html").stat().st_mode & 0o777 == 0o644


def make_link(here: Path) -> str:
    (here / "target").write_text("theirs", encoding="utf-8")
    (here / "link").symlink_to("target")
    return "link"


def make_pipe(here: Path) -> str:
    os.mkfifo(here / "pipe")
    return "pipe"


def make_folder(here: Path) -> str:
    (here / "folder").mkdir()
    return "folder"


@pytest.mark.parametrize("make", [make_link, make_pipe, make_folder])
def test_what_is_no_ordinary_file_is_refused(make: object, here: Path) -> None:
    assert callable(make)
    name = make(here)
    for attempt in (lambda: outputs.check(name), lambda: outputs.write(name, "x")):
        with pytest.raises(outputs.OutputError, match=f"{name} is a link, a folder, a pipe or a device"):
            attempt()
    assert not (here / "target").exists() or (here / "target").read_text(encoding="utf-8") == "theirs"


def test_a_file_of_another_user_is_refused(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "r.html").write_text("theirs", encoding="utf-8")
    monkeypatch.setattr(os, "geteuid", lambda: (here / "r.html").stat().st_uid + 1)
    with pytest.raises(outputs.OutputError, match="another user"):
        outputs.write("r.html", "x")
    assert (here / "r.html").read_text(encoding="utf-8") == "theirs"


def test_a_folder_that_is_not_there_is_named(here: Path) -> None:
    with pytest.raises(outputs.OutputError, match=r"no folder .*/nodir\. Make it first"):
        outputs.check("nodir/r.html")


def test_a_folder_that_is_not_ours_to_write_in(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(outputs.OutputError, match="may not write to the folder"):
        outputs.check("r.html")


def test_a_disk_that_is_full_leaves_what_was_there(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "r.html").write_text("before", encoding="utf-8")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(outputs.OutputError, match=r"r\.html cannot be written: No space left on device"):
        outputs.write("r.html", "now")
    assert (here / "r.html").read_text(encoding="utf-8") == "before"
    assert os.listdir(here) == ["r.html"]


def test_the_ending_says_the_format() -> None:
    assert outputs.split(["a/b.HTML", "c.md"], (".html", ".md")) == {"a/b.HTML": ".html", "c.md": ".md"}
    with pytest.raises(outputs.OutputError, match=r"the ending of x.pdf, y is none of \.html, \.md"):
        outputs.split(["x.pdf", "y", "z.md"], (".html", ".md"))


def test_a_disk_that_is_full_is_known_before_anything_is_done(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(outputs.OutputError, match=r"^r\.html cannot be written: No space left"):
        outputs.check("r.html")
    assert os.listdir(here) == []
