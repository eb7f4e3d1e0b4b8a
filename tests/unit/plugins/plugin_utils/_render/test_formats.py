# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rows of a report: the same in every format, and never better than what is known."""

from __future__ import annotations

import csv
import functools
import html.parser
import io
import json
import typing as t

import pytest
from ansible.errors import AnsibleFilterError
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.azdo.connections.plugins.filter import fleet_report as plugin
from ansible_collections.azdo.connections.plugins.plugin_utils._render.csv_text import neutral
from ansible_collections.azdo.connections.plugins.plugin_utils._render.formats import FORMATS, report
from ansible_collections.azdo.connections.plugins.plugin_utils._render.markdown import quoted
from ansible_collections.azdo.connections.plugins.plugin_utils._report.rows import COLUMNS, entries, filled
from ansible_collections.azdo.connections.plugins.plugin_utils._results.merge import merge
from ansible_collections.azdo.connections.plugins.plugin_utils._results.missing import without
from ansible_collections.azdo.connections.plugins.plugin_utils._untrusted import TRUST

from unit.plugins._helpers.filters import called
from unit.plugins._helpers.reports import (
    HOSTILE,
    NEVER,
    NOW,
    UNREADABLE,
    Result,
    Row,
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


def cell(row: Row, column: str) -> str:
    return entries(result(row))[0][column].text


def trusted(text: str) -> str:
    """A template as a playbook has it; newer cores evaluate no other."""
    return text if TRUST is None else TRUST(text)


def csv_rows(value: Result) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(report(value, "csv", NOW), newline="")))


def markdown_rows(value: Result) -> list[list[str]]:
    lines = report(value, "markdown", NOW).partition("## Connections")[2].splitlines()
    return [[part.strip() for part in line.strip("|").split(" | ")] for line in lines if line.startswith("|")]


class Table(html.parser.HTMLParser):
    """Reads the table of connections out of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._inside = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside |= dict(attrs).get("id") == "connections"
        if self._inside and tag == "tr":
            self.rows.append([])
        elif self._inside and tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside &= tag != "table"

    def handle_data(self, data: str) -> None:
        if self._inside and self.rows and self.rows[-1]:
            self.rows[-1][-1] += data


def mixed() -> Result:
    return result(
        info_row("zeta", "Web"),
        info_row("alpha", "Web", **federated("azure_devops")),
        info_row(
            "disabled", "Payments", enabled=False, eligibility=verdicts(workload_identity_federation=("disabled",))
        ),
        info_row("shared", "Payments", projects=[{"name": "Payments"}, {"name": "Web"}]),
    )


def run() -> Result:
    return result(
        run_row("converted"),
        run_row("failed", "bad", error={"message": "No right.", "remedy": "Ask."}),
        run_row("skipped", "shared", reasons=[reason("shared"), reason("unknown", "informs")]),
    )


class TestSameRows:
    @pytest.mark.parametrize("value", [mixed(), run(), hostile_estate(), result(info_row())])
    def test_every_format_has_the_same_connections_in_the_same_order(self, value: Result) -> None:
        listed = [entry["connection"].text for entry in entries(value)]
        assert len(listed) == len(value["connections"])
        assert [row["connection"] for row in csv_rows(value)] == [neutral(text) for text in listed]
        assert [row[0] for row in Table(report(value, "html", NOW)).rows[1:]] == listed
        assert [row[0] for row in markdown_rows(value)[2:]] == [quoted(text) for text in listed]

    @pytest.mark.parametrize("value", [mixed(), run()])
    def test_html_and_markdown_have_the_same_columns_and_csv_has_all(self, value: Result) -> None:
        titles = [column.title for column in filled(entries(value))]
        assert [text.strip() for text in Table(report(value, "html", NOW)).rows[0]] == titles
        assert markdown_rows(value)[0] == titles
        assert set(csv_rows(value)[0]) == {column.key for column in COLUMNS} | {
            column.codes for column in COLUMNS if column.codes
        }

    def test_rows_are_in_the_order_of_organization_project_and_name(self) -> None:
        value = merge({"b": [result(info_row("b", "A"), organization="fabrikam")], "a": [mixed()]})
        assert [(row["organization"], row["project"], row["connection"]) for row in csv_rows(value)] == [
            ("contoso", "Payments", "disabled"),
            ("contoso", "Payments", "shared"),
            ("contoso", "Web", "alpha"),
            ("contoso", "Web", "zeta"),
            ("fabrikam", "A", "b"),
        ]

    def test_what_was_not_merged_is_put_in_order_too(self) -> None:
        assert [row["connection"] for row in csv_rows(mixed())] == ["disabled", "shared", "alpha", "zeta"]

    def test_columns_that_say_nothing_are_only_in_csv(self) -> None:
        assert "Status" not in report(mixed(), "markdown", NOW)
        assert "Status" not in Table(report(mixed(), "html", NOW)).rows[0]
        assert csv_rows(mixed())[0]["status"] == ""

    def test_names_of_columns_are_a_contract(self) -> None:
        assert report(result(), "csv", NOW) == (
            "connection,project,organization,status,reasons,error,target,scheme_before,scheme,issuer_before,issuer,creation_mode,state,"
            "workload_identity_federation,workload_identity_federation_reasons,service_principal,service_principal_reasons,"
            "entra_issuer,entra_issuer_reasons,readiness,pipelines_to_change,verification,rollback,revert_deadline,secret_expires,"
            "last_used,days_until_auto_disable,last_pipeline,shared_with,subscription,created_by,description,id\r\n"
        )


class TestCells:
    @pytest.mark.parametrize(
        ("other", "column", "text"),
        [
            ({"usage": None}, "last_used", "unknown"),
            ({"usage": UNREADABLE}, "last_used", "unknown"),
            ({"usage": {**NEVER, "readable": False}}, "last_used", "unknown"),
            ({"usage": UNREADABLE}, "days_until_auto_disable", "unknown"),
            ({"usage": NEVER}, "last_used", "never"),
            ({"usage": NEVER}, "days_until_auto_disable", "unknown"),
            ({"usage": used(3)}, "days_until_auto_disable", "97"),
            ({"usage": used(130), "enabled": False}, "days_until_auto_disable", ""),
            ({"secret_expires": None}, "secret_expires", "unknown"),
            (federated(), "secret_expires", ""),
            ({"secret_expires": "soon"}, "secret_expires", "soon"),
            ({"secret_expires": when(1)}, "secret_expires", "2026-11-27 12:00 UTC"),
            ({"eligibility": {}}, WIF, "unknown"),
            ({"eligibility": None}, WIF, "unknown"),
            ({"eligibility": {WIF: {"eligible": None, "codes": []}}}, WIF, "unknown"),
            ({"eligibility": verdicts(workload_identity_federation=("unknown",))}, WIF, "unknown"),
            ({"eligibility": verdicts(workload_identity_federation=("other_tenant", "unknown"))}, WIF, "unknown"),
            ({"eligibility": verdicts(workload_identity_federation=("shared", "unknown"))}, WIF, "no"),
            ({"eligibility": verdicts(workload_identity_federation=("a_new_code",))}, WIF, "no"),
            ({"eligibility": verdicts(workload_identity_federation=("already_federated",))}, WIF, "already there"),
            ({"eligibility": verdicts(workload_identity_federation=True)}, WIF, "yes"),
            (
                {"eligibility": verdicts(service_principal=("already_service_principal",))},
                "service_principal",
                "already there",
            ),
            ({"eligibility": verdicts(entra_issuer=("already_entra_issuer",))}, "entra_issuer", "already there"),
            ({"eligibility": verdicts(entra_issuer=("already_service_principal",))}, "entra_issuer", "no"),
            ({"scheme": None}, "scheme", "unknown"),
            ({"scheme": "a_new_scheme"}, "scheme", "a_new_scheme"),
            (federated(issuer="unknown"), "issuer", "unknown"),
            ({**federated(), "issuer_kind": None}, "issuer", "unknown"),
            ({}, "issuer", ""),
            ({"creation_mode": None}, "creation_mode", "unknown"),
            ({"creation_mode": None, "scheme": "managed_identity"}, "creation_mode", ""),
            ({"state": None}, "state", "unknown"),
            ({"enabled": False}, "state", "disabled"),
            ({"state": "in_progress"}, "state", "in progress"),
            ({"verification": None}, "verification", "unknown"),
            ({"verification": {"result": "federation_failed"}}, "verification", "federation failed"),
            ({"name": None}, "connection", "unknown"),
            ({"projects": ["Payments", "Web"]}, "shared_with", "Web"),
            (
                {"projects": [{"name": "Payments"}, {"name": "Web"}, {"name": "A\u202eB"}]},
                "shared_with",
                "Web, A<U+202E>B",
            ),
            ({"revert": {"deadline": when(2)}}, "revert_deadline", "2026-11-28 12:00 UTC"),
        ],
    )
    def test_what_a_row_of_the_estate_says(self, other: Row, column: str, text: str) -> None:
        assert cell(info_row(**other), column) == text

    @pytest.mark.parametrize(
        ("row", "column", "text"),
        [
            (run_row("rolled_back"), "status", "rolled back"),
            (run_row("converted"), "scheme_before", "service principal"),
            (run_row("converted"), "scheme", "workload identity"),
            (run_row("converted"), "issuer", "Entra"),
            (run_row("skipped"), "scheme", "service principal"),
            (run_row("converted", before=None, after=None), "scheme", "unknown"),
            (run_row("converted"), "verification", "before: ok, after: ok"),
            (run_row("failed"), "verification", "before: ok"),
            (run_row("failed"), "error", "no reason was given"),
            (run_row("failed", error="No."), "error", "No."),
            (run_row("failed", error={"message": "No\nright.", "remedy": "Ask."}), "error", "No right. Ask."),
            (run_row("waiting", hand_off={"what_to_do": "Add the credential."}), "error", "Add the credential."),
            (run_row("converted", last_used=None), "last_used", "unknown"),
            (run_row("failed", rollback="unknown"), "rollback", "unknown"),
            (run_row("skipped", rollback="unknown"), "rollback", ""),
            (
                run_row("skipped", reasons=[reason("shared"), reason("unknown", "informs")]),
                "reasons",
                "shared, unknown",
            ),
        ],
    )
    def test_what_a_row_of_a_run_says(self, row: Row, column: str, text: str) -> None:
        assert cell(row, column) == text

    def test_what_nobody_asked_for_is_empty(self) -> None:
        bare = {key: value for key, value in info_row().items() if key not in ("usage", "secret_expires")}
        assert [
            cell(bare, column) for column in ("last_used", "days_until_auto_disable", "secret_expires", "verification")
        ] == [""] * 4

    @pytest.mark.parametrize(
        ("codes", "effects"),
        [
            (("shared", "unknown"), {"shared": "blocks", "unknown": "informs"}),
            (
                ("secret_expired", "sovereign_cloud", "shared"),
                {"secret_expired": "informs", "sovereign_cloud": "warns", "shared": "blocks"},
            ),
            (("unknown",), {"unknown": "blocks"}),
        ],
    )
    def test_codes_keep_their_effect_towards_the_target(self, codes: tuple[str, ...], effects: dict[str, str]) -> None:
        row = info_row(eligibility=verdicts(workload_identity_federation=codes))
        assert dict(entries(result(row))[0][WIF].codes) == effects

    def test_beside_a_yes_nothing_blocks(self) -> None:
        row = info_row(eligibility={WIF: {"eligible": True, "codes": ["unknown"]}})
        assert entries(result(row))[0][WIF].codes == (("unknown", "informs"),)


class TestCsv:
    @pytest.mark.parametrize(
        "text", ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\uff1d1", "-", "=", "--1"]
    )
    def test_formulas_are_neutralised(self, text: str) -> None:
        assert neutral(text) == f"'{text}"

    @pytest.mark.parametrize("text", ["", "azure-prod", "-30", "12", "a=b", "'x", "1-2"])
    def test_the_rest_stays_as_it_is(self, text: str) -> None:
        assert neutral(text) == text

    def test_values_are_those_of_the_modules(self) -> None:
        row = csv_rows(result(info_row(eligibility=verdicts(workload_identity_federation=("shared", "disabled")))))[0]
        assert row["scheme"] == "service_principal"
        assert (row[WIF], row[f"{WIF}_reasons"]) == ("no", "shared; disabled")
        assert row["secret_expires"] == when(100)

    def test_delimiters_and_quotes_in_names_survive(self) -> None:
        assert csv_rows(result(info_row('a,"b";c')))[0]["connection"] == 'a,"b";c'


class TestMarkdown:
    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("a|b", "a&#124;b"),
            ("`c`", "&#96;c&#96;"),
            ("<img src=x>", "&#60;img src=x&#62;"),
            ("[e](https://example.com)", "&#91;e&#93;(https&#58;//example.com)"),
            ("www.example.com", "www&#46;example.com"),
            ("**b**", "&#42;&#42;b&#42;&#42;"),
            ("_a_ set include_disabled", "&#95;a&#95; set include_disabled"),
            ("- item", "&#45; item"),
            ("1. item", "1&#46; item"),
            ("# head", "&#35; head"),
            ("a\\|b", "a&#92;&#124;b"),
            ("@team &amp;", "&#64;team &#38;amp;"),
            ("two\nlines", "two lines"),
            ("azure-prod: fine.", "azure-prod: fine."),
        ],
    )
    def test_nothing_is_markup(self, text: str, shown: str) -> None:
        assert quoted(text) == shown

    def test_every_row_has_as_many_cells_as_the_head(self) -> None:
        rows = markdown_rows(hostile_estate())
        assert {len(row) for row in rows[2:]} == {len(rows[0])}
        assert len(rows) == len(HOSTILE) + 2

    def test_summary_and_remedies_come_before_the_table(self) -> None:
        text = report(run(), "markdown", NOW)
        assert "3 service connections: 1 failed, 1 converted, 1 left alone." in text
        assert (
            "| 1 | `shared` | blocks | Other projects use the connection, too. Tell the owners of those projects, then set shared to include. |"
            in text
        )
        assert text.index("shared to include") < text.index("## Connections")

    def test_what_is_missing_stands_apart_from_what_may_be(self) -> None:
        unread = [{"project": name, "reason": "No."} for name in ("Secret", "Pay")]
        value = result(info_row(), coverage={"complete": False, "projects": 4, "unread": unread, "empty": ["Sandbox"]})
        text = report(without({**value, "problems": []}, ["Pay"]), "markdown", NOW)
        titles = ["## Not everything could be seen", "Project Secret", "## May be missing", "Project Pay"]
        places = [text.index(part) for part in (*titles, "## Without connections", "Project Sandbox")]
        assert places == sorted(places)


class TestJson:
    def test_it_is_the_result_itself(self) -> None:
        value = merge({"a": [mixed()], "b": [{"failed": True, "msg": "No."}]})
        assert json.loads(report(value, "json", NOW)) == {"made": when(0), **json.loads(json.dumps(value))}

    def test_what_ansible_adds_is_left_out(self) -> None:
        text = report(
            {**mixed(), "changed": False, "failed": False, "invocation": {"module_args": {}}, "_ansible_x": 1},
            "json",
            NOW,
        )
        assert set(json.loads(text)) == {"made", "connections", "summary"}

    def test_it_is_stable(self) -> None:
        value = mixed()
        turned = {key: value[key] for key in reversed(value)}
        assert report(value, "json", NOW) == report(turned, "json", NOW)


class TestFilter:
    def test_it_is_thin(self) -> None:
        call = functools.partial(called, plugin.FilterModule().filters()["fleet_report"])
        for name in FORMATS:
            assert call(mixed(), format=name, title="A title", now=NOW.isoformat()) == report(
                mixed(), name, NOW, "A title"
            )
        assert call(mixed()).startswith("<!DOCTYPE html>")

    @pytest.mark.parametrize(
        ("call", "sentence"),
        [
            (lambda: plugin.fleet_report("text"), "registered result of a module"),
            (
                lambda: plugin.fleet_report({}, format="pdf"),
                "format must be one of html, csv, markdown, json, junit, not 'pdf'",
            ),
            (
                lambda: plugin.fleet_report({}, now="today"),
                "now must be a time such as 2026-11-30T09:15:00Z, not 'today'",
            ),
        ],
    )
    def test_mistakes_are_one_sentence(self, call: t.Callable[[], str], sentence: str) -> None:
        with pytest.raises(AnsibleFilterError, match="fleet_report: ") as caught:
            call()
        assert sentence in str(caught.value)

    def test_names_that_look_like_templates_stay_names(self) -> None:
        value = result(info_row("{{ 7*7 }}"))
        csv_report = functools.partial(called, plugin.FilterModule().filters()["fleet_report"], format="csv")
        templar = Templar(loader=DataLoader(), variables={"report": csv_report(value)})
        assert "{{ 7*7 }}" in templar.template(trusted("{{ report }}"))

    @pytest.mark.parametrize("format", FORMATS)
    @pytest.mark.parametrize("value", [result(), {"failed": True, "msg": "No."}, hostile_estate(), merge({})])
    def test_every_format_takes_every_result(self, format: str, value: Result) -> None:
        text = plugin.fleet_report(value, format=format, now=NOW.isoformat())
        text.encode()
        assert text.endswith("\n")
