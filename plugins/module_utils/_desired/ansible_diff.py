# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What changes, in the words of the options: the diff that a person reads.

PRIVATE to the collection, and pure. Secrets never come here.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Json, ProjectReference
from ansible_collections.azdo.connections.plugins.module_utils._model.request_bodies import Draft

HIDDEN = "(not shown)"


@dataclass(frozen=True)
class Change:
    """One difference, in the words of the options. Secrets are never in it."""

    option: str
    before: t.Any
    after: t.Any


def creation_changes(draft: Draft, references: t.Sequence[ProjectReference]) -> tuple[Change, ...]:
    """What a creation adds, for the diff."""
    shown = {
        "name": draft.name,
        "description": draft.description,
        "scheme": draft.scheme,
        "creation_mode": draft.creation_mode,
        "environment": draft.environment,
        "url": draft.url,
        **{f"scope.{part}": value for part, value in draft.scope.items()},
        "tenant_id": draft.tenant_id,
        "client_id": draft.client_id,
        "key": HIDDEN if draft.key else None,
        "certificate": HIDDEN if draft.certificate else None,
        "publish_profile": HIDDEN if draft.publish_profile else None,
        "web_app_id": draft.web_app_id,
        "secret_version": draft.secret_version,
        "service_management_reference": draft.service_management_reference,
        "enabled": None if draft.enabled else False,
        "shared_with": [f"{item.name} as {item.connection_name}" for item in references[1:]],
    }
    return tuple(Change(option, None, value) for option, value in shown.items() if value not in (None, "", []))


def diff(title: str, changes: t.Sequence[Change], *, created: bool = False, removed: bool = False) -> Json:
    """Ansible's diff, with mappings that the front door writes as YAML."""
    return {
        "before": {} if created else _nested({item.option: item.before for item in changes}),
        "after": {} if removed else _nested({item.option: item.after for item in changes}),
        "before_header": title,
        "after_header": title,
    }


def _nested(values: t.Mapping[str, t.Any]) -> Json:
    """Suboptions below their option, as they stand in a task."""
    found: Json = {}
    for option, value in values.items():
        if value is None:
            continue
        outer, dot, inner = option.partition(".")
        if dot and " " not in outer:
            found.setdefault(outer, {})[inner] = value
        else:
            found[option] = value
    return found
