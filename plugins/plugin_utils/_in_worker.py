# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running a module inside Ansible's own worker process when the target is the controller itself.

That is many times faster than a process for each task, and the options, the token among them, are never written to a file. What
runs is the very definition that the module runs. Everywhere else the module is transferred as usual, by pipelining where
the connection can do it, so that the token is not written to the target either.
"""

from __future__ import annotations

import os
import sys
import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.parameters import remove_values
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action.normal import ActionModule as NormalAction
from ansible.utils.display import Display

from ansible_collections.community.staffbase.plugins.module_utils._ansible.invocation import Definition, Invocation, Result
from ansible_collections.community.staffbase.plugins.module_utils._printable import printable

#: A variable; `false` gives each module a process of its own, as any other module has. `true` is the default, except on macOS.
SWITCH = "staffbase_in_worker"

#: A variable; `false` leaves pipelining as it is configured, for a target whose sudo wants a terminal.
PIPELINING = "staffbase_pipelining"

#: From this verbosity on, Ansible shows the options of a task.
SHOWS_OPTIONS = 3

display = Display()


class InWorker(NormalAction):
    """The action of a module; `definition` is the module's."""

    definition: t.ClassVar[Definition]

    def run(self, tmp: t.Any = None, task_vars: dict[str, t.Any] | None = None) -> Result:
        """Run the task here if it may run here, else as the module that it is."""
        variables = task_vars or {}
        if not self._may_run_here(variables):
            self._use_pipelining(variables)
            return super().run(tmp, task_vars)
        return self._perform(str(variables.get("inventory_hostname", "")))

    def _may_run_here(self, variables: dict[str, t.Any]) -> bool:
        """The same user, the same machine, the same environment, and nothing that wants a process of its own."""
        return (
            getattr(self._connection, "transport", None) == "local"
            and getattr(self._connection, "become", None) is None
            and not self._task.async_val
            and not any(self._task.environment or ())
            and self.definition.missing is None
            and boolean(variables.get(SWITCH, not may_crash_after_fork()), strict=False)
        )

    def _use_pipelining(self, variables: dict[str, t.Any]) -> None:
        if self._task.async_val or not self._connection.has_pipelining or not boolean(variables.get(PIPELINING, True), strict=False):
            return
        try:
            self._connection.set_option("pipelining", True)
        except (KeyError, AttributeError):
            display.vvv("This connection has no option for pipelining.")

    def _perform(self, host: str) -> Result:
        arguments = {name: plain(value) for name, value in self._task.args.items()}
        spec = self.definition.spec(arguments)
        validated = ArgumentSpecValidator(spec, **self.definition.rules).validate(arguments)
        params = validated.validated_parameters
        invocation = Invocation(params, bool(self._task.check_mode), watcher=self._watcher(host))
        if validated.error_messages:
            result: Result = {"failed": True, "msg": printable(f"{self._task.action}: {'; '.join(validated.error_messages)}")}
        else:
            result = self.definition.perform(invocation)
        if invocation.warnings and not self._task.no_log:
            # In the result, as from any other module. Newer versions of ansible-core show these also when the task has `no_log`.
            result["warnings"] = invocation.warnings
        if display.verbosity >= SHOWS_OPTIONS:
            result["invocation"] = {"module_args": self.definition.displayable(params)}
        secrets = {str(params[name]) for name, rules in spec.items() if rules.get("no_log") and params.get(name)}
        return {"changed": False, **remove_values(result, secrets)}

    def _watcher(self, host: str) -> t.Callable[[str], None] | None:
        """Return what shows a line at once. With `no_log`, nothing of a task is shown."""
        return None if self._task.no_log else lambda text: display.display(f"[{host}] {text}")


def may_crash_after_fork() -> bool:
    """Tell whether a request may kill the worker.

    On macOS, Python asks the system for its proxies unless the environment names one (<name>_proxy; `no_proxy` will do). The system's
    library does not work in a process that was forked from one with threads, as Ansible's workers are: the worker dies, and with it the
    play (python/cpython#75999, ansible/ansible#76322). The modules that send nothing have the same rule, so that all have the same Python.
    """
    return sys.platform == "darwin" and not _names_a_proxy(os.environ)


def _names_a_proxy(environment: t.Mapping[str, str]) -> bool:
    """As urllib.request.getproxies_environment, which takes longer to load than such a task: a name in lower case wins, also an empty one."""
    named = {name.lower() for name, value in environment.items() if value}
    return any(name.endswith("_proxy") for name in named.difference(name for name, value in environment.items() if not value))


def plain(value: t.Any) -> t.Any:
    """Return an argument as a module in another process would get it: without the types that Ansible's templates carry."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, (int, float)):
        return (float if isinstance(value, float) else int)(value)
    if isinstance(value, t.Mapping):
        return {plain(key): plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    # Dates, and secrets of a vault that are decrypted by being read.
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
