# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A certificate with its private key: which forms are made good, and which are refused with what reason."""

from __future__ import annotations

import sys
import textwrap
import typing as t
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._desired.pem import mended, refuse_expired
from ansible_collections.azdo.connections.plugins.module_utils._errors import OptionError

from unit.plugins._helpers.certificates import certificate, new_key, private_key

OPTION = "service_principal.certificate"
KEY, OTHER_KEY = new_key(), new_key()
CERTIFICATE, PRIVATE = certificate(KEY), private_key(KEY)
GOOD = CERTIFICATE + PRIVATE
ATTRIBUTES = "Bag Attributes\n    localKeyID: 01 02\nsubject=CN=x\n"
PASSWORD = b"a-made-up-password"


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        GOOD.rstrip("\n"),
        f"\n\n{GOOD}\n\n",
        GOOD.replace("\n", "\r\n"),
        GOOD.replace("\n", "\r"),
        GOOD.replace("\n", "\\n"),
        GOOD.replace("\n", "\\r\\n"),
        GOOD.replace("\n", "  \n"),
        f"\ufeff{GOOD}",
    ],
    ids=["as it is", "no end", "blank lines", "windows", "old mac", "escaped", "escaped windows", "blanks", "mark"],
)
def test_line_breaks_are_made_good(text: str) -> None:
    assert mended(OPTION, text) == GOOD


@pytest.mark.parametrize(
    "text",
    [
        PRIVATE + CERTIFICATE,
        CERTIFICATE + private_key(KEY, legacy=True),
        GOOD + certificate(OTHER_KEY),
        certificate(OTHER_KEY) + GOOD,
        ATTRIBUTES + CERTIFICATE + ATTRIBUTES + PRIVATE,
    ],
    ids=["key first", "EC key", "chain", "other order", "attributes of openssl"],
)
def test_other_forms_stay_as_they_are(text: str) -> None:
    assert mended(OPTION, text) == text


def flat(text: str) -> str:
    return " ".join(text.split("\n"))


FAULTY: dict[str, tuple[str, str]] = {
    "empty": ("", "does not hold a certificate and its private key"),
    "garbage": ("not a certificate at all", "does not hold a certificate and its private key"),
    "base64 of PKCS12": ("MIIKLQIBAzCC", "does not hold a certificate and its private key"),
    "no key": (CERTIFICATE, "there is no private key"),
    "no certificate": (PRIVATE, "there is no certificate"),
    "a public key": (CERTIFICATE + "-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----\n", "there is no private key"),
    "several keys": (GOOD + private_key(OTHER_KEY), "holds 2 private keys"),
    "one line": (flat(GOOD), "is written on one line"),
    "one line without blanks": (GOOD.replace("\n", ""), "is written on one line"),
    "each block on one line": (f"{flat(CERTIFICATE)}\n{flat(PRIVATE)}", "is written on one line"),
    "indented": (textwrap.indent(GOOD, "    "), "is indented"),
    "content indented": (GOOD.replace("\nM", "\n  M"), "is indented"),
    "quoted": (f'"{GOOD}"', "something else in the line of a BEGIN or END"),
    "glued together": (CERTIFICATE.rstrip("\n") + PRIVATE, "is written on one line"),
    "cut off": (GOOD[: len(GOOD) - 40], "is not complete"),
    "cut off in the middle": (f"{CERTIFICATE[:200]}\n{PRIVATE}", "is not complete"),
    "encrypted": (CERTIFICATE + private_key(KEY, PASSWORD), "is encrypted"),
    "encrypted as of old": (CERTIFICATE + private_key(KEY, PASSWORD, legacy=True), "is encrypted"),
    "another's key": (CERTIFICATE + private_key(OTHER_KEY), "does not belong to its certificate"),
    "no base64": (CERTIFICATE + "-----BEGIN PRIVATE KEY-----\n***\n-----END PRIVATE KEY-----\n", "private key in .* cannot be read"),
    "no DER": ("-----BEGIN CERTIFICATE-----\nbWFkZSB1cA==\n-----END CERTIFICATE-----\n" + PRIVATE, "certificate in .* cannot be read"),
    "DER of nothing": ("-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n" + PRIVATE, "certificate in .* cannot be read"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTY)
def test_what_cannot_work_is_refused_with_the_reason(name: str) -> None:
    text, reason = FAULTY[name]
    with pytest.raises(OptionError, match=reason) as caught:
        mended(OPTION, text)
    assert OPTION in caught.value.message
    assert caught.value.remedy
    lines = [line for line in text.split("\n") if len(line) > 30 and "-----" not in line]
    assert not [line for line in lines if line in str(caught.value)], "a secret is not repeated"


NEEDS_THE_LIBRARY = ("another's key", "DER of nothing")


@pytest.mark.parametrize("name", FAULTY)
def test_without_the_library_the_form_is_looked_at(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography", None)
    text, reason = FAULTY[name]
    if name in NEEDS_THE_LIBRARY:
        assert mended(OPTION, text) == text
        return
    with pytest.raises(OptionError, match=reason):
        mended(OPTION, text)


# -- time --------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("days", "refused"), [(-1, True), (1, False)])
def test_a_certificate_that_has_ended(days: int, refused: bool) -> None:
    now = datetime.now(timezone.utc)
    # The others of a chain do not sign in.
    text = certificate(KEY, days=days) + PRIVATE + certificate(OTHER_KEY, days=-days)
    if not refused:
        refuse_expired(OPTION, text, now)
        return
    with pytest.raises(OptionError, match=f"has expired on {now - timedelta(days=1):%Y-%m-%d}"):
        refuse_expired(OPTION, text, now)


def test_what_cannot_be_judged_is_let_through(monkeypatch: pytest.MonkeyPatch) -> None:
    text = certificate(KEY, days=-1) + PRIVATE
    monkeypatch.setitem(sys.modules, "cryptography", None)
    refuse_expired(OPTION, text, datetime.now(timezone.utc))


def test_an_algorithm_that_the_library_does_not_know_is_left_to_azure(monkeypatch: pytest.MonkeyPatch) -> None:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization

    def unknown(*args: t.Any, **named: t.Any) -> t.NoReturn:
        raise UnsupportedAlgorithm("none of ours")

    monkeypatch.setattr(serialization, "load_pem_private_key", unknown)
    assert mended(OPTION, GOOD) == GOOD
