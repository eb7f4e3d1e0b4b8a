# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""These checks need Microsoft's OpenAPI files, which are not part of the project."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

NEEDED = "serviceEndpoint-7.1.json"


def _folder() -> Path:
    named = os.environ.get("AZDO_CONTRACTS", "")
    if not named:
        raise pytest.UsageError(
            "AZDO_CONTRACTS is not set: the contract check needs the folder with Microsoft's OpenAPI files "
            f"({NEEDED} and its neighbours). Run: make contract AZDO_CONTRACTS=folder"
        )
    folder = Path(named)
    if not (folder / NEEDED).is_file():
        raise pytest.UsageError(f"AZDO_CONTRACTS: there is no {NEEDED} in {folder}.")
    return folder


def pytest_configure() -> None:
    _folder()


@pytest.fixture(scope="session")
def contracts() -> Path:
    return _folder()
