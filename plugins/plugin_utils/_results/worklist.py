# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be changed in pipelines before their connections are converted: by repository and task, with the connections that wait for it.

PRIVATE to the collection, and pure. It reads ``pipelines`` and ``readiness`` of rows of what there is, and the evidence of reasons of rows of a run.
"""

from __future__ import annotations

import typing as t
from collections import Counter
from dataclasses import dataclass

from ansible_collections.azdo.connections.plugins.module_utils._rules.readiness import BREAKS, VERDICTS
from ansible_collections.azdo.connections.plugins.plugin_utils._results.wording import SERVICE_PRINCIPAL, Result, Row

UNKNOWN = "unknown"
# Of which nothing is to be done.
SETTLED = ("ready", "unused")
_Key = tuple[str, str, str, str, str, str, str]
_CODES = ("pipeline_not_ready", "pipeline_unknown")


@dataclass(frozen=True)
class Place:
    """A step that has to be changed, or looked at: the pipeline, and where in it."""

    project: str
    kind: str
    pipeline: str
    place: str
    line: int | None
    link: str


@dataclass(frozen=True)
class Change:
    """One thing to do in one repository.

    :param task: such as ``AzureFileCopy@4``; empty if nobody can say which task it is. :param use_instead: such as ``AzureFileCopy@6``.
    :param uses: where, and the row of the connection that waits for it there.
    """

    repository: str
    task: str
    verdict: str
    why: str
    use_instead: str
    uses: tuple[tuple[Place, Row], ...]

    @property
    def places(self) -> list[Place]:
        return list(dict.fromkeys(place for place, _row in self.uses))

    @property
    def waiting(self) -> list[Row]:
        """The connections that wait for it, each once."""
        return list({str(row.get("id")): row for _place, row in self.uses}.values())

    @property
    def breaks(self) -> bool:
        return self.verdict in BREAKS

    @property
    def what(self) -> str:
        """What to do, in a few words."""
        if self.use_instead:
            return f"{self.task} to {self.use_instead}"
        return {
            "not_supported": f"replace {self.task}",
            "reads_secret": f"{self.task}: no key of the service principal",
        }.get(self.verdict, f"find out about {self.task}" if self.task else "find out what uses it")


@dataclass(frozen=True)
class Worklist:
    """:param verdicts: number of connections by verdict, the worst first. :param unread: what could not be read, in sentences.

    :param unlooked: number of those that are ready, with scripts at which nobody has looked.
    """

    changes: tuple[Change, ...]
    verdicts: t.Mapping[str, int]
    unread: tuple[str, ...]
    unlooked: int = 0

    @property
    def asked(self) -> bool:
        """Whether anybody has looked at pipelines."""
        return bool(self.verdicts)

    @property
    def breaking(self) -> int:
        """Number of connections of which a pipeline is known to break."""
        return sum(self.verdicts.get(verdict, 0) for verdict in BREAKS)


def worklist(result: Result) -> Worklist:
    """Of everything that was seen; what breaks first, then what most connections wait for."""
    found: dict[_Key, list[tuple[Place, Row]]] = {}
    counted: Counter[str] = Counter()
    unread: dict[str, None] = {}
    unlooked = 0
    for row in filter(can_move, result.get("connections") or ()):
        counted.update([verdict] if (verdict := verdict_of(row)) else [])
        unread |= dict.fromkeys(_unread(row))
        unlooked += bool(unlooked_of(row))
        for use in uses_of(row):
            found.setdefault(_key(use, row), []).append((_place(use), row))
    namesakes = _namesakes(found)
    changes = [
        Change(
            f"{where} / {repository}" if repository in namesakes else repository,
            task,
            verdict,
            why,
            use_instead,
            tuple(uses),
        )
        for (where, repository, _apart, task, verdict, why, use_instead), uses in found.items()
    ]
    changes.sort(key=lambda item: (VERDICTS.index(item.verdict), -len(item.waiting), item.repository, item.task))
    order = [*VERDICTS, *(verdict for verdict in counted if verdict not in VERDICTS)]
    verdicts = {verdict: counted[verdict] for verdict in order if counted[verdict]}
    return Worklist(tuple(changes), verdicts, tuple(unread), unlooked)


def worst_of(rows: t.Sequence[Row]) -> dict[str, t.Any]:
    """``pipelines`` and ``readiness`` of several rows of one connection as one: everything that any of them tells."""
    uses = [use for row in rows for use in objects(row.get("pipelines"))]
    told = {verdict_of(row) for row in rows}
    verdict = next((known for known in VERDICTS if known in told), UNKNOWN)
    unique = {tuple(sorted((key, str(value)) for key, value in use.items())): use for use in uses}
    unread = list(dict.fromkeys(sentence for row in rows for sentence in _unread(row)))
    return {"pipelines": list(unique.values()), "readiness": {"verdict": verdict, "unread": unread}}


def objects(value: t.Any) -> list[Row]:
    """The mappings of a list; none for what is no list, because a result may come from anywhere."""
    return [item for item in value if isinstance(item, t.Mapping)] if isinstance(value, list | tuple) else []


def can_move(row: Row) -> bool:
    """Whether it signs in as what a conversion begins with: of any other a conversion breaks nothing. Rows of a run are candidates, all of them."""
    return "status" in row or row.get("scheme") == SERVICE_PRINCIPAL


def verdict_of(row: Row) -> str:
    """The verdict on the pipelines of a connection; empty if nobody has asked."""
    readiness = row.get("readiness")
    if isinstance(readiness, t.Mapping):
        return str(readiness.get("verdict") or UNKNOWN)
    told = [*(_known(use) for use in uses_of(row)), *([UNKNOWN] if "status" in row and _unread(row) else [])]
    return next((verdict for verdict in VERDICTS if verdict in told), "")


def uses_of(row: Row) -> list[Row]:
    """The uses of a connection that are not ready."""
    listed = objects(row.get("pipelines"))
    if "status" in row:
        listed = [use for evidence in _evidence(row) for use in objects(evidence.get("pipelines"))]
    # Pipelines that a person holds have no verdict: nobody has judged them.
    return [use for use in listed if use.get("verdict") not in (None, "ready")]


def unlooked_of(row: Row) -> list[Row]:
    """The uses of a connection that is ready, of which nobody has looked at the script."""
    return [use for use in objects(row.get("pipelines")) if use.get("why")] if verdict_of(row) == "ready" else []


def _evidence(row: Row) -> list[Row]:
    """Of the reasons of a run that are about pipelines."""
    reasons = [item for item in objects(row.get("reasons")) if item.get("code") in _CODES]
    return [evidence for item in reasons if isinstance(evidence := item.get("evidence"), t.Mapping)]


def _known(use: Row) -> str:
    verdict = str(use.get("verdict"))
    return verdict if verdict in VERDICTS else UNKNOWN


def _unread(row: Row) -> list[str]:
    readiness = row.get("readiness")
    said = [readiness] if isinstance(readiness, t.Mapping) else _evidence(row)
    listed = [sentence for item in said if isinstance(found := item.get("unread"), list | tuple) for sentence in found]
    return [str(sentence) for sentence in listed]


def _namesakes(keys: t.Iterable[_Key]) -> set[str]:
    """The names that several repositories have."""
    counted = Counter(name for _where, name in {key[:2] for key in keys})
    return {name for name, number in counted.items() if number > 1}


def _key(use: Row, row: Row) -> _Key:
    """What is the same thing to do. What of nothing more is known than a doubt is one thing for each pipeline.

    A name such as ``contoso/app`` is one of GitHub and the like, and the same repository everywhere; any other one is that of a project.
    """
    task = str(use.get("task") or "")
    version = str(use.get("version") or "")
    named = f"{task}@{version}" if task and version else task
    apart = "" if task else f"{use.get('kind')} {use.get('id')}"
    why = str(use.get("why") or "")
    repository, project = str(use.get("repository") or ""), str(use.get("project") or "")
    place = " / ".join(filter(None, (str(row.get("organization") or ""), project)))
    where = "" if "/" in repository else place
    return (where, repository or project, apart, named, _known(use), why, str(use.get("use_instead") or ""))


def _place(use: Row) -> Place:
    """A link that is none of the web is none: a result may come from anywhere."""
    line = use.get("line")
    project, kind, pipeline, place, link = (
        str(use.get(key) or "") for key in ("project", "kind", "name", "place", "link")
    )
    web = link if link.startswith(("https://", "http://")) else ""
    return Place(project, kind, pipeline, place, line if isinstance(line, int) else None, web)
