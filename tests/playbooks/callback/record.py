# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A callback for the tests: writes every result as a line of JSON, as ansible-core hands it to callbacks."""

from __future__ import annotations

import json
import os
import typing as t

from ansible.module_utils.common.json import AnsibleJSONEncoder
from ansible.plugins.callback import CallbackBase

DOCUMENTATION = r"""
name: record
type: aggregate
short_description: Write results as JSON lines
description: For the tests of this collection.
options: {}
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "record"

    def _write(self, outcome: str, result: t.Any) -> None:
        task = getattr(result, "task_name", None) or result._task.get_name()
        values = getattr(result, "result", None) or result._result
        encoder: t.Any = AnsibleJSONEncoder
        line = json.dumps({"outcome": outcome, "task": task, "result": values}, cls=encoder)
        with open(os.environ["RECORD_TO"], "a", encoding="utf-8") as record:
            record.write(line + "\n")

    def v2_runner_on_ok(self, result: t.Any) -> None:
        self._write("ok", result)

    def v2_runner_on_failed(self, result: t.Any, ignore_errors: bool = False) -> None:
        self._write("failed", result)

    def v2_runner_on_skipped(self, result: t.Any) -> None:
        self._write("skipped", result)

    def v2_runner_item_on_ok(self, result: t.Any) -> None:
        self._write("item_ok", result)

    def v2_runner_item_on_failed(self, result: t.Any) -> None:
        self._write("item_failed", result)
