# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person overlooks in an issuer or a subject, and Entra does not: it compares to the letter (8.2).

PRIVATE to the collection, and pure. Section numbers are those of the fact sheet.
"""

from __future__ import annotations

import re
import typing as t
import unicodedata
from urllib.parse import unquote

_Plain = t.Callable[[str], str]
# Seen or not, these take no room: soft hyphen, zero-width characters, marks of direction, byte order mark.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_DASHES = re.compile("[\u2010-\u2015\u2212]")


def _without(pattern: str, put: str = "", flags: int = 0) -> _Plain:
    compiled = re.compile(pattern, flags)
    return lambda text: compiled.sub(put, text)


# What differs, in words, beside what makes it equal; in this order they are applied. The words stand in front of "of the issuer" or "of the subject".
_HABITS: tuple[tuple[str, _Plain], ...] = (
    ("invisible characters", _without(_INVISIBLE.pattern)),
    ("the form of accented characters", lambda text: unicodedata.normalize("NFC", text)),
    ("percent-encoded characters, such as %20 for a blank,", unquote),
    ("blanks at the beginning or the end", str.strip),
    ("quotation marks around the text", lambda text: text.strip("\"'")),
    ("a plus sign in place of a blank", lambda text: text.replace("+", " ")),
    ("the number or kind of blanks", _without(r"\s+", " ")),
    ("dashes in place of hyphens", _without(_DASHES.pattern, "-")),
    ("upper and lower case", str.casefold),
)
_OF_ISSUER: tuple[tuple[str, _Plain], ...] = (
    ("the address of its metadata at the end", _without(r"/*\.well-known/openid-configuration/*$", "", re.IGNORECASE)),
    ("a slash at the end", lambda text: text.rstrip("/")),
    (
        "sts.windows.net in place of login.microsoftonline.com",
        _without(r"^https://sts\.windows\.net/", "https://login.microsoftonline.com/", re.IGNORECASE),
    ),
    ("/v2.0 at the end", _without(r"/+v2\.0$", "", re.IGNORECASE)),
    ("http in place of https", _without(r"^http://", "https://", re.IGNORECASE)),
    ("https:// at the beginning", _without(r"^https://", "", re.IGNORECASE)),
    ("a port that is the usual one", _without(r"^([^/]*(?://[^/:]+)?):443(?=/|$)", r"\1")),
    ("doubled slashes", _without(r"(?<!:)/{2,}", "/")),
)
_OF_SUBJECT: tuple[tuple[str, _Plain], ...] = (
    ("a slash at the end", lambda text: text.rstrip("/")),
    ("sc:// at the beginning", _without("^sc:/+", "", re.IGNORECASE)),
    ("a slash at the beginning", lambda text: text.lstrip("/")),
    ("doubled slashes", _without(r"(?<!:)/{2,}", "/")),
)


def differences(given: tuple[str, str], wanted: tuple[str, str]) -> tuple[str, ...]:
    """What exactly keeps two pairs of issuer and subject from being equal; empty if they are equal, or differ in more than a person overlooks.

    Shape: phrases such as ``a slash at the end of the issuer``.
    """
    issuer = _differing(given[0], wanted[0], _OF_ISSUER)
    subject = _differing(given[1], wanted[1], _OF_SUBJECT)
    if issuer is None or subject is None:
        return ()
    return (*(f"{what} of the issuer" for what in issuer), *(f"{what} of the subject" for what in subject))


def _differing(given: str, wanted: str, more: tuple[tuple[str, _Plain], ...]) -> list[str] | None:
    """The fewest habits that make the texts equal; None if all of them together do not. A text of nothing is like no other."""
    habits = [*_HABITS, *more]
    if given != wanted and (not _applied(given, habits) or _applied(given, habits) != _applied(wanted, habits)):
        return None
    for habit in reversed(tuple(habits)):
        fewer = [item for item in habits if item is not habit]
        if _applied(given, fewer) == _applied(wanted, fewer):
            habits = fewer
    return [words for words, _plain in habits]


def _applied(text: str, habits: t.Sequence[tuple[str, _Plain]]) -> str:
    for _words, plain in habits:
        text = plain(text)
    return text
