# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module's ``run`` sees of the world, and the only place that knows how Ansible ends a module.

PRIVATE to the collection. Both front doors build a :class:`Runtime`, call :func:`execute` and pass its result on: :func:`run_module` is the ordinary door,
``plugin_utils/_front_door.py`` the other one.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import traceback
import typing as t
from dataclasses import dataclass, field
from datetime import datetime, timezone
from functools import cached_property
from urllib.parse import quote

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible.module_utils.common.parameters import remove_values
from ansible.module_utils.common.yaml import HAS_YAML, yaml_dump
from ansible_collections.azdo.connections.plugins.module_utils._errors import AzdoError, MissingLibraryError
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Json
from ansible_collections.azdo.connections.plugins.module_utils._model.estate import Estate
from ansible_collections.azdo.connections.plugins.module_utils._rest.azure_devops import AzureDevOps
from ansible_collections.azdo.connections.plugins.module_utils._rest.pacing import Slots, Stop
from ansible_collections.azdo.connections.plugins.module_utils._rules.situation import Situation
from ansible_collections.azdo.connections.plugins.module_utils._run import leash
from ansible_collections.azdo.connections.plugins.module_utils._run.shown import shown_result
from ansible_collections.azdo.connections.plugins.module_utils._sign_in.options import SignInValues, resolve
from ansible_collections.azdo.connections.plugins.module_utils._sign_in.session import Session, connect


class Shared:
    """What the items of a loop share: sessions of this process, and the stop that ends them all.

    After a stop, and on the other side of a fork, nothing of it may be used again: :attr:`usable` says so.
    """

    def __init__(self, is_over: t.Callable[[], bool] = lambda: False) -> None:
        self.stop = Stop(is_over)
        self.sessions: dict[str, Session] = {}
        self._process = os.getpid()

    @property
    def usable(self) -> bool:
        return self._process == os.getpid() and not self.stop


@dataclass(kw_only=True)
class Runtime:
    """The inside of a task.

    :param params: the validated options.
    :param progress: takes one line about a long task; must be called from the main thread.
    :param warnings: sentences for the person at the screen.
    :param sharers: how many hosts run this task side by side.
    :param play: what the tasks of one ansible-playbook have in common.
    :param slots_folder: where they count their requests, if there may be more hosts than requests, and tell each other of pauses.
    :param no_log_values: secrets among the options that are no sign-in.
    """

    params: t.Mapping[str, t.Any]
    check_mode: bool
    diff_mode: bool
    environ: t.Mapping[str, str]
    shared: Shared = field(default_factory=Shared)
    progress: t.Callable[[str], None] = lambda line: None
    warnings: list[str] = field(default_factory=list)
    sharers: int = 1
    play: str = ""
    slots_folder: str | None = None
    no_log_values: t.Collection[str] = ()

    @property
    def concurrency(self) -> int:
        """This task's part of the option: hosts that run side by side share it, and have one thread at least."""
        return max(1, int(self.params["concurrency"]) // self.sharers)

    @property
    def _slots(self) -> Slots:
        """More hosts than requests may be under way take turns; else each keeps to its part, and nothing is to be counted."""
        allowed = self.params.get("concurrency")
        if allowed is None or self.slots_folder is None or allowed >= self.sharers:
            return Slots()
        return Slots(self.slots_folder, max(1, allowed))

    @property
    def stop(self) -> Stop:
        return self.shared.stop

    @cached_property
    def sign_in(self) -> SignInValues:
        """The sign-in options after the environment was asked."""
        return resolve(self.params, self.environ)

    @cached_property
    def session(self) -> Session:
        """Made at first use, then the same for the same sign-in options. :raises OptionError: they cannot work."""
        values = sorted((name, str(value)) for name, value in self.sign_in.values.items())
        key = hashlib.sha256(repr((values, sorted(self.sign_in.given))).encode()).hexdigest()
        if key not in self.shared.sessions:
            self.shared.sessions[key] = connect(self.sign_in, self.environ, self.stop, self._slots, self.slots_folder)
        # What comes up is told to the item of a loop that is running.
        self.shared.sessions[key].remarks.tell(self.warnings)
        return self.shared.sessions[key]

    @property
    def azure_devops(self) -> AzureDevOps:
        return self.session.azure_devops

    @property
    def caller(self) -> str:
        """``user``, ``non_user`` or ``unknown``: by the way to sign in, and where that does not tell, as the service says."""
        known = self.session.authorizer.caller
        return "non_user" if known == "unknown" and self.azure_devops.organization().is_program else known

    @property
    def secrets(self) -> set[str]:
        """Texts that must not leave the task, in the spellings in which error messages print them. The front doors censor them."""
        found = set(self.sign_in.secrets)
        for session in self.shared.sessions.values():
            # A copy: threads of a stopped task may still be signing in.
            found |= set(session.secrets)
        return {
            spelling
            for text in found
            for spelling in (text, repr(text)[1:-1], json.dumps(text)[1:-1], quote(text, safe=""))
        }

    def now(self) -> datetime:
        return datetime.now(timezone.utc)


@dataclass(kw_only=True)
class Result:
    """What a module's ``run`` returns. ``values`` are the documented return values; ``failure`` fails the task and still returns them."""

    changed: bool = False
    values: Json = field(default_factory=dict)
    diff: Json | None = None
    failure: AzdoError | None = None


def situation(runtime: Runtime, estate: Estate, **circumstances: t.Any) -> Situation:
    """What the eligibility rules need to know about this caller, this service and this run; the rest of it are options."""
    authorizer, client = runtime.session.authorizer, runtime.azure_devops
    return Situation(
        hosted=client.organization().hosted,
        caller=runtime.caller,
        entra_token=None if authorizer.method == "access_token" else authorizer.renewable,
        project_ids=estate.project_ids,
        now=runtime.now(),
        tenant=runtime.session.tenant,
        organization=client.name,
        organization_id=client.organization().instance_id,
        subjects=estate.subjects,
        **circumstances,
    )


def execute(run: t.Callable[[Runtime], Result], runtime: Runtime) -> Json:
    """Run a module and turn whatever comes out of it into an Ansible result, and its warnings into sentences for a screen. Not censored yet: the front door
    does that. See :func:`shown_result` for what is cleaned.

    Only what ends the task itself (a timeout, a signal) passes through, after every thread was told to stop. A fault of ours is caught here, because
    ansible-core prints the text of an exception that reaches it without censoring anything.
    """
    ended = _ended(run, runtime)
    secrets = {*runtime.secrets, *runtime.no_log_values}
    shown = shown_result(
        ended, runtime.warnings, runtime.params, lambda text: t.cast(str, remove_values(text, secrets))
    )
    runtime.warnings[:] = shown.pop("warnings")
    return shown


def _ended(run: t.Callable[[Runtime], Result], runtime: Runtime) -> Json:
    try:
        result = run(runtime)
    except AzdoError as error:
        return _failed(error)
    except Exception as error:  # noqa: BLE001 - see execute()
        runtime.stop.set()
        return {
            "failed": True,
            "msg": f"This is a fault of azdo.connections: {type(error).__name__}: {error}. Please report it with the output of -vvv.",
            "exception": traceback.format_exc(),
        }
    except BaseException:
        runtime.stop.set()
        raise
    values = {"changed": result.changed, **result.values}
    if result.diff is not None and runtime.diff_mode:
        values["diff"] = {key: _readable(value) for key, value in result.diff.items()}
    return {**values, **_failed(result.failure)} if result.failure else values


def _readable(value: t.Any) -> t.Any:
    """A mapping of a diff as YAML, in the order in which it was made."""
    if not isinstance(value, dict) or not HAS_YAML:
        return value
    return yaml_dump(value, sort_keys=False, default_flow_style=False, allow_unicode=True) if value else ""


def _failed(error: AzdoError) -> Json:
    failed = {"failed": True, "msg": str(error), "failure": error.to_failure()}
    if isinstance(error, MissingLibraryError):
        hint = 'For an inventory host with a connection of "local" set ansible_python_interpreter to "{{ ansible_playbook_python }}".'
        failed["msg"] = f"{missing_required_lib(error.library, reason=error.reason).rstrip('.')}. {hint}"
        failed["exception"] = error.traceback
    return failed


def abbreviated(params: t.Mapping[str, t.Any]) -> Json:
    """The options as ``invocation`` shows them: a plan has a line for every connection, and its digest says as much."""

    def short(value: t.Any) -> t.Any:
        if not isinstance(value, dict):
            return value
        if "digest" in value and ("connections" in value or "items" in value):
            # A plan of the old schema has them under items. It is refused, and need not be shown whole on top of that.
            listed = value.get("connections", value.get("items"))
            return {"digest": value["digest"], "connections": len(listed) if isinstance(listed, list) else None}
        return {name: short(inner) for name, inner in value.items()}

    return {name: short(value) for name, value in params.items()}


def run_module(module: AnsibleModule, run: t.Callable[[Runtime], Result]) -> None:
    """The ordinary front door: the module runs in a process of its own."""
    if folder := os.environ.get(leash.STARTED_IN):
        # With become it may be closed to this user. What the options name is absolute anyway.
        with contextlib.suppress(OSError):
            os.chdir(folder)
    path = os.environ.get(leash.VARIABLE)
    shared = Shared(leash.Leash(path).is_let_go) if path else Shared()
    runtime = Runtime(
        params=module.params,
        check_mode=module.check_mode,
        diff_mode=module._diff,
        environ=os.environ,
        shared=shared,
        sharers=int(os.environ.get(leash.SHARERS) or 1),
        slots_folder=os.environ.get(leash.SLOTS) or None,
        no_log_values=module.no_log_values,
        play=os.environ.get(leash.PLAY) or "",
    )
    result = execute(run, runtime)
    module.no_log_values |= runtime.secrets
    for text in runtime.warnings:
        # Some versions of ansible-core do not censor warnings.
        module.warn(remove_values(text, module.no_log_values))
    # What AnsibleModule makes of the options by itself would show a plan whole.
    module.params = abbreviated(module.params)
    if result.pop("failed", False):
        module.fail_json(**result)
    module.exit_json(**result)
