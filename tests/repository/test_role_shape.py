# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role shows the chain of its steps and decides nothing: what its YAML may hold."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import pytest
import yaml

from support.documents import ROOT

ROLE = ROOT / "roles/delta_import"
FILES = sorted(path for folder in ("tasks", "vars", "defaults") for path in (ROLE / folder).glob("*.yml"))
TASKS = sorted((ROLE / "tasks").glob("*.yml"))

#: The only private variable that one file may set and another one read: what was decided.
PLAN = "__delta_import_plan"

#: What makes an expression a program. `default` and a filter are none.
BRANCHES = re.compile(r"\b(and|or|if|else|not .* (and|or))\b")

#: Where a value is an expression by itself.
EXPRESSIONS = ("when", "that", "until", "changed_when", "failed_when")


def expressions(value: t.Any, name: str = "") -> t.Iterator[str]:
    """Yield every expression below a value of YAML, conditions too."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from expressions(one, str(key))
    elif isinstance(value, list):
        for one in value:
            yield from expressions(one, name)
    elif isinstance(value, str):
        found = re.findall(r"\{\{(.*?)\}\}|\{%(.*?)%\}", value, re.DOTALL)
        yield from ("".join(parts) for parts in found)
        if name in EXPRESSIONS and not found:
            yield value


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_expression_is_a_program(path: Path) -> None:
    for one in expressions(yaml.safe_load(path.read_text(encoding="utf-8"))):
        assert "\n" not in one.strip(), one
        assert not BRANCHES.search(one), one


@pytest.mark.parametrize("path", TASKS, ids=lambda path: path.name)
def test_a_task_has_one_condition(path: Path) -> None:
    """A list of conditions is several of them; what is asserted is a list by its nature."""
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"^ *(when|changed_when|failed_when|until):\s*(\[.*)?$", text, re.MULTILINE)


def test_the_variables_hold_the_connection_alone() -> None:
    text = (ROLE / "vars/main.yml").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 50
    assert set(yaml.safe_load(text)) == {"__delta_import_connection"}


def test_no_file_reads_what_another_one_sets_but_by_the_plan() -> None:
    """The connection of vars/main.yml is what vars are for."""
    texts = {path: path.read_text(encoding="utf-8") for path in TASKS}
    set_in = {
        path: set(re.findall(r"^ *(?:register: )?(__\w+):?(?: .*)?$", text, re.MULTILINE)) for path, text in texts.items()}
    for path, text in texts.items():
        read = set(re.findall(r"__delta_import_\w+", text)) - {PLAN, "__delta_import_connection"}
        assert read <= set_in[path], path.name
    assert sorted(name for path in TASKS for name in set_in[path] - {PLAN}) == sorted({name for path in TASKS for name in set_in[path] - {PLAN}})


@pytest.mark.parametrize("path", [*FILES, *(ROOT / "playbooks").glob("*.yml")], ids=lambda path: f"{path.parent.name}/{path.name}")
def test_nothing_is_written_around_a_version_of_ansible(path: Path) -> None:
    assert not re.search(r"ansible-core|2[.]1[0-9]|ansible_version", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", sorted((ROOT / "playbooks").glob("*.yml")), ids=lambda path: path.name)
def test_no_playbook_reads_what_is_private_to_a_role(path: Path) -> None:
    assert not re.search(r"\b__\w+", path.read_text(encoding="utf-8"))
