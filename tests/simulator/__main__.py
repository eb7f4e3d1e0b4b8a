# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The process form: python -m simulator --fleet demo --port 0 --ready-file F."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .demo import fleet_by_name
from .profiles import PROFILES
from .server import Simulator

_FIRST_PARENT = os.getppid()


def arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m simulator", description=__doc__)
    parser.add_argument("--fleet", default="demo", help="demo, empty, bench:<projects>x<connections>[:federated]")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--ready-file", type=Path, help="gets the addresses as JSON when the port is open")
    parser.add_argument("--tls", metavar="DIR", help="serve https; the folder gets ca.pem")
    parser.add_argument("--latency", default="", help="class=milliseconds, separated by commas: read=80,convert=400")
    parser.add_argument("--knob", action="append", default=[], metavar="NAME=JSON", help="a knob; may be repeated")
    parser.add_argument("--profile", choices=list(PROFILES), default="cloud")
    parser.add_argument("--virtual-directory", default="", help="tfs, as older servers have it")
    parser.add_argument("--parent-pid", type=int, default=_FIRST_PARENT, help="end when this process is gone")
    return parser.parse_args(words)


def pairs(text: str) -> dict[str, float]:
    return {
        name.strip(): float(value) for name, _equals, value in (part.partition("=") for part in text.split(",") if part)
    }


def knob(text: str) -> tuple[str, Any]:
    name, _equals, value = text.partition("=")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def announce(simulator: Simulator, ready_file: Path | None) -> None:
    text = json.dumps(simulator.addresses())
    if ready_file is not None:
        draft = ready_file.with_name(f".{ready_file.name}.{os.getpid()}")
        draft.write_text(text + "\n", encoding="utf-8")
        draft.replace(ready_file)
    print(text, flush=True)


def alive(pid: int) -> bool:
    """Whether that process still runs; our own parent is gone as soon as we have another one."""
    if pid == _FIRST_PARENT:
        return os.getppid() == pid
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def main(words: Sequence[str] | None = None) -> int:
    options = arguments(words)
    simulator = Simulator(
        fleet_by_name(options.fleet),
        port=options.port,
        tls=options.tls,
        profile=options.profile,
        virtual_directory=options.virtual_directory,
        latency_ms=pairs(options.latency),
        **dict(knob(item) for item in options.knob),
    )
    server = simulator.bind()

    def watch() -> None:
        while not server.started and not server.should_exit:
            time.sleep(0.005)
        announce(simulator, options.ready_file)
        while alive(options.parent_pid):
            time.sleep(0.25)
        server.should_exit = True

    threading.Thread(target=watch, name="watch", daemon=True).start()
    with contextlib.suppress(KeyboardInterrupt):
        simulator.serve()
    return 0


if __name__ == "__main__":
    sys.exit(main())
