# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page: what it says first, what it admits not to know, and that names stay names."""

from __future__ import annotations

import base64
import hashlib
import html
import html.parser
import itertools
import re
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._rules.reason_codes import RULES
from ansible_collections.azdo.connections.plugins.plugin_utils._render import page as page_module
from ansible_collections.azdo.connections.plugins.plugin_utils._render.page import html_page
from ansible_collections.azdo.connections.plugins.plugin_utils._render.page_filters import filters
from ansible_collections.azdo.connections.plugins.plugin_utils._report import breakdowns
from ansible_collections.azdo.connections.plugins.plugin_utils._report import headline as facts
from ansible_collections.azdo.connections.plugins.plugin_utils._report import row_deadlines as times
from ansible_collections.azdo.connections.plugins.plugin_utils._report.attention import points
from ansible_collections.azdo.connections.plugins.plugin_utils._report.rows import entries
from ansible_collections.azdo.connections.plugins.plugin_utils._results.missing import without

from unit.plugins._helpers.reports import (
    COMPLETE,
    HOSTILE,
    NEVER,
    NOW,
    UNREADABLE,
    Result,
    Row,
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

WIF = "workload_identity_federation"


class Page(html.parser.HTMLParser):
    """What a browser would find: tags with attributes, and all text."""

    def __init__(self, value: Result, now: datetime = NOW, title: str = "") -> None:
        super().__init__()
        self.source = html_page(value, now, title)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.inside: dict[str, list[str]] = {}
        self.open: list[str] = []
        self.text = ""
        self.feed(self.source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "link", "input", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.inside.setdefault(self.open[-1] if self.open else "", []).append(data)
        if not {"style", "script"} & set(self.open):
            self.text += data

    def attributes(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for found, attributes in self.tags if found == tag]


def told(value: Result, now: datetime = NOW) -> dict[str, int]:
    return {point.key: len(point.members) for point in points(entries(value), now)}


class TestEscaping:
    def test_hostile_names_make_no_tag_and_no_attribute(self) -> None:
        harmless = result(*(info_row(f"name {place}", project=f"project {place}") for place in range(len(HOSTILE))))
        known = {tag for tag, _attributes in Page(harmless).tags} | {
            "details",
            "summary",
            "b",
            "small",
            "ul",
            "li",
            "optgroup",
        }
        page = Page(hostile_estate())
        assert {tag for tag, _attributes in page.tags} <= known
        assert not [
            key
            for _tag, attributes in page.tags
            for key in attributes
            if key.startswith("on") or key in ("src", "style", "srcset")
        ]
        assert page.open == []

    def test_every_name_is_there_letter_by_letter(self) -> None:
        page = Page(hostile_estate())
        for name in HOSTILE:
            if name.isprintable():
                assert name in page.text
        for shown in ("<U+202E>gnp.exe<U+2066>", "tab<U+0009>and<U+000A>line", "<U+D800>"):
            assert shown in page.text
        assert not set("\u202e\u2066\u200d\ud800") & set(page.source)

    def test_the_title_is_escaped(self) -> None:
        page = Page(result(), title=HOSTILE[0])
        assert page.inside["title"] == [HOSTILE[0]]
        assert page.inside["h1"] == [HOSTILE[0]]


class TestPolicy:
    @pytest.fixture(params=[result(), result(info_row()), hostile_estate()], ids=["empty", "one", "hostile"])
    def page(self, request: pytest.FixtureRequest) -> Page:
        return Page(request.param)

    def test_just_our_own_style_and_scripts_are_allowed(self, page: Page) -> None:
        policy = next(item["content"] or "" for item in page.attributes("meta") if item.get("http-equiv"))
        rules = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))
        assert rules["default-src"] == "'none'"
        assert rules["base-uri"] == rules["form-action"] == "'none'"
        for tag, rule in (("style", "style-src"), ("script", "script-src")):
            texts = re.findall(rf"<{tag}>(.*?)</{tag}>", page.source, re.DOTALL)
            digests = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in texts]
            assert rules[rule].split() == [f"'sha256-{digest}'" for digest in digests]

    def test_nothing_is_loaded_from_anywhere(self, page: Page) -> None:
        addresses = [
            value or ""
            for _tag, attributes in page.tags
            for key, value in attributes.items()
            if key in ("href", "src", "action")
        ]
        # A link to the portal is followed by whoever clicks it.
        assert all(
            address.startswith(("#", "data:image/svg+xml,", "https://dev.azure.com/contoso/")) for address in addresses
        )
        assert "url(" not in page.source
        assert "@import" not in page.source

    def test_nothing_has_a_style_of_its_own_which_the_policy_would_refuse(self, page: Page) -> None:
        assert not [tag for tag, attributes in page.tags if "style" in attributes]

    def test_headings_skip_no_level(self, page: Page) -> None:
        levels = [int(tag[1]) for tag, _attributes in page.tags if re.fullmatch("h[1-6]", tag)]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after - before <= 1 for before, after in itertools.pairwise(levels))

    def test_every_field_has_a_label_and_every_id_is_unique(self, page: Page) -> None:
        labels = {item["for"] for item in page.attributes("label")}
        fields = {item["id"] for tag in ("input", "select") for item in page.attributes(tag)}
        assert fields == labels
        ids = [attributes["id"] for _tag, attributes in page.tags if "id" in attributes]
        assert len(ids) == len(set(ids))

    def test_heads_of_tables_have_a_scope_and_tables_a_caption(self, page: Page) -> None:
        assert all(item.get("scope") in ("col", "row") for item in page.attributes("th"))
        assert len(page.attributes("caption")) == len(page.attributes("table"))


class TestColours:
    def test_text_has_enough_contrast_in_both_schemes(self) -> None:
        style = (Path(page_module.__file__).parent / "templates" / "page.css").read_text(encoding="utf-8")
        light, dark = style.split("@media (prefers-color-scheme: dark)")[:2]
        for block in (light, dark.partition("\n}")[0]):
            colours = dict(re.findall(r"--([a-z-]+):\s*(#[0-9a-f]{3,6})\b", block))
            pairs = [(text, back) for text in ("ink", "soft", "link") for back in ("paper", "card", "faint")]
            pairs += [
                (f"{tone}-text", back) for tone in ("good", "warn", "bad") for back in (f"{tone}-back", "card", "faint")
            ]
            pairs += [("ink", "bad-back"), ("soft", "grey-back"), ("link", "bad-back")]
            weak = {pair: round(contrast(*(colours[name] for name in pair)), 2) for pair in pairs}
            assert {pair: value for pair, value in weak.items() if value < 4.5} == {}
            shapes = {
                name: round(contrast(colours[name], colours["card"]), 2)
                for name in ("fresh", "blue", "red", "grey", "amber")
            }
            assert {name: value for name, value in shapes.items() if value < 2.7} == {}


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


class TestTop:
    def test_an_estate_in_one_sentence(self) -> None:
        value = result(info_row(), info_row("b", **federated()), info_row("c", eligibility={}))
        assert facts.headline(value) == (
            "3 service connections: 1 can move to workload identity federation, 1 is there already, 1 could not be judged."
        )
        numbers = [(figure.number, figure.tone) for figure in facts.figures(value)]
        assert numbers == [(3, ""), (2, "warn"), (1, "good"), (0, "good"), (1, "unknown")]

    def test_of_a_part_no_more_is_claimed(self) -> None:
        value = result(info_row(), coverage={**COMPLETE, "complete": False})
        assert "1 service connection that could be seen: 1 can move" in Page(value).text

    def test_a_run_in_one_sentence_failures_first(self) -> None:
        value = result(run_row("converted"), run_row("failed", "b"), run_row("waiting", "c"), run_row("skipped", "d"))
        assert facts.headline(value) == ("4 service connections: 1 failed, 1 not confirmed, 1 converted, 1 left alone.")
        assert [figure.number for figure in facts.figures(value)] == [1, 1, 1, 1, 0, 3]

    def test_a_plan_says_would(self) -> None:
        value = result(run_row("would_convert"), to=WIF)
        assert "Planned conversion of service connections of contoso" in Page(value).text
        assert facts.figures(value)[0] == facts.Figure(1, "would be converted", "good")

    @pytest.mark.parametrize(
        ("value", "sentence"),
        [
            (result(), "No service connection is there."),
            (result(to=WIF), "No service connection is there that could be selected."),
            (
                result(coverage={**COMPLETE, "complete": False}),
                "No service connection could be seen, and not everything could be read.",
            ),
            ({"failed": True, "msg": "No."}, "No service connection could be seen, and not everything could be read."),
        ],
    )
    def test_an_empty_report_says_which_kind_of_empty(self, value: Result, sentence: str) -> None:
        assert sentence in Page(value).text

    def test_several_organizations_are_counted_in_the_title_and_can_be_chosen(self) -> None:
        rows = [info_row("a", organization="contoso"), info_row("b", organization="fabrikam")]
        page = Page({**result(*rows), "summary": {"coverage": COMPLETE}})
        assert page.inside["title"] == ["Service connections of 2 organizations"]
        assert "f-organization" in {item["id"] for item in page.attributes("select")}
        assert "f-organization" not in {item["id"] for item in Page(result(rows[0])).attributes("select")}


class TestWhatIsNotKnown:
    @pytest.mark.parametrize(
        ("coverage", "line"),
        [
            ({"unread": [{"project": "Secret", "reason": "403: no"}]}, "Project Secret: 403: no"),
            ({"empty": ["Empty"]}, "Project Empty shows no connection: none there, or the caller may not see them."),
            (
                {"partial": [{"id": "1"}]},
                "1 connection could be read only in part: the caller lacks permission to view them.",
            ),
            ({"complete": False}, "Not everything could be seen, and the result does not say what."),
        ],
    )
    def test_missing_coverage_stands_before_the_numbers(self, coverage: Row, line: str) -> None:
        page = Page(result(info_row(), coverage={**COMPLETE, "complete": False, **coverage}))
        assert page.text.index("Not everything could be seen") < page.text.index(line) < page.text.index("In numbers")
        assert "Everything could be seen" not in page.text

    def test_an_empty_project_among_others_contradicts_nothing(self) -> None:
        page = Page(result(info_row(), coverage={**COMPLETE, "empty": ["Sandbox"]}))
        assert "Everything could be seen, in 2 projects." in page.text
        assert "Not everything" not in page.text
        assert "Project Sandbox shows no connection" in page.text

    def test_what_may_be_missing_is_said_as_that(self) -> None:
        unread = {"complete": False, "unread": [{"project": "Secret", "reason": "403: no"}]}
        value = without({**result(info_row(), coverage={**COMPLETE, **unread}), "problems": []}, ["Secret"])
        page = Page(value)
        assert "Project Secret: 403: no. allow_unread allows that." in page.text
        assert "could be seen" in facts.headline(value)
        assert not any(text in page.text for text in ("Not everything could be seen", "Everything could be seen"))

    def test_hosts_without_a_result_make_it_incomplete_whatever_the_coverage_says(self) -> None:
        page = Page({**result(info_row()), "problems": [{"host": "web", "message": "No route."}]})
        assert "web: No route." in page.text
        assert "Everything could be seen" not in page.text

    def test_a_task_that_failed_as_a_whole_says_why(self) -> None:
        assert "The token was rejected." in Page({"failed": True, "msg": "The token\nwas rejected."}).text

    def test_all_of_a_long_list_is_there(self) -> None:
        unread = [{"project": f"P{number}", "reason": "no"} for number in range(40)]
        page = Page(result(coverage={**COMPLETE, "complete": False, "unread": unread}))
        assert all(f"Project P{number}: no" in page.text for number in range(40))

    def test_everything_seen_is_said_too(self) -> None:
        page = Page(result(info_row()))
        assert "Everything could be seen, in 2 projects." in page.text
        assert "Not everything" not in page.text

    @pytest.mark.parametrize(
        ("row", "line"),
        [
            (info_row(secret_expires=None), "Of 1 connection it is not known when the secret expires."),
            (info_row(usage=UNREADABLE), "Of 1 connection it is not known when it was last used."),
            (info_row(**federated(issuer="unknown")), "Of 1 connection it is not known which issuer is used."),
            (
                {key: value for key, value in info_row().items() if key != "usage"},
                "It was not asked when it was last used: add usage to the option include.",
            ),
            (
                {key: value for key, value in info_row().items() if key != "secret_expires"},
                "It was not asked when the secret expires: add identity to the option include.",
            ),
        ],
    )
    def test_no_warning_is_no_all_clear(self, row: Row, line: str) -> None:
        page = Page(result(row))
        assert line in page.text
        assert "Needs attention first: nothing that is known; but not everything is known." in page.text

    def test_nothing_is_said_only_if_all_is_known(self) -> None:
        assert "Needs attention first: nothing." in Page(result(info_row())).text


class TestAttention:
    @pytest.mark.parametrize(
        ("row", "found"),
        [
            (info_row(), {}),
            (info_row(secret_expires=when(-1)), {"secret_expired": 1}),
            (info_row(secret_expires=when(29)), {"secret_expires": 1}),
            (info_row(secret_expires=when(31)), {}),
            (info_row(**{**federated(), "secret_expires": when(-1)}), {}),
            (info_row(state="failed"), {"broken": 1}),
            (info_row(usage=used(90)), {"auto_disable": 1}),
            (info_row(usage=used(90), enabled=False), {}),
            (info_row(usage=used(80)), {}),
            (info_row(usage=NEVER), {}),
            (info_row(**federated("azure_devops")), {"old_issuer": 1}),
            (info_row(**federated(revert={"deadline": when(1)})), {"way_back_ends_today": 1}),
            (info_row(**federated(revert={"deadline": when(1.5)})), {"way_back_ends": 1}),
            (info_row(usage=used(150)), {"overdue": 1}),
            (info_row(**federated(revert={"deadline": when(3)})), {}),
            (info_row(**federated(revert={"deadline": when(-1)})), {}),
            (info_row(revert={"deadline": when(1)}), {}),
            (info_row(verification={"result": "federation_failed"}), {"test_failed": 1}),
            (info_row(verification={"result": "unknown"}), {}),
            (
                info_row(eligibility=verdicts(workload_identity_federation=("application_missing",))),
                {"application_missing": 1},
            ),
            (info_row(eligibility=verdicts(service_principal=("no_permission",))), {"partial": 1}),
            (run_row("failed"), {"failed": 1}),
            (
                run_row(
                    "rolled_back", verification={"before": {"result": "ok"}, "after": {"result": "federation_failed"}}
                ),
                {"rolled_back": 1, "test_failed": 1},
            ),
            (run_row("converted", rollback="unknown"), {"no_way_back": 1}),
            (
                run_row(
                    "converted", verification={"before": {"result": "credential_failed"}, "after": {"result": "ok"}}
                ),
                {},
            ),
            (run_row("waiting"), {"waiting": 1}),
            (run_row("would_attempt"), {"uncertain": 1}),
            (run_row("skipped", reasons=[reason("not_started")]), {"not_started": 1}),
        ],
    )
    def test_what_has_to_be_seen_to(self, row: Row, found: dict[str, int]) -> None:
        assert told(result(row)) == found

    def test_the_worst_comes_first(self) -> None:
        value = result(info_row(**federated("azure_devops")), info_row("b", secret_expires=when(-1)))
        assert [point.tone for point in points(entries(value), NOW)] == ["bad", "warn"]

    @pytest.mark.parametrize(
        ("now", "tone", "words"),
        [
            (datetime(2027, 6, 30, tzinfo=timezone.utc), "warn", "in 1 days"),
            (datetime(2027, 7, 2, tzinfo=timezone.utc), "bad", "which is retired"),
        ],
    )
    def test_the_issuer_retires(self, now: datetime, tone: str, words: str) -> None:
        point = next(
            point
            for point in points(entries(result(info_row(**federated("azure_devops")))), now)
            if point.key == "old_issuer"
        )
        assert point.tone == tone
        assert words in point.sentence


class TestCharts:
    def test_shares_add_up_to_the_rows(self) -> None:
        listed = entries(result(info_row(), info_row("b"), info_row("c", **federated()), info_row("d", scheme=None)))
        found = [(share.key, share.number) for share in breakdowns.shares(listed, "scheme")]
        assert found == [("service_principal", 2), ("unknown", 1), (WIF, 1)]

    def test_reasons_blocking_first_each_with_its_remedy(self) -> None:
        rows = [
            info_row(
                "a",
                eligibility=verdicts(workload_identity_federation=("sovereign_cloud", "disabled", "secret_expired")),
            ),
            info_row("b", eligibility=verdicts(workload_identity_federation=("shared",))),
            info_row("c", eligibility=verdicts(workload_identity_federation=("shared", "unknown"))),
            info_row("d", **federated()),
        ]
        found = breakdowns.causes(entries(result(*rows)), WIF)
        assert [(cause.code, cause.effect, cause.number) for cause in found] == [
            ("shared", "blocks", 2),
            ("disabled", "blocks", 1),
            ("sovereign_cloud", "warns", 1),
            ("secret_expired", "informs", 1),
            ("unknown", "informs", 1),
        ]
        page = Page(result(*rows))
        assert all(RULES[cause.code].remedy_for() in page.text for cause in found)

    def test_verdicts_tell_unknown_from_blocked(self) -> None:
        value = result(
            info_row(eligibility=verdicts(workload_identity_federation=("unknown",))),
            info_row("b", eligibility=verdicts(workload_identity_federation=("shared",))),
            info_row("c"),
        )
        assert [(share.key, share.number) for share in breakdowns.verdicts(entries(value), WIF)] == [
            ("yes", 1),
            ("no", 1),
            ("unknown", 1),
        ]

    def test_a_code_that_we_do_not_know_is_shown_all_the_same(self) -> None:
        page = Page(result(info_row(eligibility=verdicts(workload_identity_federation=("a_new_code",)))))
        assert "a_new_code is not explained here." in page.text

    def test_last_use_tells_never_from_not_read(self) -> None:
        uses = [used(1), used(20), used(60), used(400), NEVER, UNREADABLE, None]
        found = times.last_use(
            entries(result(*(info_row(f"c{place}", usage=use) for place, use in enumerate(uses)))), NOW
        )
        assert [(share.key, share.number) for share in found] == [
            ("in the last 7 days", 1),
            ("8 to 30 days ago", 1),
            ("31 to 90 days ago", 1),
            ("longer ago", 1),
            ("never", 1),
            ("unknown", 2),
        ]

    def test_secrets_by_month(self) -> None:
        ends = [when(-1), when(1), when(40), when(330), when(800), None]
        value = result(
            *(info_row(f"c{place}", secret_expires=end) for place, end in enumerate(ends)), info_row("x", **federated())
        )
        found = {share.key: share.number for share in times.expiry_by_month(entries(value), NOW) if share.number}
        assert found == {"expired": 1, "2026-11": 1, "2027-01": 1, "2027-10": 1, "later": 1, "unknown": 1}
        assert len(times.expiry_by_month(entries(value), NOW)) == 1 + 12 + 2

    def test_lanes_hold_what_is_still_to_come(self) -> None:
        value = result(
            info_row(secret_expires=when(-1)),
            info_row("b", **federated("azure_devops", revert={"deadline": when(2)})),
            info_row("c", **federated(revert={"deadline": when(-2)}, usage=UNREADABLE)),
        )
        found = {lane.key: lane.number for lane in times.lanes(entries(value), NOW)}
        assert found == {"way_back": 1, "secret": 1, "unused": 2, "issuer": 1}

    @pytest.mark.parametrize(
        ("days", "place"),
        [
            (-100000, 0.15 / 8),
            (-1e-9, 0.5 / 8),
            (0, 1 / 8),
            (0.5, 1.5 / 8),
            (1, 2 / 8),
            (7, 3 / 8),
            (365, 7 / 8),
            (366, 7.5 / 8),
            (90000, 7.5 / 8),
        ],
    )
    def test_what_is_near_has_more_room(self, days: float, place: float) -> None:
        assert times.position(NOW + timedelta(days=days), NOW) == pytest.approx(place, abs=0.001)

    def test_the_time_line_is_told_in_words(self) -> None:
        page = Page(result(info_row(secret_expires=when(-1)), info_row("b", secret_expires=when(20))))
        labels = [item.get("aria-label") or "" for item in page.attributes("svg") if item.get("role") == "img"]
        assert "A secret expires: 1 over, 1 within 30 days" in labels
        assert "Payments / b" in page.text

    def test_a_run_has_before_and_after(self) -> None:
        text = Page(result(run_row("converted"), run_row("failed", "b"))).text
        assert "service principal21workload identity01" in text.replace("\n", "")

    def test_drawings_are_hidden_from_those_who_cannot_see_them_or_have_words(self) -> None:
        for item in Page(result(info_row(), run_row("converted", "b"))).attributes("svg"):
            assert item.get("aria-hidden") == "true" or item.get("aria-label")


class TestFilters:
    def test_each_choice_counts_its_rows(self) -> None:
        listed = entries(big_estate(60))
        made = filters(listed, points(listed, NOW))
        choices = [choice for item in made.listed for _title, group in item.groups for choice in group]
        assert choices
        for choice in choices:
            assert sum(choice.token in tokens for tokens in made.tokens) == choice.number

    def test_each_row_has_the_tokens_of_what_it_says(self) -> None:
        listed = entries(result(info_row("a", "A"), info_row("b", "B"), info_row("c", "B", **federated())))
        made = filters(listed, [])
        for key in ("project", "scheme"):
            for place, entry in enumerate(listed):
                assert made.token(key, entry[key].plain) in made.tokens[place]

    def test_buttons_lead_to_choices_that_exist(self) -> None:
        page = Page(
            result(
                info_row(secret_expires=when(-1)),
                info_row("b", **federated("azure_devops")),
                info_row("c", eligibility=verdicts(workload_identity_federation=("shared",))),
            )
        )
        values = {item.get("value") for item in page.attributes("option")}
        picks = [item["data-pick"] for item in page.attributes("button") if "data-pick" in item]
        assert len(picks) > 5
        assert set(picks) <= values

    def test_filters_cover_what_people_ask_for(self) -> None:
        barred = info_row("c", eligibility=verdicts(workload_identity_federation=("disabled",)))
        page = Page(result(info_row(secret_expires=when(-1)), info_row("b", **federated()), barred))
        wanted = {"f-attention", "f-project", "f-scheme", "f-issuer", "f-verdict", "f-reason", "f-order"}
        assert {item["id"] for item in page.attributes("select")} == wanted
        assert "f-status" in {item["id"] for item in Page(result(run_row("converted"))).attributes("select")}

    def test_a_row_says_all_codes_with_their_effect(self) -> None:
        row = info_row(eligibility=verdicts(workload_identity_federation=("shared", "sovereign_cloud", "unknown")))
        assert "noblocked by: sharedwarning: sovereign_cloudnote: unknown" in Page(result(row)).text


def test_5000_rows_are_no_burden() -> None:
    page = html_page(big_estate(5000), NOW)
    assert page.count("<tr data-t") == 5000
    assert len(page.encode()) < 10_000_000


def test_what_a_run_notes_beside_its_rows_is_there() -> None:
    unsettled = [{"id": "1", "project": "Web", "name": "azure-new", "state": "in_progress"}]
    text = Page(
        result(run_row("converted"), unsettled=unsettled, seconds_held_back=61.4, not_checked="Tasks were not checked.")
    ).text
    for line in (
        "Not ready: Web / azure-new (in progress).",
        "held the requests back for 61 seconds.",
        "Tasks were not checked.",
    ):
        assert line in text
    assert html.escape("azure-new") in text
