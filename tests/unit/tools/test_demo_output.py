# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the demo shows of a playbook: what the role has shown, and nothing of what ansible-playbook says of its tasks."""

from __future__ import annotations

from demo.output import MOST_LINES, in_short, index, of_waves, shown, told

OUTPUT = """
PLAY [Watch the deadlines of the fleet] ****************************************

TASK [azdo.connections.fleet : _check | Hear what was said] ********************
ok: [localhost]
included: /x/_wave.yml for a, b
changed: [localhost]
[WARNING]: Something.

64 service connections: 35 would be converted.
29 of them are odd.
  29 # no line of a source

TASK [azdo.connections.fleet : watch | Fail] ***********************************
[ERROR]: Task failed: Action failed: 3 of what is watched
Origin: /x/watch.yml:30:3

28
29 # Once, for all hosts
30 - name: "watch | Fail"
     ^ column 3

fatal: [localhost]: FAILED! => {"changed": false, "msg": "3 of what"}

PLAY RECAP *********************************************************************
localhost                  : ok=4    changed=0    unreachable=0    failed=1    skipped=0    rescued=0    ignored=0
"""


def test_only_what_the_role_has_shown_is_left() -> None:
    assert shown(OUTPUT) == [
        "64 service connections: 35 would be converted.",
        "29 of them are odd.",
        "  29 # no line of a source",
    ]


def test_an_older_ansible_core_tells_a_failure_in_one_line() -> None:
    assert shown('A line.\nfatal: [localhost]: FAILED! => {"changed": false, "msg": "3 of what"}\nAnother.') == [
        "A line.",
        "Another.",
    ]


def test_what_does_not_fit_is_counted() -> None:
    lines = [str(number) for number in range(MOST_LINES + 5)]
    assert told(lines, "x.log") == [*lines[:MOST_LINES], "  ... 5 more lines in x.log"]
    assert told(lines[:MOST_LINES], "x.log") == lines[:MOST_LINES]
    assert told(lines[: MOST_LINES + 1], "x.log") == lines[: MOST_LINES + 1]


def test_of_waves_the_numbers_are_left() -> None:
    every = ["All waves: 9 converted.", "  y", "  No candidates: 2 manual.", "z"]
    lines = ["Host 1 of 3", "4 converted.", "x", "Hosts 2 to 3 of 3", "5 converted.", *every]
    assert of_waves(lines) == [
        "Host 1 of 3: 4 converted.",
        "Hosts 2 to 3 of 3: 5 converted.",
        "All waves: 9 converted.",
        "  y",
    ]


def test_in_short_there_are_the_numbers_and_what_a_pipeline_holds_back() -> None:
    lines = [
        "64 service connections: 2 would be",
        "converted, 4 left alone.",
        "Would be converted (2):",
        "  Payments (2): a · b",
        "      and c",
        "Left alone (4):",
        "  2 disabled: d · e",
        "      Enable them.",
        "  1 in progress: f",
        "  1 used by a pipeline that is not ready: Payments /",
        "      g",
        "      Change the tasks.",
        "  1 of Azure Stack: h",
        "No candidates: none.",
        "  x",
        "CHANGE FIRST Payments / g: the",
        "  task.",
        "To do just that:",
        "  ansible-playbook",
    ]
    assert in_short(lines) == [*lines[:2], lines[5], "  ...", *lines[9:12], "  ..."]


def test_the_index_leads_to_every_step() -> None:
    page = index([("A & B", "<text>", "1-a"), ("C", "d", "2-c")])
    assert page.count("<li>") == 2
    assert '<a href="1-a.html">A &amp; B</a>' in page
    assert "&lt;text&gt;" in page
