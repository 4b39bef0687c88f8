# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleError

from ansible_collections.community.staffbase.plugins.module_utils._ansible.invocation import Result
from ansible_collections.community.staffbase.plugins.module_utils._run.inputs import PREFIX
from ansible_collections.community.staffbase.plugins.modules.staffbase_import_plan import DEFINITION, INPUTS
from ansible_collections.community.staffbase.plugins.plugin_utils._in_worker import InWorker


class ActionModule(InWorker):
    """Decides on the controller, whatever the connection is: it needs nothing of the host but its variables."""

    definition = DEFINITION

    def run(self, tmp: t.Any = None, task_vars: dict[str, t.Any] | None = None) -> Result:  # noqa: ARG002
        variables = task_vars or {}
        arguments = self._task.args
        arguments.setdefault("source", str(variables.get("inventory_hostname", "")))
        if "inputs" not in arguments:
            arguments["inputs"] = self._inputs(variables, strict=arguments.get("decide") == "inputs")
        result = self._perform(arguments["source"])
        # What it was given are results of tasks that were shown when they ended.
        result.pop("invocation", None)
        return result

    def _inputs(self, variables: dict[str, t.Any], *, strict: bool) -> dict[str, t.Any]:
        """Return the inputs of the role that the host has. Only when they are checked, one that cannot be read is an error."""
        found = {}
        for name in INPUTS:
            if PREFIX + name in variables:
                try:
                    found[name] = self._templar.template(variables[PREFIX + name])
                except AnsibleError as error:
                    if strict:
                        raise AnsibleError(f"{PREFIX}{name} cannot be read: {error}. Nothing was sent.") from error
        return found
