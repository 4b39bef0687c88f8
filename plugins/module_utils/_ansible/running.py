# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module in a process of its own."""

from __future__ import annotations

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from .invocation import Definition, Invocation


def run(definition: Definition) -> None:
    """Run what is defined and end the process with its result. Every module here supports check mode."""
    module = _module_of(definition)
    if definition.missing is not None:
        module.fail_json(msg=missing_required_lib(definition.missing))
    invocation = Invocation(module.params, module.check_mode)
    result = definition.perform(invocation)
    for text in invocation.warnings:
        module.warn(text)
    result["invocation"] = {"module_args": definition.displayable(module.params)}
    if result.get("failed"):
        module.fail_json(**result)
    module.exit_json(**result)


def _module_of(definition: Definition) -> AnsibleModule:
    class Module(AnsibleModule):
        """Knows which options are secret before it shows or logs any: it does so while it is being made."""

        def _load_params(self) -> None:
            super()._load_params()
            self.argument_spec = definition.spec(self.params)

    return Module(argument_spec=definition.spec({}), supports_check_mode=True, **definition.rules)
