# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page in Chromium: its filters, its table, screens of all sizes, names that try to be more, and many rows."""

from __future__ import annotations

import time
import typing as t

import pytest
from ansible_collections.azdo.connections.plugins.plugin_utils._report.about import About
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

from browser.conftest import DESK, PHONE, Page
from unit.plugins._helpers.reports import (
    HOSTILE,
    Result,
    big_estate,
    federated,
    hostile_estate,
    info_row,
    reason,
    result,
    run_row,
    used,
    verdicts,
    when,
)

WIDTHS = (320, 390, 768, 1024, 1440)


def estate() -> Result:
    return result(
        info_row("alpha", "Payments", usage=used(40)),
        info_row("beta", "Payments", secret_expires=when(-2), usage=used(2)),
        info_row("gamma", "Web", **federated("azure_devops"), usage=used(9)),
        info_row("delta", "Web", **federated(revert={"deadline": when(1)}), usage=used(12)),
        info_row("epsilon", "Web", eligibility=verdicts(workload_identity_federation=("shared",)), usage=used(97)),
    )


def run() -> Result:
    return result(
        run_row("converted", "alpha"),
        run_row("failed", "beta", error={"message": "Azure DevOps said no. " * 20, "remedy": "Ask."}),
        run_row("skipped", "gamma", reasons=[reason("manual_needs_federated_credential")]),
    )


class TestFiltering:
    def test_a_filter_changes_the_rows_and_says_how_many_there_are(self, page: Page) -> None:
        page.load(estate())
        assert page.shown() == "All 5 connections."
        page.choose("project", "Web")
        assert page.names() == ["delta", "epsilon", "gamma"]
        assert page.shown() == "3 of 5 connections."
        assert page.find("#shown").get_attribute("aria-live") == "polite"

    @pytest.mark.parametrize(
        ("key", "label", "names"),
        [
            ("scheme", "service principal", ["alpha", "beta", "epsilon"]),
            ("issuer", "Azure DevOps", ["gamma"]),
            ("verdict", "blocked", ["epsilon"]),
            ("reason", "shared", ["epsilon"]),
            ("attention", "with a secret that has expired", ["beta"]),
        ],
    )
    def test_each_filter_finds_what_it_says(self, page: Page, key: str, label: str, names: list[str]) -> None:
        page.load(estate())
        page.choose(key, label)
        assert page.names() == names

    def test_filters_and_search_narrow_together(self, page: Page) -> None:
        page.load(estate())
        page.choose("project", "Web")
        page.find("#f-search").send_keys("WORKLOAD entra")
        assert page.names() == ["delta"]
        page.choose("scheme", "service principal")
        assert page.names() == []
        assert page.shown() == "0 of 5 connections."

    def test_search_looks_into_every_column_while_typing(self, page: Page) -> None:
        page.load(estate())
        page.find("#f-search").send_keys("gam")
        assert page.names() == ["gamma"]
        page.find("#f-search").send_keys(Keys.BACK_SPACE * 3)
        assert len(page.names()) == 5
        page.find("#f-search").send_keys("id of beta", Keys.ENTER)
        assert page.names() == ["beta"]

    def test_clear_brings_everything_back(self, page: Page) -> None:
        page.load(estate())
        before = page.names()
        page.choose("project", "Web")
        page.find("#f-search").send_keys("a")
        page.find("#connections thead th:first-child button").click()
        page.find("#f-clear").click()
        assert page.names() == before
        assert page.shown() == "All 5 connections."
        assert page.find("#f-search").get_attribute("value") == ""
        assert not page.all("th[aria-sort]")

    def test_a_button_beside_a_number_shows_whom_it_is_about(self, page: Page) -> None:
        page.load(estate())
        page.choose("project", "Payments")
        button = page.find(".points .show")
        assert button.text.startswith("Show")
        button.click()
        assert page.names() == ["beta"]
        assert page.run("return document.activeElement.id") == "table"
        assert page.find("#f-project").get_attribute("value") == ""

    def test_the_status_of_a_run_can_be_chosen(self, page: Page) -> None:
        page.load(run())
        page.choose("status", "failed")
        assert page.names() == ["beta"]


class TestSorting:
    def test_by_keyboard(self, page: Page) -> None:
        page.load(estate())
        button = page.find("#connections thead th:first-child button")
        page.find("#f-clear").send_keys(Keys.TAB)  # to the box with the table
        page.run("return document.activeElement").send_keys(Keys.TAB)
        assert page.run("return document.activeElement") == button
        button.send_keys(Keys.ENTER)
        assert page.names() == ["alpha", "beta", "delta", "epsilon", "gamma"]
        assert page.find("#connections thead th:first-child").get_attribute("aria-sort") == "ascending"
        button.send_keys(Keys.SPACE)
        assert page.names() == ["gamma", "epsilon", "delta", "beta", "alpha"]
        assert page.find("#connections thead th:first-child").get_attribute("aria-sort") == "descending"

    def test_the_focus_can_be_seen(self, page: Page) -> None:
        page.load(estate())
        page.find("#f-search").send_keys(Keys.TAB)
        focused = page.run("return document.activeElement")
        assert focused.value_of_css_property("outline-style") == "solid"

    @pytest.mark.parametrize(
        ("column", "names"),
        [
            ("days_until_auto_disable", ["epsilon", "alpha", "delta", "gamma", "beta"]),
            ("last_used", ["epsilon", "alpha", "delta", "gamma", "beta"]),
            ("secret_expires", ["beta", "alpha", "epsilon", "delta", "gamma"]),
        ],
    )
    def test_numbers_and_times_by_value_and_empty_cells_last(self, page: Page, column: str, names: list[str]) -> None:
        page.load(estate())
        page.find("#f-wide").click()
        page.find(f"#connections thead .c-{column} button").click()
        assert page.names() == names

    def test_a_status_by_its_urgency(self, page: Page) -> None:
        page.load(run())
        page.find("#connections thead .c-status button").click()
        assert page.names() == ["beta", "alpha", "gamma"]

    def test_a_filter_keeps_the_order(self, page: Page) -> None:
        page.load(estate())
        page.find("#connections thead .c-last_used button").click()
        page.choose("project", "Web")
        assert page.names() == ["epsilon", "delta", "gamma"]


class TestScreens:
    @pytest.mark.parametrize("value", [estate(), run(), hostile_estate(), result(), {"failed": True, "msg": "x" * 900}])
    def test_the_page_never_scrolls_sideways(self, page: Page, value: Result) -> None:
        page.load(value)
        for width in WIDTHS:
            page.look((width, 844))
            assert page.run("return document.scrollingElement.scrollWidth") <= width

    def test_on_a_phone_each_connection_is_a_card_that_names_its_fields(self, page: Page) -> None:
        page.look(PHONE)
        page.load(estate())
        assert page.find("#connections thead").value_of_css_property("display") == "none"
        label = "return getComputedStyle(document.querySelectorAll('#rows td')[arguments[0]], '::before').content"
        assert page.run(label, 0) == '"Project"'
        page.find("#f-order").send_keys("Last used")
        assert page.names()[0] == "epsilon"

    def test_dark_and_light(self, page: Page) -> None:
        page.load(estate())
        seen = {}
        for scheme in ("light", "dark"):
            page.look(scheme=scheme)
            seen[scheme] = page.find("body").value_of_css_property("background-color")
        light, dark = (
            sum(int(part) for part in seen[scheme].strip("rgba()").split(",")[:3]) for scheme in ("light", "dark")
        )
        assert light > 600
        assert dark < 150

    def test_on_paper_there_are_rows_and_no_buttons(self, page: Page) -> None:
        page.load(estate())
        page.look(media="print")
        assert not page.find("#filters").is_displayed()
        assert not any(button.is_displayed() for button in page.all(".show"))
        assert len(page.names()) == 5

    def test_without_scripts_the_whole_table_is_there(self, page: Page) -> None:
        page.scripts(on=False)
        page.load(big_estate(300))
        assert len(page.all("#rows tr")) == 300
        assert page.all("#rows tr")[299].is_displayed()
        assert not page.find("#filters").is_displayed()
        assert not any(button.is_displayed() for button in page.all(".show"))


class TestHostileNames:
    def test_they_do_nothing(self, page: Page) -> None:
        page.load(hostile_estate())
        assert page.browser.title == "Service connections of contoso"
        assert page.all("img, iframe, object, embed, [onload], [onerror], [onfocus], [autofocus]") == []
        assert len(page.all("script")) == 2
        assert len(page.names()) == len(HOSTILE)

    @pytest.mark.parametrize("name", [name for name in HOSTILE if name.isprintable() and len(name) < 100])
    def test_they_can_be_chosen_and_found(self, page: Page, name: str) -> None:
        page.load(hostile_estate())
        place = page.run(
            "return Array.from(document.getElementById('f-project').options).findIndex(option => option.textContent.startsWith(arguments[0]))",
            name,
        )
        assert place > 0
        page.run(
            "const list = arguments[0]; list.selectedIndex = arguments[1]; list.dispatchEvent(new Event('change'))",
            page.find("#f-project"),
            place,
        )
        assert len(page.names()) == 1

    def test_what_would_be_executed_is_refused_by_the_policy(self, page: Page) -> None:
        page.load(estate())
        page.run(
            "const script = document.createElement('script'); script.textContent = 'document.title = 1'; document.body.append(script)"
        )
        assert page.browser.title != "1"
        assert any("Content Security Policy" in line for line in page.complaints())


@pytest.fixture(scope="module")
def many() -> Result:
    return big_estate(5000)


class TestManyRows:
    def test_it_opens_with_the_first_ones(self, page: Page, many: Result) -> None:
        """How long that takes is printed (pytest -rP) and decides nothing: machines differ."""
        started = time.monotonic()
        page.load(many)
        made = time.monotonic() - started
        opened = page.run("return performance.getEntriesByType('navigation')[0].loadEventEnd")
        print(
            f"5,000 rows: made and opened in {made:.2f} s, loaded in {opened:.0f} ms, {page.path.stat().st_size / 1e6:.1f} MB"
        )
        assert page.shown() == "All 5,000 connections, the first 100 are shown."

    def test_every_keystroke_is_painted(self, page: Page, many: Result) -> None:
        page.load(many)
        texts = ("c", "co", "connection-0", "connection-04", "payments", "")
        waits = [self._type(page, text) for text in texts]
        print(f"5,000 rows: keystroke to repaint {', '.join(f'{wait:.0f}' for wait in waits)} ms")
        assert page.shown() == "All 5,000 connections, the first 100 are shown."

    @staticmethod
    def _type(page: Page, text: str) -> float:
        """Milliseconds from the input event until what follows from it was painted."""
        script = """
            const [text, done] = arguments, search = document.getElementById("f-search"), started = performance.now();
            search.value = text;
            search.dispatchEvent(new Event("input", {bubbles: true}));
            requestAnimationFrame(() => setTimeout(() => done(performance.now() - started)));
        """
        return t.cast("float", page.browser.execute_async_script(script, text))

    def test_more_of_them_on_request(self, page: Page, many: Result) -> None:
        page.load(many)
        assert len(page.names()) == 100
        page.find("#more").click()
        assert len(page.names()) == 200
        page.choose("project", "Project 007")
        assert len(page.names()) == 10
        assert not page.find("#rest").is_displayed()
        page.find("#f-clear").click()
        page.find("#all").click()
        assert len(page.names()) == 5000

    def test_they_sort_and_filter_over_all_rows(self, page: Page, many: Result) -> None:
        page.load(many)
        page.find("#connections thead th:first-child button").click()
        page.find("#connections thead th:first-child button").click()
        assert page.names()[:2] == ["connection-04999", "connection-04998"]
        page.find("#f-search").send_keys("connection-0123")
        assert page.shown() == "10 of 5,000 connections."
        assert DESK[0] >= page.run("return document.scrollingElement.scrollWidth")

    def test_all_of_them_are_printed(self, page: Page, many: Result) -> None:
        page.load(many)
        # In one turn of the page, as a browser that prints does it: it lays out what is there when the event has been handled.
        after = "window.dispatchEvent(new Event(arguments[0])); return document.querySelectorAll('#rows tr').length"
        assert page.run(after, "beforeprint") == 5000
        assert page.run(after, "afterprint") == 100


class TestRows:
    def test_each_connection_is_one_line_until_it_is_clicked(self, page: Page) -> None:
        long = "a description that goes on and on " * 20
        page.load(result(*(info_row(f"azure-{number}", description=long) for number in range(5))))
        # Of a row with what is folded below it.
        heights = (
            "return Array.from(document.querySelectorAll('#rows tr:not(.detail)'), "
            "row => row.offsetHeight + (row.nextElementSibling?.matches('.detail') ? row.nextElementSibling.offsetHeight : 0))"
        )
        lines = page.run(heights)
        assert len(set(lines)) == 1
        assert lines[0] < 50
        page.find("#rows tr:nth-child(2) td").click()
        opened = page.run(heights)
        assert opened[1] > 2 * lines[0]
        assert [opened[place] for place in (0, 2, 3, 4)] == [lines[0]] * 4
        assert long.strip() in page.detail().text
        page.find("#rows tr:nth-child(2) td").click()
        assert page.run(heights) == lines

    def test_without_scripts_everything_is_shown(self, page: Page) -> None:
        page.scripts(on=False)
        page.load(result(info_row(description="a description that goes on and on " * 20)))
        page.scripts(on=True)
        assert page.run("return document.querySelector('#rows tr').offsetHeight") > 100

    def test_a_name_leads_to_the_portal(self, page: Page) -> None:
        value = result(info_row(id="one", project_id="p-1"), organization_url="https://dev.azure.com/contoso")
        page.load(value)
        links = [item.get_attribute("href") for item in page.all("#rows a")]
        settings = "https://dev.azure.com/contoso/p-1/_settings/adminservices"
        assert links == [f"{settings}?resourceId=one", settings]

    @pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "", None])
    def test_only_an_address_of_the_web_is_a_link(self, page: Page, url: str | None) -> None:
        page.load(result(info_row(project_id="p-1"), organization_url=url))
        assert page.all("#rows a") == []


# Wide enough for a table, up to where a page grows no more.
TABLES = (641, 768, 1023, 1024, 1280, 1439, 1440, 1920)


def everything() -> Result:
    """Every column of what there is has something in it, and something long."""
    odd = "An unusually long name of something " * 3
    more: Result = {
        "created_by": odd,
        "description": odd,
        "projects": [{"name": "Payments"}, {"name": odd}],
        "verification": {"result": "ok"},
    }
    every = verdicts(
        workload_identity_federation=("manual_needs_federated_credential",),
        service_principal=("revert_window_passed",),
        entra_issuer=("already_service_principal",),
    )
    return result(
        info_row("alpha", **more, eligibility=every, scope={"subscription_name": odd}),
        info_row(
            "beta " + odd,
            "Web " + odd,
            **federated("azure_devops", revert={"deadline": when(1)}, **more),
            organization="north",
        ),
        info_row("gamma", organization="south"),
    )


class TestFolding:
    @pytest.mark.parametrize("value", [estate(), run(), everything(), hostile_estate(), big_estate(200)])
    def test_no_row_is_wider_than_the_screen(self, page: Page, value: Result) -> None:
        for width in TABLES:
            page.look((width, 900))
            page.load(value)
            page.find("#rows .opens").click()
            box = page.run(
                "const box = document.querySelector('.scroll:has(#connections)'); return [box.scrollWidth, box.clientWidth]"
            )
            assert box[0] <= box[1], width
            narrow = "return Array.from(document.querySelectorAll('#connections thead th')).map(head => head.offsetWidth).filter(Boolean)"
            assert min(page.run(narrow)) >= 90, width

    @pytest.mark.parametrize("value", [estate(), run(), everything()])
    def test_nothing_is_lost_that_is_folded(self, page: Page, value: Result) -> None:
        """Each text of a row can be seen just once when it is open: in its place, or in the detail with the name of its column."""
        text_of = (
            "return Array.from(document.querySelectorAll(arguments[0])).filter(item => item.offsetWidth && item.textContent)"
            ".map(item => item.textContent)"
        )
        for width in TABLES:
            page.look((width, 900))
            page.load(value)
            row = "#rows tr:not(.detail)"
            cells = page.run(
                f"return Array.from(document.querySelector('{row}').cells, cell => cell.textContent).filter(Boolean)"
            )
            page.find(f"{row} .opens").click()
            beside, below = page.run(text_of, f"{row}.open > *"), page.run(text_of, "#rows .detail dd")
            assert sorted([*beside, *below]) == sorted(cells), width
            assert "unknown" not in page.run(text_of, "#rows .detail dt")
            heads = page.run(text_of, "#connections thead th")
            assert not set(heads) & set(page.run(text_of, "#rows .detail dt"))

    def test_by_keyboard(self, page: Page) -> None:
        page.load(estate())
        button = page.find("#rows .opens")
        assert button.accessible_name == "Details of alpha"
        for key, expanded in ((Keys.ENTER, "true"), (Keys.SPACE, "false"), (Keys.SPACE, "true")):
            button.send_keys(key)
            assert button.get_attribute("aria-expanded") == expanded
            assert bool(page.all("#rows .detail")) is (expanded == "true")

    def test_all_columns_can_be_seen_at_once(self, page: Page) -> None:
        page.load(estate())
        seen = "return Array.from(document.querySelectorAll('#connections thead th')).filter(head => head.offsetWidth).length"
        some = page.run(seen)
        page.find("#rows .opens").click()
        page.find("#f-wide").click()
        assert page.run(seen) == len(page.all("#connections thead th")) > some
        assert not page.detail().is_displayed()
        page.find("#f-wide").click()
        assert page.run(seen) == some
        assert page.detail().is_displayed()

    def test_a_detail_stays_with_its_row(self, page: Page) -> None:
        page.load(estate())
        page.find("#rows .opens").click()
        for _way in range(2):
            page.find("#connections thead th:first-child button").click()
            before = page.run(
                "return document.querySelector('#rows .detail').previousElementSibling.cells[0].textContent"
            )
            assert before == "alpha"
        page.choose("project", "Web")
        assert not page.all("#rows .detail")
        page.find("#f-clear").click()
        assert len(page.all("#rows .detail")) == 1

    def test_where_rows_are_cards_or_paper_nothing_is_said_twice(self, page: Page) -> None:
        page.load(estate())
        page.find("#rows .opens").click()
        page.look(PHONE)
        assert not page.detail().is_displayed()
        assert not page.find("#rows .opens").is_displayed()
        assert not page.find("#f-wide").is_displayed()
        page.look(media="print")
        assert not page.detail().is_displayed()
        page.look()


class TestOnPaper:
    def test_it_can_be_read_and_has_its_heads_on_every_page(self, page: Page) -> None:
        page.load(result(*(info_row(f"azure-{number}") for number in range(120))))
        page.look(media="print")
        look = "return getComputedStyle(document.querySelector(arguments[0]))[arguments[1]]"
        assert float(page.run(look, "#rows td", "fontSize").removesuffix("px")) >= 10
        assert page.run(look, "#connections thead", "display") == "table-header-group"
        hidden = page.run(
            "return Array.from(document.querySelectorAll('#connections thead th')).filter(head => getComputedStyle(head).display === 'none')"
            ".map(head => head.textContent)"
        )
        assert "Id" in hidden
        assert not {"Connection", "Project", "To workload identity", "Last used"} & set(hidden)
        width = page.run("return document.querySelector('#connections').scrollWidth")
        # A4, landscape, without its margins, at 96 dots an inch.
        assert width <= 1440
        page.look()


class TestApproval:
    def test_an_option_of_a_command_stays_in_one_piece(self, page: Page) -> None:
        """At every width, and what is copied is the command as it was."""
        plan = result(run_row("would_convert", after=None), to="workload_identity_federation")
        command = "ansible-playbook azdo.connections.convert " + " ".join(f"-e a{number}=b" for number in range(40))
        page.load(plan, about=About(digest="5d248b70" * 8, command=command))
        assert page.run("return document.querySelector('#approve').textContent") == command
        for width in range(400, 416):
            page.run(f"document.querySelector('#approve').style.width = '{width}px'")
            pieces = page.run(
                "return Array.from(document.querySelectorAll('#approve .option'), item => item.getClientRects().length)"
            )
            assert pieces == [1] * 40, width

    def test_the_digest_and_its_command_can_be_copied(self, page: Page) -> None:
        plan = result(run_row("would_convert", after=None), to="workload_identity_federation")
        page.load(plan, about=About(digest="5d248b70" * 8, command="ansible-playbook azdo.connections.convert -e x=1"))
        assert page.find("#digest").text == "5d248b70" * 8
        button = page.find("[data-copy=digest]")
        button.click()
        WebDriverWait(page.browser, 10, poll_frequency=0.05).until(lambda _browser: button.text != "Copy")
        assert page.run("return String(getSelection())") == "5d248b70" * 8
