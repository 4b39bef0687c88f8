# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module inside Ansible's worker, without a playbook around it."""

from __future__ import annotations

import copy
import types
import typing as t
from pathlib import Path

from ansible_collections.community.staffbase.plugins.modules import staffbase_csv_delta
from ansible_collections.community.staffbase.plugins.plugin_utils._in_worker import InWorker

Result = dict[str, t.Any]


def action(kind: type[InWorker], **arguments: t.Any) -> InWorker:
    """Return the action of a task on the controller itself, with nothing that wants a process of its own."""
    task = types.SimpleNamespace(action="a module", args=arguments, async_val=0, environment=None, check_mode=False, no_log=False, diff=False)
    connection = types.SimpleNamespace(transport="local", become=None, has_pipelining=True)
    return kind(task=task, connection=connection, play_context=None, loader=None, templar=None, shared_loader_obj=None)


class Delta(InWorker):
    definition = staffbase_csv_delta.DEFINITION


def test_the_options_of_a_module_stay_as_they_were_defined(tmp_path: Path) -> None:
    """Ansible fills in the defaults of suboptions in place, and the next task of a loop runs in the same process."""
    before = copy.deepcopy(Delta.definition.arguments)
    absent = str(tmp_path / "absent")
    result = action(Delta, previous=absent, current=absent, dest=str(tmp_path / "dest"), identifier="id").run(task_vars={})
    assert result["failed"]
    assert absent in result["msg"]
    assert Delta.definition.arguments == before
