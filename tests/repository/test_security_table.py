# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""SECURITY.md promises only what a test proves: each test and each guard that it names is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def rows(text: str) -> list[list[str]]:
    """Return the cells of each promise."""
    table = text.partition("\n| promise | guard | proven by |\n")[2].partition("\n\n")[0]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table.splitlines() if not line.startswith("| ---")]


def missing(text: str, root: Path) -> list[str]:
    """Return the tests and guards in `text` that are not below `root`, and the promises that name none."""
    found = []
    for promise, guards, proofs in rows(text):
        tests = re.findall(r"`(tests/[^`]+)`", proofs)
        paths = re.findall(r"`(_[^`]+)`", guards)
        found += [promise] if not tests or not paths else []
        found += [path for path in paths if not (root / "plugins/module_utils" / path).exists()]
        found += [name for name in tests if name.partition("::")[2] not in functions(root / name.partition("::")[0])]
    return found


def functions(path: Path) -> set[str]:
    if not path.is_file():
        return set()
    return {node.name for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.FunctionDef)}


def test_each_promise_names_a_guard_and_a_test_that_are_there() -> None:
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    assert len(rows(text)) > 15
    assert missing(text, ROOT) == []


@pytest.mark.parametrize(("row", "found"), [
    ("| a | `_api/gone.py` | `tests/repository/test_security_table.py::rows` |", ["_api/gone.py"]),
    ("| a | `_http/client.py` | `tests/repository/test_security_table.py::test_gone` |", ["tests/repository/test_security_table.py::test_gone"]),
    ("| a | `_http/client.py` | `tests/gone.py::test_x` |", ["tests/gone.py::test_x"]),
    ("| a | `_http/client.py` | nothing |", ["a"]),
    ("| a | nobody | `tests/repository/test_security_table.py::rows` |", ["a"]),
    ("| a | `_http/client.py` | `tests/repository/test_security_table.py::rows` |", []),
])
def test_what_is_not_there_would_be_seen(row: str, found: list[str]) -> None:
    assert missing(f"\n| promise | guard | proven by |\n| --- | --- | --- |\n{row}\n\n", ROOT) == found


def test_it_is_where_readers_look_for_it() -> None:
    for page in ("README.md", "CONTRIBUTING.md"):
        assert "(SECURITY.md)" in (ROOT / page).read_text(encoding="utf-8")
    issues = re.search(r"^issues: (\S+)/issues$", (ROOT / "galaxy.yml").read_text(encoding="utf-8"), re.MULTILINE)
    assert issues is not None
    assert f"{issues[1]}/security/advisories/new" in (ROOT / "SECURITY.md").read_text(encoding="utf-8")
