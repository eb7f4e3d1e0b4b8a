# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The journal: which files it takes, that its lines are whole and harmless, what it does when it cannot write, and what it says afterwards."""

from __future__ import annotations

import errno
import json
import os
import stat
import typing as t
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._errors import OptionError
from ansible_collections.azdo.connections.plugins.module_utils._move.journal import Journal, JournalError
from ansible_collections.azdo.connections.plugins.module_utils._rest.pacing import Stop

from simulator import Fleet, Moment, Recorded, Simulator, federation
from unit.plugins._helpers.arm import SECRET, person
from unit.plugins._helpers.killing import alive, hold_gate, hold_journal, order, process, run_elsewhere, write_lines
from unit.plugins._helpers.tasks import Task, convert

Simulate = t.Callable[..., Simulator]
Line = dict[str, t.Any]
ORGANIZATION = "11111111-2222-4333-8444-555555555555"
WIF, SP = "workload_identity_federation", "service_principal"
NOW = datetime(2026, 6, 1, 12, tzinfo=timezone.utc)
OF_A_DEAD_RUN = "aaaaaaaa-0000-4000-8000-00000000dead"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.journal"


@pytest.fixture
def simulator(simulate: Simulate) -> Simulator:
    fleet = Fleet()
    for number in range(4):
        fleet.connection(fleet.project("Payments"), f"azure-{number}")
    return simulate(fleet)


def journal(path: Path, organization: str = ORGANIZATION, *, play: str = "play", read_only: bool = False) -> Journal:
    return Journal(str(path), organization, lambda: NOW, play=play, read_only=read_only)


def lines_of(path: Path) -> list[Line]:
    """Every line; a torn one is an error here."""
    text = path.read_text("utf-8")
    assert text == "" or text.endswith("\n")
    return [json.loads(line) for line in text.splitlines()]


def write(path: Path, *lines: Line | str) -> None:
    """A journal as another run left it."""
    texts = [line if isinstance(line, str) else json.dumps(line) + "\n" for line in lines]
    path.write_text("".join(texts), "utf-8")
    path.chmod(0o600)


def line(event: str, connection_id: str = "c1", run: str = OF_A_DEAD_RUN, **told: t.Any) -> Line:
    """As the journal writes it. A ``sent`` is a move to federation unless told."""
    if event in ("sent", "answered"):
        told = {"operation": "move", **told}
    if event == "sent":
        told = {"target": WIF, **told}
    usual = {"v": 1, "at": "2026-06-01T11:00:00Z", "run": run, "organization": ORGANIZATION, "id": connection_id}
    return {**usual, "event": event, **told}


# -- which files it takes ----------------------------------------------------------------------------------------------
def test_a_new_one_belongs_to_its_user_alone(path: Path) -> None:
    before = os.umask(0)
    try:
        journal(path).sent("c1", operation="move")
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def _symlink(path: Path) -> None:
    target = path.with_name("elsewhere")
    target.touch(0o600)
    path.symlink_to(target)


def _dangling(path: Path) -> None:
    path.symlink_to(path.with_name("nowhere"))


def _hard_link(path: Path) -> None:
    target = path.with_name("elsewhere")
    target.touch(0o600)
    os.link(target, path)


def _with_mode(mode: int) -> t.Callable[[Path], None]:
    def make(path: Path) -> None:
        path.touch()
        path.chmod(mode)

    return make


UNFIT: dict[str, t.Callable[[Path], None]] = {
    "symbolic link": _symlink,
    "dangling symbolic link": _dangling,
    "hard link": _hard_link,
    "directory": lambda path: path.mkdir(0o700),
    "fifo": lambda path: os.mkfifo(path, 0o600),
    "0640": _with_mode(0o640),
    "0604": _with_mode(0o604),
    "0620": _with_mode(0o620),
    "0666": _with_mode(0o666),
}


@pytest.mark.parametrize("check", [False, True], ids=["run", "check"])
@pytest.mark.parametrize("kind", UNFIT)
def test_an_unfit_file_is_refused_before_anything_is_sent(
    simulator: Simulator, path: Path, kind: str, check: bool
) -> None:
    UNFIT[kind](path)
    before = path.lstat()
    task = convert(simulator, journal=str(path), check=check)
    refused(task, str(path))
    assert simulator.writes == []
    after = path.lstat()
    assert (after.st_mode, after.st_size, after.st_ino) == (before.st_mode, before.st_size, before.st_ino)
    assert not path.with_name("nowhere").exists()


def test_a_file_of_another_user_is_refused(simulator: Simulator, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only root can give a file away, so here it is the user who becomes another one."""
    path.touch(0o600)
    another = os.geteuid() + 1
    monkeypatch.setattr(os, "geteuid", lambda: another)
    refused(convert(simulator, journal=str(path)), "belongs to another user")


@pytest.mark.parametrize("where", ["missing/run.journal", "file/run.journal", "x" * 300])
def test_a_file_that_cannot_be_made_is_refused(simulator: Simulator, tmp_path: Path, where: str) -> None:
    (tmp_path / "file").touch()
    # A name that no disk takes is shown in part.
    shown = str(tmp_path) if len(where) < 100 else str(tmp_path)[:40]
    refused(convert(simulator, journal=str(tmp_path / where)), shown)
    assert simulator.writes == []


def test_a_device_is_refused(simulator: Simulator) -> None:
    refused(convert(simulator, journal="/dev/null"), "/dev/null")
    assert simulator.writes == []


@pytest.mark.parametrize("kind", ["symbolic link", "fifo", "0640"])
def test_an_unfit_batch_is_refused_by_its_own_name(simulator: Simulator, path: Path, kind: str) -> None:
    UNFIT[kind](path)
    refused(convert(simulator, to=SP, batch={"journal": str(path)}), str(path), option="batch.journal")
    assert simulator.writes == []


def test_a_batch_that_does_not_exist_is_an_error(simulator: Simulator, path: Path) -> None:
    """A misspelt name must not look like a batch in which nothing is left to revert."""
    refused(convert(simulator, to=SP, batch={"journal": str(path)}), str(path), option="batch.journal")
    assert not path.exists()


def refused(task: Task, *words: str, option: str = "journal") -> None:
    assert task.failed, "it was accepted"
    failure = task.result["failure"]
    assert failure["code"] == "invalid_option"
    assert failure["remedy"]
    assert failure["message"].startswith(f"{option}:")
    for word in words:
        assert word in failure["message"]


# -- check mode --------------------------------------------------------------------------------------------------------
def test_check_mode_makes_no_file(simulator: Simulator, path: Path) -> None:
    assert not convert(simulator, journal=str(path), check=True).failed
    assert not path.exists()


def test_check_mode_changes_no_file(simulator: Simulator, path: Path) -> None:
    connection = next(iter(simulator.world.connections.values()))
    left = {**line("sent", connection.id), "organization": simulator.fleet.organization_id}
    write(path, left, '{"torn')
    before = path.read_bytes()
    task = convert(simulator, journal=str(path), check=True)
    assert path.read_bytes() == before
    assert task.statuses[connection.name] == "would_attempt"


def test_a_run_after_check_mode_in_one_process(simulator: Simulator, path: Path) -> None:
    """The in-process door: two items of a loop, or two tasks that share a worker."""
    write(path)
    convert(simulator, journal=str(path), check=True)
    task = convert(simulator, journal=str(path))
    assert not task.failed, task.result["msg"]
    assert set(task.statuses.values()) == {"converted"}
    assert [item["event"] for item in lines_of(path)].count("ended") == 4


def test_a_run_after_its_journal_was_read_as_a_batch(simulator: Simulator, path: Path) -> None:
    write(path)
    convert(simulator, to=SP, batch={"journal": str(path)})
    task = convert(simulator, journal=str(path))
    assert not task.failed, task.result["msg"]


# -- lines -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "torn", ['{"v": 1, "at": "2026', '{"v": 1, "id": "caf\u00e9'.encode()[:-1].decode("latin-1"), "{"]
)
def test_a_torn_last_line_is_passed_over_and_healed(path: Path, torn: str) -> None:
    write(path, line("sent"), torn)
    mine = journal(path)
    assert list(mine.open_items()) == ["c1"]
    mine.sent("c2", operation="move", target=WIF)
    assert list(mine.open_items()) == ["c1", "c2"]
    whole = path.read_text().splitlines()
    assert whole[1] == torn
    assert json.loads(whole[2])["id"] == "c2"


def test_a_last_line_without_its_end_is_whole_after_the_next_one(path: Path) -> None:
    write(path, json.dumps(line("sent")))
    mine = journal(path)
    mine.open_items()
    mine.sent("c2", operation="move", target=WIF)
    assert list(mine.open_items()) == list(journal(path).open_items()) == ["c1", "c2"]
    assert [item["id"] for item in lines_of(path)] == ["c1", "c2"]


def test_a_write_that_breaks_off_spoils_no_other_line(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = journal(path)
    mine.sent("c1", operation="move", target=WIF)
    broken = Disk(monkeypatch, keeps=20)
    with pytest.raises(JournalError):
        mine.sent("c2", operation="move", target=WIF)
    broken.repair()
    mine.sent("c3", operation="move", target=WIF)
    assert list(mine.open_items()) == ["c1", "c3"]


def test_many_processes_and_threads_write_whole_lines(path: Path) -> None:
    writers = [process(write_lines, str(path), ORGANIZATION, 3, 40) for _number in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
        assert writer.exitcode == 0
    found = lines_of(path)
    assert len({item["id"] for item in found}) == len(found) == 4 * 3 * 40
    assert len({item["run"] for item in found}) == 4


def test_a_short_write_is_completed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    really = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: really(descriptor, data[:7]))
    journal(path).sent("c1", operation="move", target=WIF)
    assert lines_of(path)[0]["id"] == "c1"


def test_what_is_announced_is_on_the_file_when_the_request_arrives(simulator: Simulator, path: Path) -> None:
    seen: list[tuple[str, list[str]]] = []

    def look(record: Recorded, moment: Moment) -> None:
        if record.write and moment == "arrived":
            connection_id = record.path.rsplit("/", 1)[-1]
            events = [item["event"] for item in lines_of(path) if item["id"] == connection_id]
            seen.append((connection_id, events))

    simulator.observe(look)
    assert not convert(simulator, journal=str(path)).failed
    assert len(seen) == 4
    assert all(events == ["sent"] for _id, events in seen)


def test_the_announcement_reaches_the_disk(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not only the kernel's memory: a power cut must not forget it."""
    mine = journal(path)
    synced: list[int] = []
    really = os.fsync

    def sync(descriptor: int) -> None:
        synced.append(os.fstat(descriptor).st_size)
        really(descriptor)

    monkeypatch.setattr(os, "fsync", sync)
    mine.sent("c1", operation="move", target=WIF)
    assert synced == [path.stat().st_size]


def test_a_credential_is_announced_before_it_is_written(
    simulate: Simulate, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator, options = one_made_by_hand(simulate, monkeypatch)
    seen: list[list[t.Any]] = []

    def look(record: Recorded, moment: Moment) -> None:
        if record.write and moment == "arrived":
            seen.append([item.get("operation") for item in lines_of(path) if item["event"] == "sent"])

    simulator.observe(look)
    assert not convert(simulator, journal=str(path), **options).failed
    assert seen == [["credential"], ["credential", "move"]]


def test_it_holds_no_secret_name_subject_or_body(
    simulate: Simulate, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet = Fleet("contosogroup")
    project, guest = fleet.project("Zahlungsverkehr"), fleet.project("Gastprojekt")
    hidden = fleet.connection(
        project, "verbindung-prod", secret="geheim-1", description="beschreibung", subscription_name="abonnement",
        shared_with=[(guest, "spitzname")], pipelines=[1], definition=(7, "auslieferung"), last_used=timedelta(days=1),
    )  # fmt: skip
    by_hand = fleet.connection(project, "handgemacht", creation_mode="Manual", secret="geheim-2")
    fleet.check(hidden, "fe1de3ee", "Sperre", {"text": "pruefung"})
    fleet.service_principal("automation", secret=SECRET)
    simulator = simulate(fleet)
    issuer, subject = federation.pair(simulator.world, by_hand, "entra")
    task = convert(
        simulator,
        **person(simulator, "person", monkeypatch),
        connections=["verbindung-prod", "handgemacht"],
        shared="include",
        federated_credential={"pairs": [{"connection": "handgemacht", "issuer": issuer, "subject": subject}]},
        journal=str(path),
    )
    assert set(task.statuses.values()) == {"converted"}
    text = path.read_text("utf-8").lower()
    words = [
        "contosogroup", "zahlungsverkehr", "gastprojekt", "verbindung-prod", "handgemacht", "geheim", "beschreibung", "abonnement", "spitzname",
        "auslieferung", "sperre", "pruefung", "sam operator", "login.microsoftonline", "/eid1/", "sc://", "bearer", "http", "authorization",
    ]  # fmt: skip
    assert [word for word in words if word in text] == []


# -- when it cannot be written -----------------------------------------------------------------------------------------
class Disk:
    """A disk that is full from now on, for lines with a certain text. ``keeps``: so many bytes of one still find room."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, about: str = '"event"', keeps: int = 0) -> None:
        self._really = os.write
        self._full = True
        self._about = about.encode()
        self._keeps = keeps
        monkeypatch.setattr(os, "write", self._write)

    def repair(self) -> None:
        self._full = False

    def _write(self, descriptor: int, data: bytes) -> int:
        if not (self._full and self._about in data):
            return self._really(descriptor, data)
        if self._keeps:
            self._about = b""
            kept, self._keeps = self._keeps, 0
            return self._really(descriptor, data[:kept])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("concurrency", [1, 4])
def test_a_full_disk_before_a_request(
    simulator: Simulator, path: Path, monkeypatch: pytest.MonkeyPatch, concurrency: int
) -> None:
    write(path)
    Disk(monkeypatch, '"event": "sent"')
    task = convert(simulator, journal=str(path), concurrency=concurrency)
    assert simulator.writes == []
    assert task.failed
    assert not task.result["changed"]
    failed = [row for row in task.rows if row["status"] == "failed"]
    assert 1 <= len(failed) <= concurrency
    for row in failed:
        assert row["error"]["code"] == "journal"
        assert str(path) in row["error"]["message"]
        assert "room on the disk" in row["error"]["remedy"]
    others = [row for row in task.rows if row not in failed]
    assert all(row["status"] == "skipped" and row["reasons"][-1]["code"] == "not_started" for row in others)


def test_a_file_that_may_not_grow(simulator: Simulator, path: Path) -> None:
    """A real limit of the operating system, in a process of its own: it is seen before anything is asked."""
    write(path, "\n" * 2000)
    result = run_elsewhere(order(simulator, journal=str(path), concurrency=1), file_size=2300)
    assert result["failed"]
    assert result["failure"]["code"] == "invalid_option"
    assert f"journal: {path} cannot be used: File too large." in result["msg"]
    assert "connections" not in result
    assert simulator.writes == []
    assert path.read_text() == "\n" * 2000


def test_a_full_disk_before_a_credential_is_written(
    simulate: Simulate, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stops the run like one before a conversion: making room is the remedy, not a credential made by hand."""
    simulator, options = one_made_by_hand(simulate, monkeypatch, number=2)
    write(path)
    Disk(monkeypatch, '"event": "sent"')
    task = convert(simulator, journal=str(path), **options, concurrency=1)
    assert simulator.writes == []
    assert [(row["status"], (row["error"] or {}).get("code")) for row in task.rows] == [
        ("failed", "journal"),
        ("skipped", None),
    ]


def test_a_full_disk_after_a_request_changes_nothing_about_its_row(
    simulator: Simulator, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(path)
    Disk(monkeypatch, '"event": "answered"')
    task = convert(simulator, journal=str(path), concurrency=1)
    assert [row["status"] for row in task.rows] == ["converted", "skipped", "skipped", "skipped"]
    assert len(simulator.writes) == 1
    assert task.result["changed"]


@pytest.mark.parametrize("event", ["answered", "ended"])
def test_a_run_that_ended_early_because_of_its_journal_says_so(
    simulator: Simulator, path: Path, monkeypatch: pytest.MonkeyPatch, event: str
) -> None:
    write(path)
    Disk(monkeypatch, f'"event": "{event}"')
    # With a limit for failures each one is ended before the next one begins.
    task = convert(simulator, journal=str(path), concurrency=1, max_failures=9)
    assert "skipped" in task.statuses.values()
    told = json.dumps([task.result, task.runtime.warnings])
    assert task.failed or task.runtime.warnings
    assert f"The journal {path} cannot be written" in told


def one_made_by_hand(
    simulate: Simulate, monkeypatch: pytest.MonkeyPatch, number: int = 1
) -> tuple[Simulator, dict[str, t.Any]]:
    fleet = Fleet()
    made = [fleet.connection(fleet.project("P"), f"manual-{index}", creation_mode="Manual") for index in range(number)]
    fleet.service_principal("automation", secret=SECRET)
    simulator = simulate(fleet)
    pairs = [(item.id, *federation.pair(simulator.world, item, "entra")) for item in made]
    told = [{"connection": id_, "issuer": issuer, "subject": subject} for id_, issuer, subject in pairs]
    return simulator, {
        **person(simulator, "person", monkeypatch),
        "connections": [item.id for item in made],
        "federated_credential": {"pairs": told},
        "wait_timeout": 1,
    }


# -- what is open ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("lines", "left"),
    [
        ([], []),
        ([line("sent")], ["c1"]),
        ([line("sent"), line("answered", result="accepted")], ["c1"]),
        ([line("sent"), line("answered", result="unknown")], ["c1"]),
        ([line("sent"), line("answered", result="refused")], []),
        ([line("sent"), line("answered", result="not_accepted")], []),
        ([line("sent"), line("answered", result="accepted"), line("ended")], []),
        ([line("sent"), line("ended"), line("sent")], ["c1"]),
        ([line("sent"), line("answered", result="refused"), line("sent")], ["c1"]),
        ([line("sent"), line("sent", "c2"), line("ended", "c2")], ["c1"]),
        ([line("sent", operation="credential")], []),
        ([line("sent"), line("answered", operation="credential", result="refused")], ["c1"]),
        ([line("sent"), line("sent", operation="rollback"), line("answered", operation="rollback", result="refused")], ["c1"]),
        ([line("answered", result="accepted")], []),
        ([line("proven", "", target="entra_issuer"), line("stopped", "", target="entra_issuer")], []),
    ],
)  # fmt: skip
def test_what_was_not_seen_through_is_open(path: Path, lines: list[Line], left: list[str]) -> None:
    write(path, *lines)
    assert list(journal(path, read_only=True).open_items()) == left


def test_an_open_item_says_how_far_it_came(path: Path) -> None:
    write(
        path,
        line("sent", kept={"name": "abc"}, tested="ok", rollback="possible"),
        line("answered", result="accepted"),
        line("sent", operation="rollback", at="2026-06-01T11:30:00Z", kept={"name": "other"}, tested="unknown"),
    )
    item = journal(path).open_items()["c1"]
    assert (item.target, item.going_back, item.answered) == (WIF, True, False)
    assert item.sent_at == NOW - timedelta(minutes=30)
    assert (item.kept, item.tested, item.rollback) == ({"name": "abc"}, "ok", "possible")


def test_a_request_that_never_went_out_closes_nothing_of_an_earlier_run(path: Path) -> None:
    """A pause that the service asks for is noticed before the announcement: there is an answer without a request."""
    other = "bbbbbbbb-0000-4000-8000-00000000dead"
    write(path, line("sent"), line("answered", run=other, result="not_accepted"))
    assert list(journal(path).open_items()) == ["c1"]


@pytest.mark.parametrize(
    "odd",
    [
        {"v": 2},
        {"organization": "another"},
        {"id": None},
        {"id": 7},
        {"event": ["sent"]},
        {"event": "unheard of"},
    ],
    ids=str,
)
def test_lines_of_others_are_passed_over(path: Path, odd: Line) -> None:
    write(path, {**line("sent", "c2"), **odd}, "[1, 2]\n", "null\n", "\n", line("sent"))
    assert list(journal(path).open_items()) == ["c1"]


@pytest.mark.parametrize(
    "odd", [{"run": None}, {"run": "no run of ours"}, {"run": ""}, {"kept": "text"}, {"at": "yesterday"}, {"at": 7}], ids=str
)  # fmt: skip
def test_a_line_that_somebody_spoilt_breaks_no_run(simulator: Simulator, path: Path, odd: Line) -> None:
    connection = next(iter(simulator.world.connections.values()))
    write(path, {**line("sent", connection.id, organization=simulator.fleet.organization_id), **odd})
    task = convert(simulator, journal=str(path), wait_timeout=1)
    assert not task.failed, task.result["msg"]
    assert set(task.statuses.values()) == {"converted"}


def test_another_organization_may_share_the_file(path: Path) -> None:
    theirs, ours = journal(path, "theirs"), journal(path)
    theirs.sent("c1", operation="move", target=WIF)
    theirs.tell("stopped")
    ours.sent("c2", operation="move", target=WIF)
    assert list(ours.open_items()) == ["c2"]
    assert list(theirs.open_items()) == ["c1"]
    assert ours.told() == set()
    ours.ended("c1", status="converted")
    assert list(theirs.open_items()) == ["c1"]


# -- who is at work ----------------------------------------------------------------------------------------------------
def test_what_a_run_that_is_alive_has_in_hand_is_left_to_it(simulator: Simulator, path: Path) -> None:
    connection, organization = next(iter(simulator.world.connections.values())), simulator.fleet.organization_id
    told = [("sent", connection.id, {"operation": "move", "target": WIF})]
    with alive(hold_journal, str(path), organization, told):
        task = convert(simulator, journal=str(path))
        assert task.statuses[connection.name] == "skipped"
        assert [
            reason["evidence"] for reason in task.by_name[connection.name]["reasons"] if reason["code"] == "not_ready"
        ] == [{"another_run": True}]
        assert not [record for record in simulator.writes if connection.id in record.path]
    assert list(journal(path, organization).open_items()) == [connection.id]
    assert convert(simulator, journal=str(path)).statuses == {connection.name: "converted"}
    assert journal(path, organization).open_items() == {}


def test_who_looks_at_a_run_does_not_let_go_of_its_own(path: Path) -> None:
    """The kernel drops the locks of a process when it closes any descriptor of the file."""
    with alive(hold_journal, str(path), ORGANIZATION, [("sent", "c1", {"operation": "move", "target": WIF})]):
        mine = journal(path)
        for _time in range(2):
            again = journal(path)
            item = again.open_items()["c1"]
            assert mine.in_other_hands(item)
            assert again.in_other_hands(item)
            del again


def test_what_this_process_left_open_before_is_its_own(simulator: Simulator, path: Path) -> None:
    """The next item of a loop takes up what the last one could not end."""
    first = journal(path, simulator.fleet.organization_id)
    connection = next(iter(simulator.world.connections.values()))
    first.sent(connection.id, operation="move", target=WIF)
    assert convert(simulator, journal=str(path)).statuses[connection.name] == "converted"


def test_the_gate_is_open_to_one_at_a_time(path: Path) -> None:
    waited: list[float] = []

    class Impatient(Stop):
        def wait(self, seconds: float) -> None:
            if not waited:
                other.send("go on")
            waited.append(seconds)

    with alive(hold_gate, str(path), ORGANIZATION, "play", "stopped") as other:
        mine = journal(path)
        with mine.gate(Impatient()):
            assert mine.told() == {"stopped"}
    assert waited


def test_the_gate_opens_when_its_holder_dies(path: Path) -> None:
    with alive(hold_gate, str(path), ORGANIZATION, "play", None):
        mine = journal(path)
    with mine.gate(Stop()):
        assert mine.told() == set()


@pytest.mark.parametrize(
    ("odd", "heard"),
    [
        ({}, {"stopped"}),
        ({"play": "another"}, set()),
        ({"play": None}, set()),
        ({"organization": "another"}, set()),
    ],
    ids=str,
)
def test_what_is_told_is_for_the_tasks_of_one_play(path: Path, odd: Line, heard: set[str]) -> None:
    write(path, {**line("stopped", "", play="play"), **odd})
    mine = journal(path)
    assert mine.told() == heard
    mine.tell("proven")
    assert mine.told() == {*heard, "proven"}
    assert journal(path).told() == mine.told()
    assert journal(path, play="another").told() == ({"stopped"} if odd.get("play") == "another" else set())


# -- what was converted ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("lines", "ids"),
    [
        (
            [line("sent"), line("answered", result="accepted"), line("ended", changed=True, target=WIF, scheme=WIF)],
            ["c1"],
        ),
        ([line("sent"), line("answered", result="accepted")], ["c1"]),
        ([line("sent"), line("answered", result="refused"), line("ended", changed=False, scheme=SP)], []),
        ([line("ended", changed=True, target=WIF, scheme=WIF), line("ended", changed=True, target=SP, scheme=SP)], []),
        ([line("ended", changed=True, target=WIF, scheme=WIF), line("ended", changed=True, target=WIF, scheme=SP)], []),
        ([line("ended", item, changed=True, target=WIF, scheme=WIF) for item in ("c2", "c1")], ["c2", "c1"]),
        ([line("sent"), line("answered", result="accepted"), line("sent", operation="rollback", target=SP)], ["c1"]),
    ],
)
def test_what_a_batch_is(path: Path, lines: list[Line], ids: list[str]) -> None:
    write(path, *lines)
    assert journal(path, read_only=True).converted() == ids


@pytest.mark.parametrize(
    "lines",
    [
        [line("sent")],
        [line("sent"), line("answered", result="unknown")],
    ],
    ids=["killed before the answer", "answer lost"],
)
def test_what_may_have_been_converted_belongs_to_the_batch(path: Path, lines: list[Line]) -> None:
    """A revert looks first, so one too many is harmless; one that is left out stays converted."""
    write(path, *lines)
    assert journal(path, read_only=True).converted() == ["c1"]


def test_a_migration_of_the_issuer_is_no_conversion(path: Path) -> None:
    """A batch revert must not take back what this journal did not convert."""
    write(
        path,
        line("sent", target="entra_issuer"),
        line("answered", result="accepted"),
        line("ended", status="migrated", changed=True, target="entra_issuer", scheme=WIF),
    )
    assert journal(path, read_only=True).converted() == []


def test_without_a_path_it_does_nothing() -> None:
    none = Journal(None, ORGANIZATION, lambda: NOW)
    none.sent("c1", operation="move")
    none.ended("c1")
    none.tell("stopped")
    with none.gate(Stop()):
        assert (none.open_items(), none.converted(), none.told(), none.items_of("x")) == ({}, [], set(), {})


def test_it_is_refused_like_an_option() -> None:
    with pytest.raises(OptionError, match="journal"):
        journal(Path("/nowhere/at/all"))
