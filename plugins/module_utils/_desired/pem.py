# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A certificate with its private key in the forms that people have it: made good where no doubt is left, else refused with the reason.

PRIVATE to the collection, and pure. Azure DevOps stores whatever it is sent, and the connection is dead then. What stands inside the blocks is looked at with
the library cryptography, which azure-identity brings along; without it the form alone is. Nothing of the text is ever part of a message.
"""

from __future__ import annotations

import base64
import re
import typing as t
from datetime import datetime, timezone

from ansible_collections.azdo.connections.plugins.module_utils._errors import OptionError

_BOUNDARY = re.compile(r"-----(BEGIN|END) ([A-Z0-9 ]+)-----")
_REMEDY = "Give certificate and private key in PEM format, one after the other, as the file has them (lookup('ansible.builtin.file', ...), or a block with |)."
_ONE_OF_EACH = "Give one certificate and its own private key in PEM format, one after the other, in one text."


class _Block(t.NamedTuple):
    label: str
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n".join((f"-----BEGIN {self.label}-----", *self.lines, f"-----END {self.label}-----", ""))


def mended(option: str, text: str) -> str:
    """The text with line breaks as they belong, if it can be a certificate with its private key.

    Line breaks of Windows, and those written as a backslash and an n (JSON, variables of pipelines), are made good.

    :raises OptionError: it cannot be one. The message names ``option``.
    """
    text = (
        text.removeprefix("\ufeff")
        .replace("\\r\\n", "\n")
        .replace("\\n", "\n")
        .replace("\r\n", "\n")
        .replace("\r", "\n")
    )
    text = "\n".join(line.rstrip() for line in text.strip().split("\n")) + "\n"
    blocks = _blocks(option, text)
    certificates = [block for block in blocks if block.label in ("CERTIFICATE", "X509 CERTIFICATE")]
    keys = [block for block in blocks if block.label.endswith("PRIVATE KEY")]
    if not certificates or not keys:
        lacking = "certificate" if not certificates else "private key"
        raise OptionError(
            f"{option} does not hold a certificate and its private key: there is no {lacking}.", remedy=_ONE_OF_EACH
        )
    if len(keys) > 1:
        raise OptionError(f"{option} holds {len(keys)} private keys.", remedy=_ONE_OF_EACH)
    if keys[0].label.startswith("ENCRYPTED") or any(line.startswith("Proc-Type:") for line in keys[0].lines):
        raise OptionError(
            f"The private key in {option} is encrypted, and Azure DevOps takes no password for it.",
            remedy="Give it without one (openssl pkey -in key.pem), and keep the text in a vault.",
        )
    for block in (*certificates, *keys):
        _check_content(option, block)
    if _ends(option, [*certificates, *keys]) == []:
        raise OptionError(f"The private key in {option} does not belong to its certificate.", remedy=_ONE_OF_EACH)
    return text


def refuse_expired(option: str, text: str, now: datetime) -> None:
    """:param text: as :func:`mended` returns it. :raises OptionError: the certificate of the private key has ended, so nobody can sign in with it."""
    ends = _ends(option, _blocks(option, text))
    if ends and max(ends) < now:
        raise OptionError(
            f"The certificate in {option} has expired on {max(ends):%Y-%m-%d}.",
            remedy="Give a new one, which the application has to know, too.",
        )


def _blocks(option: str, text: str) -> list[_Block]:
    """What stands between BEGIN and END. Text between the blocks, such as the attributes that openssl prints, means nothing."""
    if "-----BEGIN" not in text:
        raise OptionError(
            f"{option} does not hold a certificate and its private key in PEM format: there is no BEGIN.",
            remedy=_REMEDY,
        )
    found: list[_Block] = []
    label, lines = "", list[str]()
    for line in text.split("\n"):
        marks = _BOUNDARY.findall(line)
        if marks and not _BOUNDARY.fullmatch(line):
            fault = (
                "is indented"
                if _BOUNDARY.fullmatch(line.strip())
                else "has something else in the line of a BEGIN or END"
            )
            fault = "is written on one line" if len(marks) > 1 else fault
            raise OptionError(f"{option} {fault}, which is no PEM any more.", remedy=_REMEDY)
        if not marks:
            lines.append(line)
        elif marks[0] == ("BEGIN", marks[0][1]) and not label:
            label, lines = marks[0][1], []
        elif marks[0] == ("END", label):
            found.append(_Block(label, tuple(lines)))
            label = ""
        else:
            break
    if label or not found:
        raise OptionError(f"{option} is not complete: a BEGIN has no END that belongs to it.", remedy=_REMEDY)
    return found


def _check_content(option: str, block: _Block) -> None:
    """Without any library: every certificate and key is base64 of a sequence in DER."""
    if any(line != line.strip() for line in block.lines):
        raise OptionError(f"{option} is indented, which is no PEM any more.", remedy=_REMEDY)
    try:
        content = base64.b64decode("".join(block.lines), validate=True)
    except ValueError:
        content = b""
    if not content.startswith(b"0"):
        raise _unreadable(option, block)


def _unreadable(option: str, block: _Block) -> OptionError:
    what = "certificate" if "CERTIFICATE" in block.label else "private key"
    return OptionError(
        f"The {what} in {option} cannot be read: what stands between BEGIN and END is none.", remedy=_REMEDY
    )


def _ends(option: str, blocks: list[_Block]) -> list[datetime] | None:
    """When the certificates end that the private key belongs to; None where it cannot be judged.

    :raises OptionError: a block holds something else than it says.
    """
    try:
        from cryptography import x509
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives import serialization
    except ImportError:
        return None

    def encoded(key: t.Any) -> bytes:
        found: bytes = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        return found

    own, ends = b"", list[tuple[bytes, datetime]]()
    for block in blocks:
        try:
            if block.label.endswith("PRIVATE KEY"):
                own = encoded(serialization.load_pem_private_key(block.text.encode(), password=None).public_key())
            elif "CERTIFICATE" in block.label:
                certificate = x509.load_pem_x509_certificate(block.text.encode())
                ends.append((encoded(certificate.public_key()), _end(certificate)))
        except UnsupportedAlgorithm:
            # Azure may know it.
            return None
        except (ValueError, TypeError):
            raise _unreadable(option, block) from None
    return [end for key, end in ends if key == own]


def _end(certificate: t.Any) -> datetime:
    """Libraries before 42 tell it without the time zone, which is UTC."""
    end: datetime = getattr(certificate, "not_valid_after_utc", None) or certificate.not_valid_after.replace(
        tzinfo=timezone.utc
    )
    return end
