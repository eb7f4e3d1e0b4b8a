# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""YAML of pipelines: how it is read and written, and the form that everything has in an expanded document."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import yaml

from .task_catalog import CHECKOUT, DOWNLOAD
from .yaml_expressions import Unexpandable

_SHORT = {"script": "CmdLine@2", "bash": "Bash@3", "pwsh": "PowerShell@2", "powershell": "PowerShell@2"}
_INTO_JOB = ("pool", "container", "services", "strategy", "workspace", "timeoutInMinutes", "continueOnError")


class _Loader(yaml.SafeLoader):
    """Only what pipelines know: texts, true and false, whole numbers. 1.10 and yes stay texts."""


_Loader.yaml_implicit_resolvers = {}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("(true|false|True|False|TRUE|FALSE)$"), list("tTfF"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile("(0|-?[1-9][0-9]*)$"), list("-0123456789"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile("(null|~|)$"), ["~", "n", ""])


def normal(kind: str, item: dict[str, Any]) -> dict[str, Any]:
    if kind == "steps":
        return _step(item)
    if isinstance(item.get("dependsOn"), str):
        item["dependsOn"] = [item["dependsOn"]]
    if isinstance(item.get("environment"), str):
        item["environment"] = {"name": item["environment"]}
    return item


def _step(item: dict[str, Any]) -> dict[str, Any]:
    """Shortcuts are tasks in the end, three of them by id."""  # observed: public records of previews
    short = next((key for key in _SHORT if key in item), None)
    if short is not None:
        inputs: dict[str, Any] = {"script": item.pop(short)}
        if short != "script":
            inputs = {"targetType": "inline", **inputs}
        if short == "pwsh":
            inputs["pwsh"] = True
        for name in ("workingDirectory", "failOnStderr", "errorActionPreference"):
            if name in item:
                inputs[name] = item.pop(name)
        return {"task": _SHORT[short], **item, "inputs": inputs}
    if "checkout" in item:
        repository = item.pop("checkout")
        more = {"condition": False} if repository == "none" else {}
        return {"task": f"{CHECKOUT}@1", **more, "inputs": {"repository": repository, **item}}
    if "publish" in item:
        inputs = {"path": item.pop("publish"), **({"artifactName": item.pop("artifact")} if "artifact" in item else {})}
        return {"task": "PublishPipelineArtifact@1", **item, "inputs": inputs}
    if "download" in item:
        return {"task": f"{DOWNLOAD}@1", "inputs": {"alias": item.pop("download"), **item}}
    return item


def wrapped(body: dict[str, Any]) -> dict[str, Any]:
    """Steps or jobs alone get the stage and the job that they run in."""  # observed: public records of previews
    if "steps" in body:
        job = {"job": "Job", **{key: body.pop(key) for key in _INTO_JOB if key in body}, "steps": body.pop("steps")}
        body["stages"] = [{"stage": "__default", "jobs": [job]}]
    elif "jobs" in body:
        body["stages"] = [{"stage": "__default", "jobs": body.pop("jobs")}]
    for name in ("trigger", "pr"):
        if body.get(name) == "none":
            body[name] = {"enabled": False}
    return body


@lru_cache(maxsize=256)
def load(text: str, path: str) -> Mapping[str, Any]:
    """The same for the same text, so it is not to be changed. Raises Unexpandable for what is no mapping, or no YAML."""
    try:
        found = yaml.load(text, _Loader)
    except yaml.YAMLError as error:
        raise Unexpandable(f"/{path}: {error}") from None
    if not isinstance(found, dict):
        raise Unexpandable(f"/{path}: A mapping was expected")  # observed: text of the service, its place assumed
    return found


def dump(document: Mapping[str, Any]) -> str:
    return yaml.safe_dump(dict(document), sort_keys=False, allow_unicode=True, width=1000)
