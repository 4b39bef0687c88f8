# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module inside Ansible's worker, without a playbook around it."""

from __future__ import annotations

import copy
import dataclasses
import sys
import types
import typing as t
from pathlib import Path
from urllib.request import getproxies_environment

import pytest
from ansible.plugins.action.normal import ActionModule as NormalAction

from ansible_collections.community.staffbase.plugins.module_utils._ansible.invocation import Definition
from ansible_collections.community.staffbase.plugins.modules import staffbase_csv_delta
from ansible_collections.community.staffbase.plugins.plugin_utils._in_worker import InWorker

Result = dict[str, t.Any]

#: What a module in a process of its own returns here.
TRANSFERRED = {"transferred": True}


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


class Mute(InWorker):
    """Does nothing, wherever it runs."""

    definition = Definition({}, lambda _invocation: {})


@pytest.fixture
def is_inside(monkeypatch: pytest.MonkeyPatch) -> t.Callable[..., bool]:
    """Tell with given variables whether a task runs inside the worker."""
    monkeypatch.setattr(NormalAction, "run", lambda self, tmp=None, task_vars=None: TRANSFERRED)
    monkeypatch.setattr(Mute, "_use_pipelining", lambda self, variables: None)
    return lambda **variables: action(Mute).run(task_vars=variables) != TRANSFERRED


def test_where_the_python_of_ansible_lacks_a_library_the_module_gets_another_one(
    monkeypatch: pytest.MonkeyPatch, is_inside: t.Callable[..., bool],
) -> None:
    """A process of its own runs with `ansible_python_interpreter`."""
    assert is_inside()
    monkeypatch.setattr(Mute, "definition", dataclasses.replace(Mute.definition, missing="requests"))
    assert not is_inside(staffbase_in_worker=True)


def test_on_macos_nothing_runs_inside_the_worker_by_itself(monkeypatch: pytest.MonkeyPatch, is_inside: t.Callable[..., bool]) -> None:
    """There, to ask the system for its proxies kills a process that was forked."""
    assert is_inside()
    monkeypatch.setattr(sys, "platform", "darwin")
    assert not is_inside()
    assert not is_inside(staffbase_in_worker="no")


@pytest.mark.parametrize("wish", [True, "true", "yes"])
def test_on_macos_who_says_so_gets_it(monkeypatch: pytest.MonkeyPatch, is_inside: t.Callable[..., bool], wish: object) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert is_inside(staffbase_in_worker=wish)


@pytest.mark.parametrize("variable", ["NO_PROXY", "no_proxy", "https_proxy", "HTTPS_PROXY"])
def test_on_macos_a_proxy_in_the_environment_is_enough(
    monkeypatch: pytest.MonkeyPatch, is_inside: t.Callable[..., bool], variable: str,
) -> None:
    """Then nobody asks the system; an empty variable says nothing."""
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setenv(variable, "*" if "no" in variable.lower() else "http://proxy.example.com:3128")
    assert is_inside()
    assert not is_inside(staffbase_in_worker=False)
    monkeypatch.setenv(variable, "")
    assert not is_inside()


@pytest.mark.parametrize("value", ["", "x"])
@pytest.mark.parametrize("other", ["", "x"])
@pytest.mark.parametrize("names", [
    ("http_proxy", "HTTP_PROXY"), ("no_proxy", "NO_PROXY"), ("https_proxy", "NO_PROXY"), ("proxy", "_PROXIES"), ("A", "B"),
])
def test_what_names_a_proxy_is_what_python_takes_for_one(
    monkeypatch: pytest.MonkeyPatch, is_inside: t.Callable[..., bool], names: tuple[str, str], value: str, other: str,
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setenv(names[0], value)
    monkeypatch.setenv(names[1], other)
    assert is_inside() is bool(getproxies_environment())
