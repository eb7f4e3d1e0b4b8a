# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fast front door: runs a module's ``run`` inside the controller's worker instead of in a Python of its own.

PRIVATE to the collection, for action plugins only. What reaches the screen is the same through both doors; the tests in tests/playbooks run through
both. Private parts of ansible-core that are touched, all of them here but the id of a play (_input/play_view.py): three attributes of the argument
validator's result, and the JSON encoders of ``ansible.module_utils.common.json``.
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import sys
import threading
import time
import typing as t

from ansible import constants as C  # noqa: N812 - the name that all of ansible-core uses
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator, ValidationResult
from ansible.module_utils.common.parameters import remove_values
from ansible.module_utils.errors import UnsupportedError
from ansible.plugins.action import ActionBase
from ansible.plugins.action.normal import ActionModule as OrdinaryAction
from ansible.utils.display import Display
from ansible_collections.azdo.connections.plugins.module_utils._rest.http import REQUESTS_MISSING
from ansible_collections.azdo.connections.plugins.module_utils._run import leash
from ansible_collections.azdo.connections.plugins.module_utils._run.runtime import Runtime, Shared, abbreviated, execute
from ansible_collections.azdo.connections.plugins.module_utils._sign_in.options import SIGN_IN_OPTIONS, expanded
from ansible_collections.azdo.connections.plugins.plugin_utils._screen import display_of_core

try:
    # ansible-core 2.19 and later keep origins and trust on values, which must not travel into a module or out of it.
    from ansible.module_utils.common.json import Direction, get_module_encoder  # type: ignore[attr-defined, unused-ignore]
except ImportError:
    from ansible.module_utils.common.json import AnsibleJSONEncoder

    _TO_MODULE: dict[str, t.Any] = {"cls": AnsibleJSONEncoder, "vault_to_text": True}
    _FROM_MODULE: dict[str, t.Any] = {"cls": AnsibleJSONEncoder}
else:
    _TO_MODULE = {"cls": get_module_encoder("legacy", Direction.CONTROLLER_TO_MODULE)}
    _FROM_MODULE = {"cls": get_module_encoder("legacy", Direction.MODULE_TO_CONTROLLER)}

Json = dict[str, t.Any]

# Options that protect: an empty one must not pass for "not wanted".
_GUARDS = ("plan_digest", "journal", "secret_version")
# Options whose every suboption narrows what a task is about.
_NARROWING = ("scope", "role_assignment", "role_assignments", "checks")
_NO_TEXT = (
    'was read as a number or a flag and is no text any more. Put names in quotes, for example "1.10" or "yes" '
    "(in a template: with the filter string, where the variable is made)."
)
_PROGRESS_EVERY_SECONDS = 5.0
_LOOK_EVERY_SECONDS = 0.1

# What the items of a loop share, as the one entry of a list. Each task has a worker of its own, forked, so this never crosses a task: what was
# made in the parent is not usable on this side.
_SHARED = [Shared()]


class InProcessAction(OrdinaryAction):
    """Base of the action plugins: ``MODULE`` is the module file, with its ``ARGUMENT_SPEC`` and ``run``."""

    MODULE: t.Any

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> Json:
        variables = task_vars or {}
        if refused := self._prepare():
            result: Json = ActionBase.run(self, tmp, variables)
            return {**result, "failed": True, "msg": refused}
        reason = self._why_ordinary(variables)
        if reason and (refused := self._why_not_there(reason)):
            result = ActionBase.run(self, tmp, variables)
            return {**result, "failed": True, "msg": refused}
        if reason:
            Display().vvv(f"azdo.connections: run as an ordinary module, because of {reason}")
            with self._starting_from_here(), self._on_a_leash(reason, variables), self._secrets_hidden():
                return t.cast(Json, OrdinaryAction.run(self, tmp, variables))
        # Not super().run(), which would execute the module.
        result = ActionBase.run(self, tmp, variables)
        result.update(self._run_here(variables))
        return result

    def _prepare(self) -> str:
        """What must be settled before either door. Returns why the task is refused, or an empty text."""
        arguments = self._task.args
        # A blank answer of a survey means "not set", also where the option is no text or has choices.
        blank = [name for name, value in arguments.items() if name in SIGN_IN_OPTIONS and value in ("", None)]
        self._task.args = {name: value for name, value in arguments.items() if name not in blank}
        if self._connection.transport == "local":
            self._task.args = _from_here(self._task.args, self.MODULE.ARGUMENT_SPEC)
        empty = sorted(name for name, value in arguments.items() if self._came_out_empty(name, value))
        empty += sorted(_came_out_null(arguments, self.MODULE.ARGUMENT_SPEC))
        if empty:
            # A template that came out empty would otherwise mean "all projects", or a run that nobody approved.
            return f"{', '.join(empty)} is null or empty. Leave it out, or give it a value."
        misread = sorted(_misread(arguments, self.MODULE.ARGUMENT_SPEC))
        return f"{', '.join(misread)} {_NO_TEXT}" if misread else ""

    def _came_out_empty(self, name: str, value: t.Any) -> bool:
        kind = self.MODULE.ARGUMENT_SPEC.get(name, {}).get("type")
        return (value is None and kind == "list") or (value in (None, "") and (kind == "dict" or name in _GUARDS))

    def _why_not_there(self, reason: str) -> str:
        """Why the task cannot run as an ordinary module, or an empty text: files of the controller are on the controller."""
        own = {name: spec for name, spec in self.MODULE.ARGUMENT_SPEC.items() if name not in SIGN_IN_OPTIONS}
        named = list(_naming_files(self._task.args, own))
        away = reason.startswith("connection ") or reason in ("become", "async")
        return (
            f"{', '.join(named)} names a file on the controller, which does not go with {reason}."
            if named and away
            else ""
        )

    def _sharers(self, variables: dict[str, t.Any]) -> int:
        """How many hosts run this task side by side."""
        if self._task.run_once:
            return 1
        most = [
            int(variables.get("ansible_forks") or _setting("DEFAULT_FORKS", variables, 5)),
            len(variables.get("ansible_play_batch") or [""]),
        ]
        return max(1, min([*most, self._task.throttle] if self._task.throttle else most))

    def _why_ordinary(self, variables: dict[str, t.Any]) -> str:
        """Why this task cannot run in process, or an empty text."""
        if self._connection.transport != "local":
            return f"connection {self._connection.transport}"
        if self._connection.become is not None:
            return "become"
        if self._task.async_val:
            return "async"
        if any(self._task.environment or ()):
            return "environment"
        if _setting("DEFAULT_KEEP_REMOTE_FILES", variables, False):
            return "ANSIBLE_KEEP_REMOTE_FILES"
        if sys.platform == "darwin":
            # Forked processes that use the network can crash there.
            return "macOS"
        if REQUESTS_MISSING is not None:
            return "a missing library"
        delegate = self._task.delegate_to
        own = variables.get("ansible_delegated_vars", {}).get(delegate, {}) if delegate else variables
        python = str(self._templar.template(C.config.get_config_value("INTERPRETER_PYTHON", variables=own)) or "auto")
        return "" if python.startswith("auto") or _is_this_python(python) else f"interpreter {python}"

    def _run_here(self, variables: dict[str, t.Any]) -> Json:
        checked = ArgumentSpecValidator(self.MODULE.ARGUMENT_SPEC).validate(_as_sent(self._task.args))
        runtime = Runtime(
            params=checked.validated_parameters,
            check_mode=self._task.check_mode,
            diff_mode=self._task.diff,
            environ=os.environ,
            shared=_usable_shared(),
            progress=_Progress(_host_among_others(variables)),
            sharers=self._sharers(variables),
            slots_folder=_slots_folder(),
            play=_play(),
            no_log_values=frozenset(map(str, checked._no_log_values)),
            warnings=[
                f"Both option {item['option']} and its alias {item['alias']} are set." for item in checked._warnings
            ],
        )
        if checked.error_messages:
            result: Json = {"failed": True, "msg": self._invalid(checked)}
        else:
            result = execute(self.MODULE.run, runtime)
        return self._finish(result, runtime, checked, variables)

    def _invalid(self, checked: ValidationResult) -> str:
        message = str(checked.errors.msg)
        if isinstance(checked.errors[0], UnsupportedError):
            return f"Unsupported parameters for ({self._task.action}) module: {message}"
        return message

    def _finish(self, result: Json, runtime: Runtime, checked: ValidationResult, variables: dict[str, t.Any]) -> Json:
        """Add what AnsibleModule adds, and censor everything, in the way of AnsibleModule: flags are kept as they are."""
        if not _wants_traceback():
            result.pop("exception", None)
        if runtime.warnings:
            result["warnings"] = runtime.warnings
        if checked._deprecations:
            result["deprecations"] = [
                {key: value for key, value in item.items() if key != "date" or value} for item in checked._deprecations
            ]
        secrets = {*checked._no_log_values, *runtime.secrets}
        result = _censored(result, secrets)
        if _setting("INJECT_INVOCATION", variables, True):
            shown = abbreviated(checked.validated_parameters)
            result["invocation"] = _censored({"module_args": shown}, secrets)
        return result

    @contextlib.contextmanager
    def _secrets_hidden(self) -> t.Iterator[None]:
        """With ANSIBLE_DEBUG ansible-core writes the arguments of an ordinary module as they are, secrets included."""
        arguments = self._task.args
        self._task.args = _hide(arguments, self.MODULE.ARGUMENT_SPEC)
        try:
            yield
        finally:
            self._task.args = arguments

    @contextlib.contextmanager
    def _starting_from_here(self) -> t.Iterator[None]:
        """Tell a module's own process on this machine where the person stands: ansible-core starts it in the folder of the playbook."""
        if self._connection.transport != "local":
            yield
            return
        os.environ[leash.STARTED_IN] = os.getcwd()
        try:
            yield
        finally:
            del os.environ[leash.STARTED_IN]

    @contextlib.contextmanager
    def _on_a_leash(self, reason: str, variables: dict[str, t.Any]) -> t.Iterator[None]:
        """Make the module's own process end its work when this task ends, however it ends.

        The process gets the leash, and what the environment keyword says, from our own environment: ansible-core would put both on a command
        line, which it shows with -vvv, secrets included.
        """
        if self._connection.transport != "local" or reason in ("become", "async"):
            yield
            return
        wanted: dict[str, t.Any] = {}
        self._compute_environment_string(wanted)
        ours, theirs = dict(os.environ), self._task.environment
        holder, over = leash.Holder(), threading.Event()
        threading.Thread(target=_let_go_when_orphaned, args=(holder, over), name="azdo-leash", daemon=True).start()
        try:
            self._task.environment = []
            os.environ.update(
                {name: str(value) for name, value in wanted.items()},
                **{
                    leash.VARIABLE: holder.path,
                    leash.SHARERS: str(self._sharers(variables)),
                    leash.SLOTS: _slots_folder(),
                    leash.PLAY: _play(),
                },
            )
            yield
        finally:
            over.set()
            holder.let_go()
            self._task.environment = theirs
            os.environ.clear()
            os.environ.update(ours)


def _came_out_null(arguments: Json, spec: dict[str, dict[str, t.Any]], where: str = "") -> t.Iterator[str]:
    """Suboptions that are null although they narrow: behind the argument spec they look as if nobody had set them."""
    for name, value in arguments.items():
        suboptions = spec.get(name, {}).get("options") or {}
        for item in value if suboptions and isinstance(value, list) else [value]:
            if not suboptions or not isinstance(item, dict):
                continue
            for inner, given in item.items():
                whole = suboptions.get(inner, {}).get("type") in ("list", "dict")
                if given is None and inner in suboptions and (whole or name in _NARROWING):
                    yield f"{where}{name}.{inner}"
            yield from _came_out_null(item, suboptions, f"{where}{name}.")


def _misread(arguments: Json, spec: dict[str, dict[str, t.Any]], where: str = "") -> t.Iterator[str]:
    """Texts that YAML or a template took for something else: what 1.10 and yes were before cannot be told any more. 7 is 7."""
    for name, value in arguments.items():
        option, path = spec.get(name, {}), f"{where}{name}"
        text = "str" in (option.get("type"), option.get("elements")) and not option.get("choices")
        for item in value if isinstance(value, list) else [value]:
            if text and isinstance(item, bool | float):
                yield path
            elif isinstance(item, dict) and option.get("options"):
                yield from _misread(item, option["options"], f"{path}.")


def _from_here(arguments: Json, spec: dict[str, dict[str, t.Any]]) -> Json:
    """The arguments with every path absolute: relative to where the person stands, not to the playbook, whose folder may be a collection's."""

    def settled(name: str, value: t.Any) -> t.Any:
        option = spec.get(name, {})
        if option.get("type") == "path" and isinstance(value, str) and value:
            return os.path.abspath(expanded(value))
        if option.get("elements") == "path" and isinstance(value, list | tuple | str) and value:
            # As Ansible reads a list that is given as one text.
            listed = [part.strip() for part in value.split(",")] if isinstance(value, str) else value
            return [os.path.abspath(expanded(part)) if isinstance(part, str) and part else part for part in listed]
        inside = isinstance(value, dict) and option.get("options")
        return _from_here(value, option["options"]) if inside else value

    return {name: settled(name, value) for name, value in arguments.items()}


def _naming_files(arguments: Json, spec: dict[str, dict[str, t.Any]], above: str = "") -> t.Iterator[str]:
    """The names of the options, at any depth, that name a file."""
    for name, value in arguments.items():
        option = spec.get(name, {})
        if value and "path" in (option.get("type"), option.get("elements")):
            yield f"{above}{name}"
        elif isinstance(value, dict):
            yield from _naming_files(value, option.get("options") or {}, f"{above}{name}.")


def _play() -> str:
    """What all workers of this ansible-playbook have in common and no other has: its temporary folder. In a container its process id is always the same."""
    return os.path.basename(str(vars(C)["DEFAULT_LOCAL_TMP"]))


def _slots_folder() -> str:
    """A folder that all workers of this ansible-playbook know and nobody else may enter; ansible-core removes it at the end."""
    folder = os.path.join(str(vars(C)["DEFAULT_LOCAL_TMP"]), "azdo-slots")
    os.makedirs(folder, mode=0o700, exist_ok=True)
    return folder


class _Hidden(str):
    """A text that is itself wherever it is used, and stars where a person would see it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'********'"


def _hide(arguments: Json, spec: dict[str, dict[str, t.Any]]) -> Json:
    """The arguments with their secret texts hidden, those of suboptions too."""
    hidden = dict(arguments)
    for name, value in arguments.items():
        option = spec.get(name, {})
        suboptions = option.get("options")
        if suboptions and isinstance(value, dict):
            hidden[name] = _hide(value, suboptions)
        elif suboptions and isinstance(value, str) and any(inner.get("no_log") for inner in suboptions.values()):
            # A mapping may also be written as one text.
            hidden[name] = _Hidden(value)
        elif value is not None and (option.get("no_log") or "@" in str(value)):
            # Not only texts: what came from a vault is an object of its own in ansible-core 2.16. An address may hold a token in front of its host.
            hidden[name] = _Hidden(value)
    return hidden


class _Progress:
    """Shows a line on the standard error stream, not more often than people can read.

    :param host: whose task it is, where there may be several.
    """

    def __init__(self, host: str | None) -> None:
        self._who = f"[{host}] " if host else ""
        self._next = time.monotonic() + _PROGRESS_EVERY_SECONDS

    def __call__(self, line: str) -> None:
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + _PROGRESS_EVERY_SECONDS
            display_of_core()(Display(), f"azdo.connections: {self._who}{line}", stderr=True)


def _host_among_others(variables: dict[str, t.Any]) -> str | None:
    """The host of this task, if the play has more than one."""
    several = len(variables.get("ansible_play_hosts_all") or ()) > 1
    return str(variables.get("inventory_hostname")) if several else None


def _usable_shared() -> Shared:
    if not _SHARED[0].usable:
        _SHARED[0] = Shared(_is_orphan)
    return _SHARED[0]


def _is_orphan() -> bool:
    """Whether ansible-playbook has ended and left this worker behind, as it does when only the parent gets a signal."""
    parent = multiprocessing.parent_process()
    return parent is not None and os.getppid() != parent.pid


def _let_go_when_orphaned(holder: leash.Holder, over: threading.Event) -> None:
    """The main thread of the worker sits waiting for the module, so another one has to look."""
    while not over.wait(_LOOK_EVERY_SECONDS):
        if _is_orphan():
            holder.let_go()
            return


def _is_this_python(path: str) -> bool:
    """Whether the path is the controller's own interpreter. All virtual environments of one Python have the same real path, so folders count."""
    if path == sys.executable:
        return True
    try:
        same_folder = os.path.realpath(os.path.dirname(path)) == os.path.realpath(os.path.dirname(sys.executable))
        return same_folder and os.path.samefile(path, sys.executable)
    except OSError:
        return False


def _censored(result: Json, secrets: set[str]) -> Json:
    """The result as JSON would carry it, without the secrets. Flags and nulls at the top stay, as AnsibleModule keeps them.

    ``remove_values`` looks at every value and costs more than all the rest of a task, so it runs only if a secret occurs at all.
    """
    text = json.dumps(result, **_FROM_MODULE)
    plain: Json = json.loads(text)
    if not any(json.dumps(str(secret))[1:-1] in text for secret in secrets):
        return plain
    flags = {key: value for key, value in plain.items() if value is None or isinstance(value, bool)}
    return {**remove_values(plain, secrets), **flags}


def _as_sent(arguments: Json) -> Json:
    """The arguments after a trip through JSON, as every module receives them."""
    sent: Json = json.loads(json.dumps(arguments, **_TO_MODULE))
    return {name: value for name, value in sent.items() if not name.startswith("_ansible_")}


def _setting(name: str, variables: dict[str, t.Any] | None, default: t.Any) -> t.Any:
    """A setting of ansible-core, or the default where this version does not have it."""
    if not C.config.get_configuration_definition(name):
        return default
    return C.config.get_config_value(name, variables=variables)


def _wants_traceback() -> bool:
    wanted = _setting("DISPLAY_TRACEBACK", None, None)
    if wanted is None:
        return bool(Display().verbosity >= 3 or _setting("DEFAULT_DEBUG", None, False))
    return bool({"always", "error"} & set(wanted))
