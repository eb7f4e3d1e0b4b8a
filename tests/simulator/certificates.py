# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A certificate authority of the simulator's own, and a certificate for the loopback names."""

from __future__ import annotations

import os
from pathlib import Path

import trustme


def issue(folder: Path) -> tuple[str, str, str]:
    """Write ca.pem, server.pem and server.key to the folder; returns the three paths."""
    folder.mkdir(parents=True, exist_ok=True)
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1", "localhost", "login.microsoftonline.com")
    ca_path, chain_path, key_path = folder / "ca.pem", folder / "server.pem", folder / "server.key"
    authority.cert_pem.write_to_path(ca_path)
    chain_path.write_bytes(b"".join(blob.bytes() for blob in certificate.cert_chain_pems))
    descriptor = os.open(key_path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(certificate.private_key_pem.bytes())
    return str(ca_path), str(chain_path), str(key_path)
