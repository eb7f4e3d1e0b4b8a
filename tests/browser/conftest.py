# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""For the tests of the page: one Chromium for all of them. Without one they fail, because skipped tests would look like passed ones."""

from __future__ import annotations

import json
import os
import shutil
import typing as t
from dataclasses import dataclass
from pathlib import Path

import pytest
from ansible_collections.azdo.connections.plugins.plugin_utils._render.page import html_page
from ansible_collections.azdo.connections.plugins.plugin_utils._report.about import NOTHING_SAID, About
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.wait import WebDriverWait

from unit.plugins._helpers.reports import NOW, Result

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PHONE, DESK = (390, 844), (1440, 900)


def found(what: str, names: t.Sequence[str], package: str) -> str:
    """The path of a program; a test that needs it fails without it, and says what to install."""
    path = next((path for name in names if (path := shutil.which(name))), None)
    if path is None:
        pytest.fail(
            f"{what} was not found on PATH: install it, on Debian with `apt-get install {package}`.", pytrace=False
        )
    return path


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    options.binary_location = found("Chromium", CHROMIUM, "chromium")
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = found("ChromeDriver", ["chromedriver"], "chromium-driver")
    # The driver is on this machine: no proxy stands between.
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NO_PROXY", ",".join(filter(None, (os.environ.get("NO_PROXY"), "localhost,127.0.0.1"))))
        browser = webdriver.Chrome(options=options, service=Service(driver))
        yield browser
        browser.quit()


@dataclass
class Page:
    """The report in the browser."""

    browser: webdriver.Chrome
    path: Path

    def load(self, value: Result, about: About = NOTHING_SAID) -> Page:
        self.path.write_text(html_page(value, NOW, about=about), encoding="utf-8")
        self.browser.get(self.path.as_uri())
        # On a busy machine the driver was seen to go on while the page was still on its way.
        there = "return document.readyState === 'complete' && location.href === arguments[0]"
        WebDriverWait(self.browser, 60, poll_frequency=0.05).until(
            lambda browser: browser.execute_script(there, self.path.as_uri())
        )
        return self

    def look(self, size: tuple[int, int] = DESK, scheme: str = "light", media: str = "") -> None:
        """As if on a screen of that size, for somebody who prefers light or dark, or on paper."""
        screen = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": size == PHONE}
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": media, "features": features})

    def scripts(self, *, on: bool) -> None:
        self.browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": not on})

    def find(self, selector: str) -> WebElement:
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector: str) -> list[WebElement]:
        return self.browser.find_elements(By.CSS_SELECTOR, selector)

    def run(self, script: str, *arguments: object) -> t.Any:
        return self.browser.execute_script(script, *arguments)

    def choose(self, key: str, label: str) -> None:
        """Choose the option whose text begins so."""
        select = Select(self.find(f"#f-{key}"))
        select.select_by_visible_text(next(option.text for option in select.options if option.text.startswith(label)))

    def names(self) -> list[str]:
        """Names of the connections that can be seen, in their order."""
        names: list[str] = self.run(
            "return Array.from(document.querySelectorAll('#rows tr:not(.detail)')).filter(row => row.offsetParent !== null || row.offsetHeight)"
            ".map(row => row.cells[0].textContent)"
        )
        return names

    def detail(self) -> WebElement:
        """What is folded away, below the row that is open."""
        return self.find("#rows .detail")

    def shown(self) -> str:
        return self.find("#shown").text

    def complaints(self) -> list[str]:
        """What the console says."""
        return [str(entry["message"]) for entry in self.browser.get_log("browser")]

    def requests(self) -> list[str]:
        """Addresses of all requests since the last look."""
        messages = [json.loads(entry["message"])["message"] for entry in self.browser.get_log("performance")]
        return [item["params"]["request"]["url"] for item in messages if item["method"] == "Network.requestWillBeSent"]


@pytest.fixture
def page(chromium: webdriver.Chrome, tmp_path: Path) -> t.Iterator[Page]:
    """A browser at a desk; afterwards the console must have stayed silent, and nothing may have been requested."""
    page = Page(chromium, tmp_path / "report.html")
    page.look()
    chromium.get("about:blank")
    page.complaints()
    page.requests()
    yield page
    page.scripts(on=True)
    assert page.complaints() == []
    assert [
        address for address in page.requests() if not address.startswith((tmp_path.as_uri(), "data:", "about:"))
    ] == []
