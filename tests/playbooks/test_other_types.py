# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connections of other types with the issuer that retires: the report says how many, and the watch finds them, whatever a host stands for."""

from __future__ import annotations

import json
import re
import typing as t
from collections.abc import Callable
from xml.etree import ElementTree as ET

import pytest
import yaml

from simulator import Fleet

OLD: dict[str, t.Any] = {"scheme": "WorkloadIdentityFederation", "issuer": "azure_devops", "role": None}
SENTENCE = (
    "Besides, 3 connections of other types use the issuer that retires on 2027-07-01, which this collection does not handle: "
    "2 dockerregistry in Payments, 1 x<U+202E> in Web Shop."
)
KINDS = ("organization", "project", "connection")


def fleet_with_others() -> Fleet:
    fleet = Fleet()
    payments, shop = fleet.project("Payments"), fleet.project("Web Shop")
    for project in (payments, shop):
        fleet.connection(project, "azure", scheme="WorkloadIdentityFederation", issuer="entra")
    fleet.connection(payments, "images", type="dockerregistry", **OLD)
    fleet.connection(payments, "mirror", type="dockerregistry", **OLD)
    fleet.connection(shop, "robot", type="x\u202e", shared_with=[payments], **OLD)
    return fleet


def hosts_of(here: t.Any, kind: str) -> tuple[str, ...]:
    source = {"plugin": "azdo.connections.azdo", "hosts_from": kind}
    (here.folder / f"{kind}.azdo.yml").write_text(yaml.safe_dump(source), encoding="utf-8")
    return ("-i", f"{kind}.azdo.yml", "-e", f"fleet_hosts=azdo_{kind}s")


def words(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("kind", KINDS)
def test_the_report_says_how_many_there_are_and_counts_them_nowhere(kind: str, stage: Callable[..., t.Any]) -> None:
    here = stage(fleet_with_others())
    written = ("-e", "fleet_report_path=fleet.html,fleet.md,fleet.json")
    played = here.run("azdo.connections.report", *hosts_of(here, kind), *written)
    assert played.status == 0, played.output
    assert SENTENCE in words(played.stdout)
    text = {ending: (here.folder / f"fleet.{ending}").read_text(encoding="utf-8") for ending in ("html", "md", "json")}
    assert SENTENCE.replace("<", "&lt;").replace(">", "&gt;") in text["html"]
    assert SENTENCE in re.sub(r"&#(\d+);", lambda found: chr(int(found[1])), text["md"])
    summary = json.loads(text["json"])["summary"]
    assert (summary["total"], summary["numbers"]["seen"], summary["numbers"]["old_issuer"]) == (2, 2, 0)
    assert (summary["other_types"]["old_issuer"], len(summary["other_types"]["connections"])) == (3, 3)


@pytest.mark.parametrize("kind", KINDS)
def test_the_watch_finds_them_within_its_days(kind: str, stage: Callable[..., t.Any]) -> None:
    here = stage(fleet_with_others())
    watch = ("azdo.connections.watch", *hosts_of(here, kind), "-e", "fleet_watch=issuer")
    assert here.run(*watch, "-e", "fleet_watch_issuer_days=0").status == 0
    found = here.run(*watch, "-e", "fleet_watch_issuer_days=99999", "-e", "fleet_report_path=watch.html,watch.xml")
    assert found.status == 2, found.output
    told = (
        "Payments / 2 connections of other types (2 dockerregistry) have the issuer of Azure DevOps, which retires on"
    )
    assert words(found.output).count(told) == 1, found.output
    assert (
        "2 things in need of care (2 issuer), the first one Payments / connections of other types." in found.last["msg"]
    )
    cases = ET.fromstring((here.folder / "watch.xml").read_text(encoding="utf-8")).iter("testcase")
    assert {case.attrib["classname"] for case in cases if case.find("failure") is not None} == {"Payments", "Web Shop"}
    page = (here.folder / "watch.html").read_text(encoding="utf-8")
    assert told in page
    assert "this collection does not handle other types" in page


def test_who_names_connections_asks_about_no_others(stage: Callable[..., t.Any]) -> None:
    here = stage(fleet_with_others())
    played = here.run("azdo.connections.report", "-e", "fleet_connections=azure", "-e", "fleet_projects=Payments")
    assert played.status == 0, played.output
    assert "Besides" not in played.stdout
    refused = here.run("azdo.connections.report", "-e", "fleet_include=other_types")
    assert refused.status != 0
    assert "fleet_include" in refused.output
