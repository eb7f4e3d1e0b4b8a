# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server that holds objects as AWX's API v2 does, as far as the modules of awx.awx look at them, and records what they ask."""

from __future__ import annotations

import json
import re
import threading
import typing as t
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote, urlsplit

Json = dict[str, t.Any]

TOKEN = "a-made-up-token-of-awx"
ENCRYPTED = "$encrypted$"
# What the unified templates are made of.
UNIFIED = ("projects", "job_templates", "workflow_job_templates", "inventory_sources", "workflow_approval_templates")
# What goes with an object that goes: types whose field names it.
_BELONGINGS = {
    "job_templates": {"schedules": "unified_job_template"},
    "workflow_job_templates": {"workflow_job_template_nodes": "workflow_job_template"},
    "inventories": {"hosts": "inventory", "inventory_sources": "inventory"},
}
_NEEDED = {
    "job_templates": ("name", "project", "playbook"),
    "credentials": ("name", "credential_type"),
    "hosts": ("name", "inventory"),
    "inventory_sources": ("name", "inventory"),
    "inventories": ("name", "organization"),
    "schedules": ("name", "rrule", "unified_job_template"),
    "execution_environments": ("name", "image"),
}
# What names an object beside its name.
_SCOPES = ("organization", "inventory", "workflow_job_template", "credential_type", "unified_job_template")


class Refusal(Exception):
    """An answer that says no."""

    def __init__(self, status: int, content: Json) -> None:
        super().__init__(str(content))
        self.status, self.content = status, content


class Awx:
    """The objects by type and id, what is associated with them, and every request that would have changed something.

    :param playbooks: the files that every project has.
    """

    def __init__(self, playbooks: t.Collection[str]) -> None:
        self.playbooks = playbooks
        self.objects: dict[str, dict[int, Json]] = {}
        self.associations: dict[tuple[str, int, str], list[int]] = {}
        self.surveys: dict[tuple[str, int], Json] = {}
        self.writes: list[tuple[str, str, Json]] = []
        self._lock = threading.Lock()
        self._last = 0
        kinds = self.add("credential_types", {"name": "Ansible Galaxy/Automation Hub API Token", "kind": "galaxy"})
        self.add("credentials", {"name": "Ansible Galaxy", "credential_type": kinds["id"]})
        azure = self.add("credential_types", {"name": "Microsoft Azure Resource Manager", "kind": "cloud"})
        self.add("credentials", {"name": "Azure of the platform", "credential_type": azure["id"]})
        self.add("notification_templates", {"name": "The platform's channel", "notification_type": "webhook"})

    # -- what tests look at ------------------------------------------------------------------------------------------
    def named(self, kind: str) -> dict[str, Json]:
        return {str(item.get("name") or item.get("identifier")): item for item in self.objects.get(kind, {}).values()}

    def associated(self, kind: str, name: str, relation: str) -> list[str]:
        ids = self.associations.get((kind, self.named(kind)[name]["id"], relation), [])
        everything = {id_: item for items in self.objects.values() for id_, item in items.items()}
        return [str(everything[id_].get("name") or everything[id_].get("identifier")) for id_ in ids]

    # -- the service -------------------------------------------------------------------------------------------------
    def add(self, kind: str, content: Json) -> Json:
        self._last += 1
        url = f"/api/v2/{kind}/{self._last}/"
        item: Json = {
            "id": self._last,
            "type": kind.rstrip("s"),
            "url": url,
            "related": {"survey_spec": f"{url}survey_spec/"},
            "summary_fields": {},
            "description": "",
            **content,
        }
        if kind == "projects":
            item |= {"status": "successful", "last_job_run": None, "scm_revision": "0" * 40}
            item["related"] |= {"update": f"{url}update/"}
        self.objects.setdefault(kind, {})[self._last] = item
        return item

    def answer(self, method: str, target: str, body: Json) -> tuple[int, Json]:
        """:raises Refusal: no."""
        parts = urlsplit(target)
        path = unquote(parts.path)
        with self._lock:
            if method != "GET":
                self.writes.append((method, path, body))
            if path.rstrip("/") in ("/api", "/api/v2", "/api/v2/ping", "/api/v2/config"):
                return 200, {"version": "24.6.1", "current_version": "/api/v2/"}
            found = re.fullmatch(r"/api/v2/(\w+)/(?:(\d+)/(?:(\w+)/)?)?", path)
            if found is None:
                raise Refusal(404, {"detail": "Not found."})
            kind, number, relation = found[1], int(found[2] or 0), found[3] or ""
            if not number:
                return self._collection(method, kind, dict(parse_qsl(parts.query)), body)
            item = self.objects.get(kind, {}).get(number)
            if item is None:
                raise Refusal(404, {"detail": "Not found."})
            return (
                self._related(method, kind, item, relation, body) if relation else self._one(method, kind, item, body)
            )

    def _collection(self, method: str, kind: str, query: dict[str, str], body: Json) -> tuple[int, Json]:
        if method == "POST":
            self._check(kind, body, None)
            return 201, self._shown(kind, self.add(kind, self._stored(kind, body, {})))
        kinds = UNIFIED if kind == "unified_job_templates" else (kind,)
        found = [
            self._shown(one, item)
            for one in kinds
            for item in self.objects.get(one, {}).values()
            if _matches(item, query)
        ]
        return 200, {"count": len(found), "next": None, "previous": None, "results": found}

    def _one(self, method: str, kind: str, item: Json, body: Json) -> tuple[int, Json]:
        if method == "PATCH":
            self._check(kind, {**item, **body}, item["id"])
            item |= self._stored(kind, body, item)
        elif method == "DELETE":
            del self.objects[kind][item["id"]]
            for other, field in _BELONGINGS.get(kind, {}).items():
                mine = [id_ for id_, one in self.objects.get(other, {}).items() if one.get(field) == item["id"]]
                for id_ in mine:
                    del self.objects[other][id_]
            return 204, {}
        return 200, self._shown(kind, item)

    def _related(self, method: str, kind: str, item: Json, relation: str, body: Json) -> tuple[int, Json]:
        if relation == "survey_spec":
            if method == "POST":
                self.surveys[kind, item["id"]] = body
            elif method == "DELETE":
                self.surveys.pop((kind, item["id"]), None)
            return 200, self.surveys.get((kind, item["id"]), {})
        if relation == "create_approval_template":
            made = self.add("workflow_approval_templates", body)
            item["unified_job_template"] = made["id"]
            item["related"]["unified_job_template"] = made["url"]
            return 201, made
        if relation == "update":
            return 202, {"id": item["id"], "project_update": item["id"], "url": item["url"], "status": "successful"}
        ids = self.associations.setdefault((kind, item["id"], relation), [])
        if method == "POST":
            if body.get("disassociate"):
                ids.remove(body["id"])
            else:
                ids.append(body["id"])
            return 204, {}
        return 200, {"count": len(ids), "next": None, "results": [{"id": id_} for id_ in ids]}

    def _check(self, kind: str, content: Json, own: int | None) -> None:
        missing = {name: ["This field is required."] for name in _NEEDED.get(kind, ()) if not content.get(name)}
        if missing:
            raise Refusal(400, missing)
        if kind == "job_templates" and content["playbook"] not in self.playbooks:
            raise Refusal(400, {"playbook": ["Playbook not found for project."]})
        same = [
            item
            for id_, item in self.objects.get(kind, {}).items()
            if id_ != own
            and item.get("name") == content.get("name")
            and all(item.get(scope) == content.get(scope) for scope in _SCOPES)
        ]
        if same and content.get("name"):
            raise Refusal(400, {"__all__": [f"{kind} with this name already exists."]})

    def _stored(self, kind: str, content: Json, before: Json) -> Json:
        """What a secret was stays where it comes back as stars."""
        if kind != "credentials" or "inputs" not in content:
            return content
        known = before.get("inputs") or {}
        return {
            **content,
            "inputs": {
                name: known.get(name) if value == ENCRYPTED else value for name, value in content["inputs"].items()
            },
        }

    def _shown(self, kind: str, item: Json) -> Json:
        if kind != "credentials":
            return item
        described = self.objects["credential_types"].get(item.get("credential_type") or 0, {}).get("inputs") or {}
        secret = {field["id"] for field in described.get("fields", ()) if field.get("secret")}
        shown = {name: ENCRYPTED if name in secret else value for name, value in (item.get("inputs") or {}).items()}
        return {**item, "inputs": shown}


def _matches(item: Json, query: dict[str, str]) -> bool:
    """Whether all of a search is true of an object, and one of what it asks with ``or__``."""
    told = {name: str(item.get(name.removeprefix("or__"))) == value for name, value in query.items()}
    either = [true for name, true in told.items() if name.startswith("or__")]
    return all(
        true for name, true in told.items() if not name.startswith("or__") and name not in ("page_size", "page")
    ) and (any(either) or not either)


class AwxServer:
    """:class:`Awx` behind a port of its own."""

    def __init__(self, playbooks: t.Collection[str]) -> None:
        self.awx = awx = Awx(playbooks)

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _answer(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = json.loads(self.rfile.read(length) or b"{}") if length else {}
                try:
                    if self.headers.get("Authorization") != f"Bearer {TOKEN}":
                        raise Refusal(401, {"detail": "Authentication credentials were not provided."})
                    status, content = awx.answer(self.command, self.path, body)
                except Refusal as refusal:
                    status, content = refusal.status, refusal.content
                text = b"" if status == 204 else json.dumps(content).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.send_header("X-API-Product-Name", "AWX")
                self.send_header("X-API-Product-Version", "24.6.1")
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = do_PATCH = do_DELETE = _answer  # noqa: N815 - names of http.server

            def log_message(self, format: str, *arguments: t.Any) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
