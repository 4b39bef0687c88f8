# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lets something happen between two tasks, at a moment that is always the same: when the second one begins."""

from __future__ import annotations

import json
import os
import subprocess
import typing as t

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: at_task
type: notification
short_description: Run a command when a task begins
description:
  - The environment variable C(AT_TASK) holds JSON, the name of a task -> a command as a list. The task waits until the command has ended.
"""


class CallbackModule(CallbackBase):
    """Waits for the tasks."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "at_task"
    CALLBACK_NEEDS_ENABLED = True

    def v2_playbook_on_task_start(self, task: t.Any, is_conditional: bool) -> None:
        commands = json.loads(os.environ.get("AT_TASK", "{}"))
        for command in commands.get(task.name, []):
            subprocess.run(command, check=True)
