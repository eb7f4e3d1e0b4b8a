# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTML, CSS and JavaScript of the page, linted as what they are, with a fault planted for each linter; and axe-core, which looks at what comes out."""

from __future__ import annotations

import os
import shutil
import subprocess
import typing as t
from dataclasses import dataclass
from pathlib import Path

import pytest
from ansible_collections.azdo.connections.plugins.plugin_utils._render import page as page_module
from ansible_collections.azdo.connections.plugins.plugin_utils._render.formats import report
from ansible_collections.azdo.connections.plugins.plugin_utils._render.page import owners_page
from ansible_collections.azdo.connections.plugins.plugin_utils._report.about import About
from ansible_collections.azdo.connections.plugins.plugin_utils._results.owners import BY_PROJECT, parts

from browser.conftest import DESK, PHONE, Page
from unit.plugins._helpers.reports import (
    COMPLETE,
    NOW,
    Result,
    big_estate,
    hostile_estate,
    info_row,
    reason,
    result,
    run_row,
)

HERE = Path(__file__).parent
TEMPLATES = Path(page_module.__file__).parent / "templates"
WIF = "workload_identity_federation"
# Where `make test-browser` puts what package.json names.
MODULES = Path(os.environ.get("AZDO_NODE_MODULES", "nowhere"))


def a_plan() -> Result:
    rows = [run_row("would_convert", f"azure-{number}", after=None) for number in range(5)]
    return result(*rows, run_row("skipped", "hub", reasons=[reason("shared")]), to=WIF, asked_by="Sam Operator")


def a_run() -> Result:
    failed = [run_row("failed", f"f-{number}", error="Boom.", after=None) for number in range(3)]
    return result(run_row("converted"), *failed, run_row("waiting", "w"), to=WIF)


PAGES: dict[str, Result] = {
    "nothing": result(),
    "one": result(info_row()),
    "estate": big_estate(60),
    "hostile": hostile_estate(),
    "plan": a_plan(),
    "run": a_run(),
    "unseen": {"failed": True, "msg": "No."},
    "apart": result(info_row(), coverage={**COMPLETE, "empty": ["A"], "allowed": [{"project": "B", "reason": "No."}]}),
}
ABOUT = About(digest="5d248b70" * 8, command="ansible-playbook azdo.connections.convert -e fleet_plan_digest=5d24")


@dataclass
class Place:
    """A folder with the files to be linted, and the linters."""

    folder: Path

    def run(self, tool: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        assert (MODULES / ".bin" / tool).exists(), f"{tool} is not there: run it with make test-browser"
        command = [str(MODULES / ".bin" / tool), *arguments]
        return subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    for path in [*TEMPLATES.glob("*.css"), *TEMPLATES.glob("*.js"), HERE / "package.json", HERE / "eslint.config.mjs"]:
        shutil.copy(path, tmp_path)
    shutil.copy(HERE / ".htmlvalidate.json", tmp_path)
    (tmp_path / "node_modules").symlink_to(MODULES)
    for name, value in PAGES.items():
        (tmp_path / f"{name}.html").write_text(report(value, "html", NOW, about=ABOUT), encoding="utf-8")
    owned = parts(PAGES["hostile"], BY_PROJECT)
    (tmp_path / "owners.html").write_text(owners_page(PAGES["hostile"], owned, NOW), encoding="utf-8")
    return Place(tmp_path)


LINTERS: dict[str, tuple[str, ...]] = {
    "prettier": ("--check", "page.css", "page.js", "early.js"),
    "stylelint": ("page.css",),
    "eslint": ("page.js", "early.js"),
    "html-validate": tuple(f"{name}.html" for name in (*PAGES, "owners")),
}
FAULTS = {
    "prettier": ("page.css", "\n.a{color:red}\n"),
    "stylelint": ("page.css", "\n.a {\n  colour: red;\n}\n"),
    "eslint": ("page.js", "\ndocument.body.innerHTML = nobody;\n"),
    "html-validate": ("one.html", "<p><div></p>"),
}


@pytest.mark.parametrize("tool", LINTERS)
def test_they_are_clean(tool: str, place: Place) -> None:
    done = place.run(tool, *LINTERS[tool])
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("tool", LINTERS)
def test_a_fault_is_found(tool: str, place: Place) -> None:
    name, fault = FAULTS[tool]
    with (place.folder / name).open("a", encoding="utf-8") as stream:
        stream.write(fault)
    done = place.run(tool, *LINTERS[tool])
    assert done.returncode != 0
    assert name in done.stdout + done.stderr


# The page allows no script but its own, so the browser is told to look away.
AXE = "var done = arguments[0]; axe.run().then(function (found) { done(found.violations); });"


def violations(page: Page) -> list[str]:
    page.browser.execute_script((MODULES / "axe-core" / "axe.min.js").read_text(encoding="utf-8"))
    found: list[dict[str, t.Any]] = page.browser.execute_async_script(AXE)
    return [f"{item['impact']}: {item['id']}: {item['nodes'][0]['html'][:200]}" for item in found]


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(
    ("size", "scheme"), [(DESK, "light"), (DESK, "dark"), (PHONE, "light"), ((1024, 768), "light")]
)
def test_axe_finds_nothing(name: str, size: tuple[int, int], scheme: str, page: Page) -> None:
    page.browser.execute_cdp_cmd("Page.setBypassCSP", {"enabled": True})
    try:
        page.look(size, scheme)
        page.load(PAGES[name], about=ABOUT)
        # With what is folded below some rows as well.
        page.run("Array.from(document.querySelectorAll('#rows .opens')).slice(0, 3).forEach(button => button.click())")
        assert violations(page) == []
    finally:
        page.browser.execute_cdp_cmd("Page.setBypassCSP", {"enabled": False})


def test_axe_finds_nothing_on_the_page_of_owners(page: Page) -> None:
    page.browser.execute_cdp_cmd("Page.setBypassCSP", {"enabled": True})
    try:
        page.load(PAGES["one"])
        owned = parts(PAGES["hostile"], BY_PROJECT)
        page.path.write_text(owners_page(PAGES["hostile"], owned, NOW), encoding="utf-8")
        page.browser.get(page.path.as_uri())
        assert len(page.all(".owners tbody tr")) == len(owned)
        assert violations(page) == []
    finally:
        page.browser.execute_cdp_cmd("Page.setBypassCSP", {"enabled": False})


def test_axe_would_find_something(page: Page) -> None:
    page.browser.execute_cdp_cmd("Page.setBypassCSP", {"enabled": True})
    try:
        page.load(PAGES["one"])
        page.run("document.querySelector('label').remove()")
        assert any("label" in text for text in violations(page))
    finally:
        page.browser.execute_cdp_cmd("Page.setBypassCSP", {"enabled": False})
