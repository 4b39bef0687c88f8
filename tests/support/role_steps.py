# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tasks of the installed role, run one after the other without `ansible-playbook`: the same files, the same action plugins, a tenth of the time.

Only what the role uses is understood; anything else is an error. What a run prints is in the form that the tests read: warnings, failures, and the
custom stats. Where it matters that Ansible itself reads the role, tests use `Controller.play` or forked.py.
"""

from __future__ import annotations

import functools
import importlib
import json
import os
import sys
import types
import typing as t
from pathlib import Path

import yaml
from jinja2 import Environment, StrictUndefined, Undefined

COLLECTION = "community.staffbase"
PREFIX = f"{COLLECTION}."
BUILTIN = "ansible.builtin."

Variables = dict[str, t.Any]
OMIT = object()
#: What a task may have beside its module. What is only shown, or only counted, is read over.
KEYWORDS = {
    "name", "when", "register", "check_mode", "changed_when", "failed_when", "vars", "module_defaults", "block", "always", "throttle", "no_log"}


class Failed(Exception):
    """A task has failed."""


def main(command: list[str]) -> int:
    """Run the role for the only host of an inventory in JSON; of the options, -e and --check are understood."""
    role = next(Path(folder) / f"ansible_collections/{COLLECTION.replace('.', '/')}/roles/delta_import" for folder in _collections())
    shared, host, variables = _inventory(Path(command[command.index("-i") + 1]))
    extra = json.loads(command[command.index("-e") + 1]) if "-e" in command else {}
    run = _Run(role, host, {**shared, **variables, **extra}, "--check" in command)
    try:
        run.validate()
        run.file("main")
    except Failed as error:
        print(f"fatal: [{host}]: FAILED! => {error}")
        return 2
    finally:
        print(f"CUSTOM STATS:\n\tRUN: {json.dumps(run.stats, default=str)}")
    return 0


def _collections() -> t.Iterator[str]:
    for folder in os.environ["ANSIBLE_COLLECTIONS_PATH"].split(os.pathsep):
        if Path(folder, f"ansible_collections/{COLLECTION.replace('.', '/')}").is_dir():
            yield folder


def _inventory(path: Path) -> tuple[Variables, str, Variables]:
    (group,) = json.loads(path.read_text(encoding="utf-8")).values()
    ((host, variables),) = group["hosts"].items()
    return group["vars"], host, variables


@functools.cache
def load(path: Path) -> t.Any:
    """Read a file of YAML, once."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))


class _Run:
    def __init__(self, role: Path, host: str, given: Variables, check_mode: bool) -> None:
        self._role, self._host, self._check_mode = role, host, check_mode
        self._given = given
        self.stats: Variables = {}
        self._variables: Variables = {**load(role / "defaults/main.yml"), **given, "inventory_hostname": host, "omit": OMIT}
        # Of the role's own variables, some are templates, of inputs or of each other.
        for values in (load(role / "defaults/main.yml"), load(role / "vars/main.yml")):
            self._variables.update({name: self._filled(value) for name, value in values.items() if name not in given})

    def validate(self) -> None:
        """Hold the inputs against the role's specification."""
        from ansible.module_utils.common.arg_spec import ArgumentSpecValidator  # noqa: PLC0415

        options = load(self._role / "meta/argument_specs.yml")["argument_specs"]["main"]["options"]
        asked = {name: value for name, value in self._variables.items() if name in options and value is not None}
        wrong = ArgumentSpecValidator(json.loads(json.dumps(options))).validate(asked).error_messages
        if wrong:
            raise Failed(json.dumps({"msg": wrong}))

    def file(self, name: str) -> None:
        self._tasks(load(self._role / f"tasks/{name.removesuffix('.yml')}.yml"), {})

    def _tasks(self, tasks: list[Variables], defaults: Variables) -> None:
        for task in tasks:
            self._task(task, defaults)

    def _task(self, task: Variables, defaults: Variables) -> None:
        modules = set(task) - KEYWORDS
        if "block" in task:
            assert not modules, f"not understood: {modules}"
            if not self._is_wanted(task):
                return
            defaults = {**defaults, **task.get("module_defaults", {})}
            try:
                self._tasks(task["block"], defaults)
            finally:
                self._tasks(task.get("always", []), defaults)
            return
        (name,) = modules
        assert name.startswith((PREFIX, BUILTIN)), f"not understood: {name}"
        if not self._is_wanted(task):
            self._register(task, {"changed": False, "skipped": True})
        elif name == f"{BUILTIN}include_tasks":
            self._included(task[name], defaults)
        elif name.startswith(BUILTIN):
            self._builtin(name.removeprefix(BUILTIN), self._filled(task[name]))
        else:
            self._module(name.removeprefix(PREFIX), task, defaults)

    def _included(self, file: str, defaults: Variables) -> None:
        self._tasks(load(self._role / "tasks" / file), defaults)

    def _is_wanted(self, task: Variables) -> bool:
        conditions = task.get("when", [])
        return all(bool(self._value(str(each))) for each in (conditions if isinstance(conditions, list) else [conditions]))

    def _register(self, task: Variables, result: Variables) -> None:
        if "register" in task:
            self._variables[task["register"]] = result

    def _builtin(self, name: str, options: Variables) -> None:
        if name == "set_fact":
            self._variables.update(options)
        elif name == "set_stats":
            self.stats.update(options["data"])
        elif name == "debug":
            print(options["msg"])
        elif name == "fail":
            raise Failed(json.dumps(options))
        else:
            raise AssertionError(f"not understood: {name}")

    def _module(self, name: str, task: Variables, defaults: Variables) -> None:
        shared: Variables = {}
        if f"{COLLECTION}.staffbase" in _groups(self._role, name):
            shared = self._filled(defaults.get(f"group/{COLLECTION}.staffbase", {}))
        options = {option: value for option, value in {**shared, **self._filled(task[f"{PREFIX}{name}"] or {})}.items() if value is not OMIT}
        check_mode = self._filled(task.get("check_mode", self._check_mode))
        result = self._perform(name, options, bool(check_mode) or self._check_mode)
        for warning in result.get("warnings", []):
            print(f"[WARNING]: {warning}")
        self._register(task, result)
        if result.get("failed") and "failed_when" not in task:
            raise Failed(json.dumps(result, default=str))

    def _perform(self, name: str, options: Variables, check_mode: bool) -> Variables:
        """Run the action plugin of a module, with as much of a task and a connection as it looks at."""
        action_module = importlib.import_module(f"ansible_collections.{COLLECTION}.plugins.action.{name}").ActionModule
        action = action_module.__new__(action_module)
        action._task = types.SimpleNamespace(
            args=options, check_mode=check_mode, no_log=False, action=f"{PREFIX}{name}", async_val=0, environment=[])
        action._connection = types.SimpleNamespace(transport="local", become=None, has_pipelining=False)
        action._templar = types.SimpleNamespace(template=self._filled)
        # As a registered result: a copy, of what JSON can hold.
        return json.loads(json.dumps(action.run(None, self._variables), default=str))

    # Templates

    def _filled(self, value: t.Any) -> t.Any:
        if isinstance(value, dict):
            filled = {self._filled(name): self._filled(each) for name, each in value.items()}
            return {name: each for name, each in filled.items() if each is not OMIT}
        if isinstance(value, list):
            return [self._filled(each) for each in value]
        if not isinstance(value, str) or "{{" not in value:
            return value
        text = value.strip()
        if text.startswith("{{") and text.endswith("}}") and text.count("{{") == 1:
            return self._value(text[2:-2].strip())
        return _environment().from_string(value).render(self._variables)

    def _value(self, expression: str) -> t.Any:
        found = _compiled(expression)(**self._variables)
        if isinstance(found, Undefined):
            raise Failed(json.dumps({"msg": f"{expression} is undefined"}))
        return found


@functools.cache
def _groups(role: Path, module: str) -> set[str]:
    """Return the action groups that a module is in."""
    groups = load(role.parents[1] / "meta/runtime.yml").get("action_groups", {})
    return {f"{COLLECTION}.{name}" for name, members in groups.items() if module in [str(each).removeprefix(PREFIX) for each in members]}


@functools.cache
def _environment() -> Environment:
    made = Environment(undefined=StrictUndefined, autoescape=False)
    made.filters.update(basename=os.path.basename, bool=_as_bool)
    made.globals.update(lookup=_lookup)
    return made


@functools.cache
def _compiled(expression: str) -> t.Callable[..., t.Any]:
    return _environment().compile_expression(expression, undefined_to_none=False)


def _as_bool(value: t.Any) -> bool:
    return value if isinstance(value, bool) else str(value).lower() in ("yes", "on", "1", "true")


def _lookup(plugin: str, name: str) -> str:
    assert plugin == f"{BUILTIN}env", f"not understood: {plugin}"
    return os.environ.get(name, "")


def prepare() -> None:
    """Read and compile what every run needs."""
    role = next(Path(folder) / f"ansible_collections/{COLLECTION.replace('.', '/')}/roles/delta_import" for folder in _collections())
    sys.setrecursionlimit(10_000)
    for path in role.rglob("*.yml"):
        for expression in _expressions(load(path)):
            _compiled(expression)


def _expressions(value: t.Any) -> t.Iterator[str]:
    """Yield every expression of a file that stands alone."""
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _expressions(each)
    if isinstance(value, dict):
        conditions = value.get("when", [])
        yield from (each for each in (conditions if isinstance(conditions, list) else [conditions]) if isinstance(each, str))
    if isinstance(value, str) and value.startswith("{{") and value.endswith("}}") and value.count("{{") == 1:
        yield value[2:-2].strip()
