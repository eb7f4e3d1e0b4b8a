# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong, in words a person can act on.

PRIVATE to the collection. Everything below the front doors raises one of these; the front doors turn them into a failed result. Each
error knows what happened (``message``), what to do about it (``remedy``) and machine-readable ``details``.
"""

from __future__ import annotations

import typing as t


class AzdoError(Exception):
    """Base of every error of the collection.

    :param message: one sentence that says what happened and names the option or object at fault.
    :param remedy: one sentence that says what a person can do.
    :param details: JSON-ready facts for playbooks to branch on; never a secret.
    """

    code: t.ClassVar[str] = "error"
    usual_remedy: t.ClassVar[str] = ""

    def __init__(self, message: str, *, remedy: str = "", **details: t.Any) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy or self.usual_remedy
        self.details = {key: value for key, value in details.items() if value is not None}

    def __str__(self) -> str:
        end = "" if self.message.endswith((".", "!", "?", ":", "'", '"')) else "."
        return f"{self.message}{end if self.remedy else ''} {self.remedy}".strip()

    def about(self, what: str) -> AzdoError:
        """Say which object the error is about, in front of the message. Returns itself, for ``raise error.about(...)``."""
        self.message = f"{what}: {self.message}"
        return self

    def to_failure(self) -> dict[str, t.Any]:
        """Shape: ``{code, message, remedy, details}``; what modules return as ``failure``."""
        return {"code": self.code, "message": self.message, "remedy": self.remedy, "details": self.details}


class OptionError(AzdoError):
    """An option, or a combination of options, that cannot work."""

    code = "invalid_option"


class UnreadError(AzdoError):
    """Something that a task is about could not be read, so nobody knows what is there."""

    code = "unread"


class MissingLibraryError(AzdoError):
    """A Python library that this task needs is not installed.

    :param library: the name under which pip installs it.
    """

    code = "missing_library"

    def __init__(self, library: str, reason: str, traceback: str = "") -> None:
        super().__init__(f"The Python library {library} is missing; it is needed {reason}.", library=library)
        self.library = library
        self.reason = reason
        self.traceback = traceback


class AuthenticationError(AzdoError):
    """Nobody is signed in: the credential was rejected, or no token came for it.

    ``details['status']`` (HTTP) is there if the service itself rejected it, which in the middle of a run means that the sign-in has ended.
    The two kinds below mean that nothing else can be asked either, and say nothing about the credential. ``said`` is what the service said, if anything.
    """

    code = "authentication_failed"
    said: str = ""


class ForeignAnswerError(AuthenticationError):
    """A proxy, a gateway or a redirect has answered in the service's place. ``details`` never holds a ``status``: the service gave none.

    :param passing: whether another try may find the service. :param http_status: of that answer.
    """

    code = "foreign_answer"

    def __init__(self, message: str, *, http_status: int, remedy: str = "", passing: bool = False) -> None:
        super().__init__(message, remedy=remedy)
        self.http_status = http_status
        self.passing = passing


class BlockedByPolicyError(AuthenticationError):
    """The credential is good, or was not even looked at: a policy of the tenant or organization refuses this caller, place or device."""

    code = "blocked_by_policy"
    usual_remedy = (
        "Run it from a place and a device that the policy allows, or have its administrator make an exemption; the sign-in logs of "
        "Microsoft Entra name the policy. Another token or scope does not help."
    )


class TransportError(AzdoError):
    """No usable answer to a request that cannot have changed anything (a read, or a write that was never sent)."""

    code = "no_answer"


class UnfitAnswerError(TransportError):
    """An answer that is larger or slower than any that a service gives, so that it was not read to its end. Another try would end the same."""


class NotAcceptedError(AzdoError):
    """A write that provably changed nothing: it never left, or the service refused to take it now. What it was based on must be read again."""

    code = "not_accepted"
    usual_remedy = "The service is busy: run it again later."


class NotSentError(AzdoError):
    """A write was held back on our side, and another try would end the same."""


class AmbiguousWriteError(AzdoError):
    """A write went out and no usable answer came back: whether the service carried it out must be read, not guessed."""

    code = "ambiguous_write"
    usual_remedy = "Run again: it starts with a look at what there is."


class ServiceError(AzdoError):
    """The service answered with an error (fact sheet 9.4).

    ``details`` holds ``status`` (HTTP), ``type_key`` (what code branches on) and ``activity_id`` (what Microsoft's support asks for).
    """

    code = "service_error"

    def __init__(self, message: str, *, status: int, type_key: str = "", remedy: str = "", **details: t.Any) -> None:
        super().__init__(message, remedy=remedy, status=status, type_key=type_key or None, **details)
        self.status = status
        self.type_key = type_key


class NotPermittedError(ServiceError):
    """Signed in, but not allowed."""

    code = "not_permitted"


class NotFoundError(ServiceError):
    """Missing, or not visible to this caller: the service does not say which."""

    code = "not_found"


class VersionOutOfRangeError(ServiceError):
    """The server does not speak this version of the REST API. ``details['latest']`` is the newest that it does speak."""

    code = "api_version_out_of_range"


class StoppedError(AzdoError):
    """The task is over (timeout, signal, end of the controller): nothing new may start."""

    code = "stopped"
