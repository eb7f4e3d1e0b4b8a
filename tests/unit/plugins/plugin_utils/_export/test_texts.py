# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The texts of an export: what people wrote stays what it is, in YAML and in HCL, and nothing of it is evaluated."""

from __future__ import annotations

import re
import typing as t
from datetime import datetime, timezone

import pytest
import yaml
from ansible_collections.azdo.connections.plugins.plugin_utils._export.files import lines_of, texts_of
from ansible_collections.azdo.connections.plugins.plugin_utils._export.fleet_code import Export, export_of
from ansible_collections.azdo.connections.plugins.plugin_utils._export.playbook_text import playbook_text
from ansible_collections.azdo.connections.plugins.plugin_utils._export.terraform_text import (
    hcl_text,
    labels,
    terraform_text,
)
from hypothesis import given
from hypothesis import strategies as st

Json = dict[str, t.Any]
NOW = datetime(2026, 12, 1, 12, tzinfo=timezone.utc)
URL = "https://dev.azure.com/contoso"
# As Unicode has them, without halves of characters: a connection with one cannot be read.
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
HOSTILE = (
    "{{ lookup('pipe', 'id') }}", "{% raw %}", "{# x #}", "}} {{ x", "a: b # c", "- x", "yes", "0123", "~", "*a", "&a", "!unsafe x", "%x", "@x", "`x",
    "quo'te", 'dou"ble', "back\\slash", "\\{{ x }}'", "x' }}{{ y }}", "${var.x}", "%{ if true }", "$${x}", "<<EOF", "# x", "emoji 🚀", "\u2028", "\u0085",
    "\ufeff", "\x7f", "", " ", "<U+0041>",
    "#jinja2: variable_start_string:'[['\n[[ x ]]",
)  # fmt: skip


class Unsafe(str):
    """What was marked as no template."""

    __slots__ = ()


class Loader(yaml.SafeLoader):
    """As ansible-core reads a playbook."""


Loader.add_constructor("!unsafe", lambda loader, node: Unsafe(loader.construct_scalar(t.cast(yaml.ScalarNode, node))))


def row(name: str = "azure", project: str = "Payments", secret: str = "", **other: t.Any) -> Json:
    code = {
        "project": project,
        "name": name,
        "description": name,
        "scheme": "service_principal",
        "creation_mode": "manual",
        "environment": "AzureCloud",
        "scope": {"level": "subscription", "subscription_id": "s", "subscription_name": name},
        "service_principal": {"tenant_id": "t", "client_id": "c"},
        "enabled": True,
        "authorize_all_pipelines": False,
        "authorized_pipelines": [12, "\\folder\\{{ x }}"],
        "shared_with": [{"project": name, "name": name, "description": "", "authorized_pipelines": []}],
    }
    where = {
        "option": secret,
        "variable": "azdo_secrets",
        "entry": f"{project}/{name}",
        "key": secret.rsplit(".", maxsplit=1)[-1],
    }
    return {
        "id": f"5f0c7c3a-{len(name):04}",
        "project_id": "11111111",
        "project": project,
        "name": name,
        "as_code": code,
        "as_code_reason": None,
        "as_code_only_adopts": None,
        "as_code_secret": where if secret else None,
        **other,
    }


def result(*rows: Json, url: str = URL, **coverage: t.Any) -> Json:
    seen = {"complete": not coverage, "projects": 1, "project_ids": ["p"], "unread": [], "empty": [], "partial": []}
    summary = {"organization": url.rpartition("/")[2], "organization_url": url, "coverage": {**seen, **coverage}}
    return {"connections": list(rows), "summary": summary}


def export(*rows: Json, **options: t.Any) -> Export:
    return export_of({"localhost": [result(*rows, **options)]}, [])


def plays(text: str) -> t.Any:
    return yaml.load(text, Loader)


def looks_like_a_template(text: str) -> bool:
    return bool(re.search(r"\{[{%#]", text)) or text.startswith("#jinja2:")


def check(name: str) -> None:
    """Each text is what it was, marked where it looks like a template; the only templates are ours."""
    (play,) = plays(playbook_text(export(row(name, name, "service_principal.key")), NOW))
    (task,) = play["tasks"]
    options = task["azdo.connections.azdo_arm_connection"]
    texts = [options["project"], options["name"], options["description"], options["scope"]["subscription_name"]]
    texts += [options["shared_with"][0]["name"], options["shared_with"][0]["project"]]
    assert texts == [name] * 6
    assert task["name"] == f"{name} / {name}"
    assert options["authorized_pipelines"] == [12, "\\folder\\{{ x }}"]
    for text in (*texts, task["name"], options["authorized_pipelines"][1]):
        assert isinstance(text, Unsafe) is looks_like_a_template(text)
    expression = options["service_principal"]["key"]
    assert not isinstance(expression, Unsafe)
    if "vars" in task:
        assert task["vars"] == {"azdo_secrets_entry": f"{name}/{name}"}
        assert isinstance(task["vars"]["azdo_secrets_entry"], Unsafe) is looks_like_a_template(f"{name}/{name}")
        assert expression == "{{ azdo_secrets[azdo_secrets_entry].key | default(omit) }}"
    else:
        assert expression == f"{{{{ azdo_secrets['{name}/{name}'].key | default(omit) }}}}"
        assert not set(name) & set("'\"\\{}%#")


def test_what_only_adopts_is_named_by_its_id_so_that_nothing_is_made_of_half_of_it() -> None:
    whole, half = row("whole"), row("half", as_code_only_adopts="It would lack something: a check.")
    text = playbook_text(export(whole, half), NOW)
    (play,) = plays(text)
    options = {
        task["azdo.connections.azdo_arm_connection"]["name"]: task["azdo.connections.azdo_arm_connection"]
        for task in play["tasks"]
    }
    assert options["half"]["id"] == half["id"]
    assert "id" not in options["whole"]
    assert "# Not to be created anew, so it is named by its id: It would lack something: a check." in text


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_is_data_in_yaml(name: str) -> None:
    check(name)


@given(TEXTS)
def test_any_text_is_data_in_yaml(name: str) -> None:
    check(name)


def read_hcl(quoted: str) -> str:
    """A quoted template of HCL, as its specification says. :raises AssertionError: it ends early, or an expression begins in it."""
    assert quoted[0] == quoted[-1] == '"'
    body, found, place = quoted[1:-1], "", 0
    while place < len(body):
        char = body[place]
        assert char != '"'
        if char == "\\":
            length = {"u": 4, "U": 8}.get(body[place + 1], 0)
            code = body[place + 2 : place + 2 + length]
            found += (
                chr(int(code, 16))
                if length
                else {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}[body[place + 1]]
            )
            place += 2 + length
        elif body.startswith(("$${", "%%{"), place):
            found, place = found + char + "{", place + 3
        else:
            # Any other sign eats what stands behind it, so of two the second one would open an expression.
            assert not body.startswith(("${", "%{"), place)
            assert not (char in "$%" and body.startswith(("${", "%{"), place + 1))
            found, place = found + char, place + 1
    return found


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_is_data_in_hcl(text: str) -> None:
    assert read_hcl(hcl_text(text)) == text
    assert "\n" not in hcl_text(text)


@given(st.one_of(TEXTS, st.text('$%{}\\"x', max_size=12)))
def test_any_text_is_data_in_hcl(text: str) -> None:
    assert read_hcl(hcl_text(text)) == text


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_ends_no_comment_and_no_block(name: str) -> None:
    """In the comments, in the labels, in the arguments."""
    left_out = {**row(name), "as_code": None, "as_code_reason": f"because {name}"}
    text = terraform_text(export(row(name, secret="service_principal.key"), left_out), NOW)
    for line in text.splitlines():
        known = r"(#.*|import \{|resource \"\w+\" \"[a-z]\w*\" \{|  (credentials|lifecycle) \{| *\}|\s*\w+ += .*|)"
        assert re.fullmatch(known, line), line
    head, *_rest = playbook_text(export(row(name), left_out), NOW).partition("- name:")
    assert all(line.startswith("#") for line in head.splitlines() if line != "---")


def test_labels_are_unique_and_stay_when_one_is_added() -> None:
    rows = [
        row("a-b"),
        row("a b", id="22222222-x"),
        row("prod"),
        row("7", "9 to 5"),
        row("仓库", "物流", id="33333333"),
    ]
    assert labels(rows) == [
        "payments_a_b_5f0c7c3a_0003",
        "payments_a_b_22222222_x",
        "payments_prod",
        "c_9_to_5_7",
        "connection_33333333",
    ]
    assert labels([row("Größe", "Büro")]) == ["buro_grosse"]


def test_what_terraform_does_not_have() -> None:
    web, workspace = row("web"), row("lab", id="of the lab")
    web["as_code"] |= {"scheme": "publish_profile"}
    workspace["as_code"]["scope"] |= {"level": "ml_workspace"}
    made = export(row("azure"), web, workspace)
    text = terraform_text(made, NOW)
    assert text.count("\nimport {") == text.count("\nresource ") == 1
    assert "# Not here: 2 connections." in text
    assert "with a publish profile." in " ".join(" ".join(lines_of(made, ["a.tf"], 9)).split())


def test_a_resource_group_beside_credentials_is_looked_past() -> None:
    manual, automatic = row("manual"), row("automatic")
    for item in (manual, automatic):
        item["as_code"]["scope"]["resource_group"] = "rg"
    automatic["as_code"]["creation_mode"] = "automatic"
    first, second = terraform_text(export(automatic, manual), NOW).split("\nresource ")[1:]
    assert ('= "rg"' in first, "ignore_changes" in first, "credentials" in first) == (True, False, False)
    assert ('= "rg"' in second, "ignore_changes  = [resource_group]" in second, "credentials {" in second) == (
        False,
        True,
        True,
    )


def test_several_organizations_have_a_play_each_and_secrets_of_their_own() -> None:
    labs = "https://dev.azure.com/contoso-labs"
    steps = {
        "one": [result(row("azure", secret="publish_profile"))],
        "two": [result(row("azure", secret="publish_profile", id="other"), url=labs)],
    }
    made = export_of(steps, [])
    first, second = plays(playbook_text(made, NOW))
    assert [play["module_defaults"]["group/azdo.connections.azdo"]["organization_url"] for play in (first, second)] == [
        URL,
        labs,
    ]
    (task,) = second["tasks"]
    expression = task["azdo.connections.azdo_arm_connection"]["publish_profile"]
    assert expression == "{{ azdo_secrets['contoso-labs/Payments/azure'].publish_profile | default(omit) }}"
    text = terraform_text(made, NOW)
    assert (
        text.count("  provider = azuredevops.contoso\n") == text.count("  provider = azuredevops.contoso-labs\n") == 2
    )


def test_the_credential_of_an_application_may_be_written_and_that_of_a_managed_identity_is_left_alone() -> None:
    application, identity = row("application"), row("identity")
    for item in (application, identity):
        item["as_code"] |= {"scheme": "workload_identity_federation", "federated_credential": {"mode": "skip"}}
    identity["as_code"]["managed_identity"] = identity["as_code"].pop("service_principal")
    (play,) = plays(playbook_text(export(application, identity), NOW))
    modes = [task["azdo.connections.azdo_arm_connection"]["federated_credential"]["mode"] for task in play["tasks"]]
    assert modes == ["{{ azdo_federated_credential | default('skip') }}", "skip"]


def test_an_empty_fleet_is_an_empty_play() -> None:
    made = export()
    (play,) = plays(playbook_text(made, NOW))
    assert play["tasks"] == []
    assert lines_of(made, ["a.yml"], 9)[0] == "0 service connections in a.yml."


UNREAD: Json = {"unread": [{"id": "p", "project": "Mobile", "reason": "TF401027"}]}


def test_nothing_is_written_while_something_is_missing() -> None:
    steps = {"localhost": [result(row(), **UNREAD)]}
    gap = export_of(steps, [])
    assert texts_of(gap, ["a.yml"], NOW) == {}
    assert lines_of(gap, ["a.yml"], 9)[0] == "Nothing was written to a.yml, because not everything could be read:"
    allowed = export_of(steps, ["mob*"])
    (text,) = texts_of(allowed, ["a.yml"], NOW).values()
    assert "# May be missing: Project Mobile: TF401027. fleet_allow_unread allows that." in text
    assert "May be missing: Project Mobile" in " ".join(lines_of(allowed, ["a.yml"], 9))


def test_a_host_without_a_result_is_missing() -> None:
    made = export_of({"one": [result(row())], "two": [{"msg": "It was late."}]}, ["*"])
    assert made.gaps == ["two: It was late."]


def test_only_the_host_of_the_owning_project_knows_the_code() -> None:
    elsewhere = {**row(), "as_code": None, "as_code_reason": "It belongs to another project."}
    for rows in ((row(), elsewhere), (elsewhere, row())):
        steps = {f"host {number}": [result(item)] for number, item in enumerate(rows)}
        (place,) = export_of(steps, []).organizations
        assert (len(place.rows), len(place.left_out)) == (1, 0)


def test_a_row_that_was_read_without_its_code_says_so() -> None:
    bare = {key: value for key, value in row().items() if not key.startswith("as_code")}
    assert "It was read without its code." in playbook_text(export(bare), NOW)
