# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever narrows a conversion, nothing is written that a slow and independent reading of the same words does not give.

The reading imports nothing of the collection. Seeds are the same every time; `make test-all` plays four times as many.
"""

from __future__ import annotations

import json
import random
import typing as t
from collections.abc import Callable
from datetime import timedelta
from fnmatch import fnmatchcase

import pytest
import yaml

from simulator import Connection, Fleet
from tools.sampling import sample

PROJECTS = ("Payments", "Web Shop", "Mobile")
KINDS = ("dev", "test", "prod")
Words = list[str]


def is_called(names: t.Iterable[str], word: str) -> bool:
    """Name, id or pattern, in any case."""
    return any(fnmatchcase(name.lower(), word.lower()) for name in names)


class Said(t.NamedTuple):
    """One random way to narrow."""

    hosts: str
    projects: Words
    connections: Words
    exclude: Words
    include_projects: Words
    exclude_connections: Words
    limit: Words

    def means(self, project: str, name: str, ids: tuple[str, str]) -> bool:
        """Whether these words mean a connection. :param ids: of the project and of the connection."""
        in_inventory = self.hosts == "localhost" or (
            (not self.include_projects or is_called([project, ids[0]], " ".join(self.include_projects)))
            and not any(is_called([name, ids[1]], word) for word in self.exclude_connections)
        )
        host = project.lower().replace(" ", "-")
        return (
            in_inventory
            and (not self.projects or any(is_called([project, ids[0]], word) for word in self.projects))
            and (not self.connections or any(is_called([name, ids[1]], word) for word in self.connections))
            and not any(is_called([name, ids[1]], word) for word in self.exclude)
            and (not self.limit or self.hosts != "azdo_projects" or any(fnmatchcase(host, word) for word in self.limit))
        )

    def arguments(self) -> list[str]:
        given = {"fleet_projects": self.projects, "fleet_connections": self.connections, "fleet_exclude": self.exclude}
        words = ["-e", json.dumps({name: value for name, value in given.items() if value})]
        if self.hosts != "localhost":
            words += ["-i", "narrow.azdo.yml", "-e", f"fleet_hosts={self.hosts}"]
            words += ["--limit", ",".join(self.limit)] if self.limit and self.hosts == "azdo_projects" else []
        return words


def random_words(seed: int, made: t.Sequence[Connection]) -> Said:
    chance = random.Random(seed)
    ids = {reference.project.name: reference.project.id for item in made for reference in item.references}
    numbers = {item.references[0].name: item.id for item in made}

    def some(texts: t.Sequence[str], often: float) -> Words:
        return chance.sample(texts, chance.randint(1, 2)) if chance.random() < often else []

    projects = [*PROJECTS, "payments", "M*", "*shop", "nobody", *ids.values()]
    connections = [*numbers, "*-dev", "PAYMENTS-*", "*-nothing", "mobile-prod", *list(numbers.values())[:3]]
    return Said(
        hosts=chance.choice(["localhost", "azdo_projects", "azdo_connections"]),
        projects=some(projects, 0.4),
        connections=some(connections, 0.4),
        exclude=some(connections, 0.5),
        include_projects=chance.sample(["Payments", "*o*", "mobile"], 1) if chance.random() < 0.3 else [],
        exclude_connections=some(["*-prod", "web-dev"], 0.3),
        limit=some(["payments", "web-*", "mob*"], 0.3),
    )


@pytest.mark.parametrize("seed", sample(range(48), 4))
def test_nothing_is_written_that_was_not_meant(seed: int, stage: Callable[..., t.Any]) -> None:
    fleet = Fleet()
    made = [
        fleet.connection(project, f"{project.name.split()[0].lower()}-{kind}", last_used=timedelta(days=2))
        for project in map(fleet.project, PROJECTS)
        for kind in KINDS
    ]
    here = stage(fleet)
    said = random_words(seed, made)
    source = {
        "plugin": "azdo.connections.azdo",
        "hosts_from": said.hosts.removeprefix("azdo_").removesuffix("s") if said.hosts != "localhost" else "project",
        **({"include_projects": said.include_projects} if said.include_projects else {}),
        **({"exclude_connections": said.exclude_connections} if said.exclude_connections else {}),
    }
    (here.folder / "narrow.azdo.yml").write_text(yaml.safe_dump(source), encoding="utf-8")

    everything = ("fleet_confirm=none", "fleet_whole_organization=true", "fleet_waves=100%", "fleet_serial=100%")
    played = here.run(
        "azdo.connections.convert", *said.arguments(), *(word for given in everything for word in ("-e", given))
    )

    meant = {
        item.id
        for item in made
        if said.means(
            item.references[0].project.name,
            item.references[0].name,
            (item.references[0].project.id, item.id),
        )
    }
    written = {item.id for item in made if any(item.id in record.path for record in here.simulator.writes)}
    assert written <= meant, (said, played.output)
    if played.status == 0:
        assert written == meant, (said, played.output)
    else:
        assert written == set(), (said, played.output)
