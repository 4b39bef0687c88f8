# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running a step that needs no service."""

from __future__ import annotations

import typing as t

from ansible.module_utils.basic import AnsibleModule

from .._api.errors import StaffbaseError

LocalStep = t.Callable[[AnsibleModule], dict[str, t.Any]]


def run_local(module: AnsibleModule, step: LocalStep) -> None:
    """Run `step` and end the module with what it returns, or with `msg` and `failure`."""
    end(module, _outcome(module, step))


def end(module: AnsibleModule, outcome: dict[str, t.Any] | StaffbaseError) -> None:
    """End the module. Not inside an "except": there, fail_json would print a traceback."""
    if isinstance(outcome, StaffbaseError):
        module.fail_json(msg=str(outcome), failure=outcome.failure(), **outcome.details)
    module.exit_json(**outcome)


def _outcome(module: AnsibleModule, step: LocalStep) -> dict[str, t.Any] | StaffbaseError:
    try:
        return step(module)
    except StaffbaseError as error:
        return error
