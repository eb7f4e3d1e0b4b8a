# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person overlooks in issuer and subject is named, exactly that, whichever of the two has it; what is really another pair is not."""

from __future__ import annotations

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._model.near_misses import differences

ENTRA = "https://login.microsoftonline.com/11111111-0000-4000-8000-000000000001/v2.0"
VSTOKEN = "https://vstoken.dev.azure.com/22222222-0000-4000-8000-000000000002"
RAW = "sc://contoso/Web Shop/azure production"
EID = "/eid1/c/pub/t/v4j5cvGGr0GRqy180BHbRw/a/rISbSSETf0KqFyZ8ppdXmA/sc/x/y"


@pytest.mark.parametrize(
    ("given", "wanted", "what"),
    [
        (f"{ENTRA}/", ENTRA, "a slash at the end"),
        (f"{VSTOKEN}/", VSTOKEN, "a slash at the end"),
        (ENTRA.removesuffix("/v2.0"), ENTRA, "/v2.0 at the end"),
        (ENTRA.replace("https", "http"), ENTRA, "http in place of https"),
        (ENTRA.removeprefix("https://"), ENTRA, "https:// at the beginning"),
        (ENTRA.replace(".com", ".com:443"), ENTRA, "a port that is the usual one"),
        (ENTRA.replace(".com/", ".com//"), ENTRA, "doubled slashes"),
        (f"{ENTRA}/.well-known/openid-configuration", ENTRA, "the address of its metadata at the end"),
        (ENTRA.replace("login.microsoftonline.com", "sts.windows.net"), ENTRA, "sts.windows.net in place of login.microsoftonline.com"),
        (f"{ENTRA} ", ENTRA, "blanks at the beginning or the end"),
        (f"{ENTRA}\n", ENTRA, "blanks at the beginning or the end"),
        (ENTRA.upper(), ENTRA, "upper and lower case"),
        (f'"{ENTRA}"', ENTRA, "quotation marks around the text"),
    ],
)  # fmt: skip
def test_an_issuer(given: str, wanted: str, what: str) -> None:
    assert differences((given, RAW), (wanted, RAW)) == (f"{what} of the issuer",)
    assert differences((wanted, RAW), (given, RAW)) == (f"{what} of the issuer",)


@pytest.mark.parametrize(
    ("given", "wanted", "what"),
    [
        (RAW.replace(" ", "%20"), RAW, "percent-encoded characters, such as %20 for a blank,"),
        (RAW.replace(" ", "+"), RAW, "a plus sign in place of a blank"),
        (RAW.replace(" ", "  "), RAW, "the number or kind of blanks"),
        (RAW.replace(" ", "\u00a0"), RAW, "the number or kind of blanks"),
        (f"{RAW}\u200b", RAW, "invisible characters"),
        (RAW.replace("Shop", "Sho\u0301p"), RAW.replace("Shop", "Sh\u00f3p"), "the form of accented characters"),
        (f"{RAW}/", RAW, "a slash at the end"),
        (f" {RAW}", RAW, "blanks at the beginning or the end"),
        (RAW.upper(), RAW, "upper and lower case"),
        (RAW.removeprefix("sc://"), RAW, "sc:// at the beginning"),
        (EID.removeprefix("/"), EID, "a slash at the beginning"),
        (RAW.replace("Web Shop", "web-shop").replace("-", "\u2013"), RAW.replace("Web Shop", "web-shop"), "dashes in place of hyphens"),
    ],
)  # fmt: skip
def test_a_subject(given: str, wanted: str, what: str) -> None:
    assert differences((VSTOKEN, given), (VSTOKEN, wanted)) == (f"{what} of the subject",)
    assert differences((VSTOKEN, wanted), (VSTOKEN, given)) == (f"{what} of the subject",)


def test_several_at_once() -> None:
    found = differences((f"{VSTOKEN}/", RAW.upper().replace(" ", "%20")), (VSTOKEN, RAW))
    assert found == (
        "a slash at the end of the issuer",
        "percent-encoded characters, such as %20 for a blank, of the subject",
        "upper and lower case of the subject",
    )


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ((VSTOKEN, RAW), (VSTOKEN, RAW)),
        ((ENTRA, RAW), (VSTOKEN, RAW)),
        ((VSTOKEN, f"{RAW}2"), (VSTOKEN, RAW)),
        ((f"{VSTOKEN}/", f"{RAW}2"), (VSTOKEN, RAW)),
        ((VSTOKEN[:-1], RAW), (VSTOKEN, RAW)),
        (("", RAW), (VSTOKEN, RAW)),
        (("", ""), (VSTOKEN, RAW)),
        ((VSTOKEN, RAW), ("", "")),
        (("/", "/"), ("", "")),
    ],
)
def test_another_pair_is_no_near_miss(given: tuple[str, str], wanted: tuple[str, str]) -> None:
    assert differences(given, wanted) == ()
