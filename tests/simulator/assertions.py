# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Client assertions: JSON web tokens signed by a certificate, or made by a foreign issuer."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa


@dataclass(frozen=True)
class Assertion:
    issuer: str
    subject: str
    audience: str
    expires: float
    header: dict[str, Any]
    signed: bytes
    signature: bytes


def read_assertion(text: str) -> Assertion | None:
    """None when it is no JSON web token."""
    try:
        head, body, signature = text.split(".")
        header, claims = json.loads(_bytes(head)), json.loads(_bytes(body))
        return Assertion(
            issuer=str(claims["iss"]),
            subject=str(claims["sub"]),
            audience=str(claims["aud"]),
            expires=float(claims.get("exp", 0)),
            header=header,
            signed=f"{head}.{body}".encode(),
            signature=_bytes(signature),
        )
    except (ValueError, KeyError, TypeError):
        return None


def certificate_accepts(pem: str, assertion: Assertion) -> bool:
    """Whether this certificate (PEM, the first one in it) signed the assertion."""
    try:
        certificate = x509.load_pem_x509_certificate(pem.encode())
    except ValueError:
        return False
    der = certificate.public_bytes(encoding=serialization.Encoding.DER)
    prints = {
        "x5t": hashlib.sha1(der).digest(),  # the header is defined so
        "x5t#S256": hashlib.sha256(der).digest(),
    }
    if not any(
        assertion.header.get(name) and _bytes(assertion.header[name]) == value for name, value in prints.items()
    ):
        return False
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        return False
    style = (
        padding.PSS(padding.MGF1(hashes.SHA256()), hashes.SHA256().digest_size)
        if assertion.header.get("alg") == "PS256"
        else padding.PKCS1v15()
    )
    try:
        key.verify(assertion.signature, assertion.signed, style, hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
