# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who signs in to which organization, from one file for several of them.

PRIVATE to the collection. Nothing of the file but names of options and addresses of organizations is ever part of a message: all else may be a secret, also
where it stands in the wrong place.
"""

from __future__ import annotations

import os
import typing as t
from pathlib import Path

from ansible_collections.azdo.connections.plugins.module_utils._errors import OptionError
from ansible_collections.azdo.connections.plugins.module_utils._model.nearest import nearest
from ansible_collections.azdo.connections.plugins.module_utils._rest.urls import organization_url
from ansible_collections.azdo.connections.plugins.module_utils._sign_in.options import (
    SIGN_IN_OPTIONS,
    SignInValues,
    expanded,
)
from ansible_collections.azdo.connections.plugins.module_utils._yaml import (
    NotYamlError,
    RepeatedKeyError,
    yaml_value,
)

# What says who signs in. An entry is complete: what it leaves out is not taken from the environment, where it would be of somebody else.
WHO = (
    "auth_source",
    "personal_access_token",
    "access_token",
    "tenant",
    "client_id",
    "secret",
    "x509_certificate_path",
    "x509_certificate_password",
)
_OF_ENTRY = (*WHO, "cloud_environment")
_KEYS = ("organization_url", "organization", *_OF_ENTRY)
_NAME = "credentials_file (or AZDO_CREDENTIALS_FILE)"
_FORM = (
    "It is a YAML or JSON file: a list of mappings, each with organization_url and what else signs in, such as personal_access_token, or tenant, client_id "
    "and secret."
)
_EACH_ONCE = "Begin each entry with a dash of its own (- organization_url: ...), and give each key of it once."


def for_organization(values: SignInValues, url: str) -> SignInValues:
    """The sign-in options with what the file says of one organization, if there is a file and the task does not say itself who signs in.

    :param url: its address as :func:`organization_url` makes it.
    :raises OptionError: the file cannot be used, or does not have this organization. It never falls back to anybody else.
    """
    if not _asked(values):
        return values
    entries = _entries(values)
    found = next((entry for known, entry in entries.items() if _same(known, url)), None)
    if found is None:
        raise OptionError(
            f"{_NAME}: {values['credentials_file']} has nothing for {url}.",
            remedy=f"It has {', '.join(entries)}. Add an entry, or say with options of the task who signs in.",
        )
    return SignInValues({**values.values, **dict.fromkeys(WHO), **found}, values.given)


def organizations_of(values: SignInValues) -> list[str]:
    """The addresses of the organizations in the file, in its order; none without a file, or where the task says who signs in. :raises OptionError: as above."""
    return list(_entries(values)) if _asked(values) else []


def _asked(values: SignInValues) -> bool:
    return bool(values["credentials_file"]) and not values.given.intersection(WHO)


def _same(one: str, other: str) -> bool:
    return one.lower() == other.lower()


def _entries(values: SignInValues) -> dict[str, dict[str, str]]:
    """What the file says, by the address of each organization."""
    path = str(values["credentials_file"])
    found: dict[str, dict[str, str]] = {}
    for number, item in enumerate(_listed(path), 1):
        where = f"{_NAME}: {path}, entry {number}"
        said = _said(item, where, os.path.dirname(os.path.abspath(path)))
        try:
            url = organization_url(
                said.pop("organization_url", "") or said.pop("organization", ""),
                allow_plain_http=values["allow_plain_http"],
            )
        except OptionError:
            # Its own words would show what stands there.
            raise OptionError(
                f"{where} has no organization_url, or one that is no address of an organization.",
                remedy="Give it as https://dev.azure.com/contoso.",
            ) from None
        if any(_same(url, known) for known in found):
            raise OptionError(f"{where} is one more for {url}.", remedy="Leave one of them.")
        if not any(name in said for name in WHO):
            raise OptionError(f"{where} does not say who signs in to {url}.", remedy=_FORM)
        found[url] = said
    return found


def _listed(path: str) -> list[t.Any]:
    if "\n" in path or ": " in path:
        # It would be shown as the name of a file that is not there.
        raise OptionError(f"{_NAME} holds what belongs into the file.", remedy=f"Give the path of a file. {_FORM}")
    try:
        content = yaml_value(Path(path).read_text(encoding="utf-8-sig"))
    except RepeatedKeyError as error:
        key = error.key if error.key in _KEYS else "a key"
        raise OptionError(
            f"{_NAME}: {path}, line {error.line} gives {key} for the second time in one entry.", remedy=_EACH_ONCE
        ) from None
    except NotYamlError as error:
        at = f" (line {error.line})" if error.line else ""
        raise OptionError(f"{_NAME}: {path} is no YAML{at}.", remedy=_FORM) from None
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8"
        raise OptionError(f"{_NAME}: {path} cannot be read: {why}.", remedy="Name a file that exists.") from None
    if content in (None, []):
        raise OptionError(f"{_NAME}: there is nothing in {path}.", remedy=_FORM)
    if not isinstance(content, list):
        raise OptionError(f"{_NAME}: {path} is no list.", remedy=_FORM)
    return content


def _said(item: t.Any, where: str, folder: str) -> dict[str, str]:
    """What one entry says, without what it leaves blank.

    :param folder: where the file lies; the paths in it begin there, because who reads the file may stand anywhere.
    """
    if not isinstance(item, dict):
        raise OptionError(f"{where} is no mapping.", remedy=_FORM)
    strange = [str(key) for key in item if key not in _KEYS]
    if strange:
        raise OptionError(
            f"{where} has {len(strange)} {'keys' if strange[1:] else 'key'} that nobody knows.{_slips(strange)}",
            remedy=_FORM,
        )
    if "organization_url" in item and "organization" in item:
        raise OptionError(f"{where} has organization_url and organization.", remedy="Leave one of them.")
    for name, value in item.items():
        if value is not None and not isinstance(value, str):
            raise OptionError(f"{where}: {name} is no text.", remedy="Put it in quotes.")
        choices = SIGN_IN_OPTIONS[name].choices if name in SIGN_IN_OPTIONS else ()
        if value and choices and value not in choices:
            raise OptionError(f"{where}: {name} is none of its choices.", remedy=f"Use one of {', '.join(choices)}.")
    said = {name: value.strip() for name, value in item.items() if value and value.strip()}
    if path := said.get("x509_certificate_path"):
        said["x509_certificate_path"] = os.path.join(folder, expanded(path))
    return said


def _slips(strange: t.Iterable[str]) -> str:
    """Which of our keys somebody may have meant. Never what stands there: ``secret=...`` is nearly one of ours, and a token may stand in the place of a key."""
    near = dict.fromkeys(found for key in strange if (found := nearest(key.partition("=")[0], _KEYS)))
    return f" Did you mean {' and '.join(map(repr, near))}? A colon and a blank follow a key." if near else ""
