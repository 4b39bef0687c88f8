# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Let a test act in the middle of a run: when a call arrives at the simulator, or when a task of the playbook begins."""

from __future__ import annotations

import json
import sys
import typing as t
from pathlib import Path

from simulator import Simulator

from .controller import Controller


def when_called(tenant: Simulator, act: t.Callable[[str], t.Any]) -> None:
    """Let `act` see each call as it arrives, before it is carried out: who called waits for the answer meanwhile."""
    log = tenant.world.log
    real = log.add

    def add(**values: t.Any) -> t.Any:
        record = real(**values)
        act(record.call)
        return record

    log.add = add  # type: ignore[method-assign]


def when_task_begins(controller: Controller, **scripts: tuple[str, str]) -> None:
    """Run each script, a pair of a task's name and Python code, when that task begins."""
    commands: dict[str, list[list[str]]] = {}
    for task, code in scripts.values():
        commands.setdefault(task, []).append([sys.executable, "-c", code])
    controller.environment.update(
        ANSIBLE_CALLBACK_PLUGINS=str(Path(__file__).with_name("callback_plugins")), ANSIBLE_CALLBACKS_ENABLED="at_task", AT_TASK=json.dumps(commands))
