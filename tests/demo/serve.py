# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated organization of the demo, to play with: `make play` starts it, says how to sign in, and ends with Ctrl-C. Nothing of it is kept."""

from __future__ import annotations

import shlex
import signal
import sys
import tempfile
import threading
import typing as t
from pathlib import Path

from simulator import Simulator, demo_fleet

ROOT = Path(__file__).resolve().parents[2]
SECRET = "a-made-up-secret-to-play-with"


def main() -> int:
    over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: over.set())
    fleet = demo_fleet()
    caller = fleet.service_principal("somebody who plays", secret=SECRET)
    with tempfile.TemporaryDirectory() as folder, Simulator(fleet, tls=folder, latency_ms={"read": 20}) as simulator:
        print(said(simulator, str(caller.client_id)), flush=True)
        # In turns, because a wait without an end hears no signal on some systems.
        while not over.wait(1):
            pass
    print("It is over, and nothing of it is left.", flush=True)
    return 0


def said(simulator: Simulator, client_id: str) -> str:
    """What somebody in another terminal has to know."""
    everybody = {
        "PATH": f"{ROOT / '.build' / 'venv' / 'bin'}:$PATH",
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".build" / "collections"),
        "AZDO_ORG_SERVICE_URL": simulator.organization_url,
        "REQUESTS_CA_BUNDLE": str(simulator.ca_path),
    }
    person = {"AZDO_PERSONAL_ACCESS_TOKEN": simulator.pat}
    entra = {
        "AZURE_TENANT_ID": simulator.fleet.tenant_id,
        "AZURE_CLIENT_ID": client_id,
        "AZURE_CLIENT_SECRET": SECRET,
        "AZDO_AUTHORITY_URL": simulator.authority_url,
        "AZDO_GRAPH_URL": simulator.graph_url,
        "AZDO_RESOURCE_MANAGER_URL": simulator.resource_manager_url,
    }
    return f"""\
The organization of the demo is here until Ctrl-C: 64 service connections in 8 projects. In another terminal:

{exports(everybody)}

as a person, with a personal access token:

{exports(person)}

or with Microsoft Entra, as a service principal, which may look but not convert:

unset AZDO_PERSONAL_ACCESS_TOKEN
{exports(entra)}

Then, for example:

ansible-playbook azdo.connections.report -e fleet_include=usage
ansible-playbook azdo.connections.plan -e fleet_projects=Payments
"""


def exports(variables: t.Mapping[str, str]) -> str:
    return "\n".join(
        f'export {name}="{value}"' if "$" in value else f"export {name}={shlex.quote(value)}"
        for name, value in variables.items()
    )


if __name__ == "__main__":
    sys.exit(main())
