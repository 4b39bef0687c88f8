# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may import whom: CONTRIBUTING.md and docs/architecture.md say what stands here."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from ansible_collections.community.staffbase.plugins.module_utils import _errors

UTILS = Path(_errors.__file__).parent
PLUGINS = UTILS.parent

#: Room -> the rooms below it that it may import from. A single file of module_utils counts as a room.
MAY_IMPORT: dict[str, set[str]] = {
    "_errors": set(),
    "_printable": set(),
    "_http": {"_errors"},
    "_imports": {"_errors", "_http"},
    "_csv": set(),
    "_files": {"_errors", "_http", "_imports", "_csv"},
    "_steps": {"_errors", "_http", "_imports", "_csv", "_files"},
    "_tenant": {"_errors", "_http", "_imports", "_steps"},
    "_run": {"_errors", "_imports", "_csv", "_steps"},
    "_report": {"_errors", "_printable", "_imports", "_csv", "_files", "_steps", "_run"},
    "_ansible": {"_errors", "_printable", "_http", "_imports"},
}

#: Of the rooms below, these may be used for this much only.
ONLY = {("_files", "_http"): {"waiting"}, ("_files", "_imports"): {"row_errors"}, ("_run", "_imports"): {"states"}, ("_report", "_imports"): {
    "counters", "row_errors", "states"}}


def room_of(path: Path) -> str:
    return path.relative_to(UTILS).parts[0].removesuffix(".py")


def imported(path: Path) -> list[tuple[str, str]]:
    """Return room and file of everything that a file imports from module_utils, outside its own room."""
    found = []
    own = room_of(path)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level == 2:
            room, _dot, file = (node.module or "").partition(".")
            found += [(room, file)] if file or room in ("_errors", "_printable") else [(room, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 1 and own in ("_errors", "_printable"):
            found.append(((node.module or "").partition(".")[0], ""))
    return found


FILES = sorted(path for path in UTILS.rglob("*.py") if path.name != "__init__.py")


def test_every_room_is_told_of() -> None:
    assert {room_of(path) for path in FILES} == set(MAY_IMPORT)


def test_the_rooms_have_no_circle() -> None:
    done: list[str] = []
    while len(done) < len(MAY_IMPORT):
        free = [room for room, below in MAY_IMPORT.items() if room not in done and below <= set(done)]
        assert free, f"a circle among {sorted(set(MAY_IMPORT) - set(done))}"
        done += free


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(UTILS).as_posix())
def test_a_file_imports_from_the_rooms_below_its_own(path: Path) -> None:
    own = room_of(path)
    for room, file in imported(path):
        assert room in MAY_IMPORT[own], f"{own} must not know {room}"
        assert file in ONLY.get((own, room), {file}), f"{own} must not know {room}.{file}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(UTILS).as_posix())
def test_no_file_imports_in_a_circle(path: Path) -> None:
    """Within a room, too: from a file, no way leads back to it."""
    def next_to(one: Path) -> list[Path]:
        tree = ast.parse(one.read_text(encoding="utf-8"))
        nodes = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.level == 1]
        names = [name for node in nodes for name in ([node.module] if node.module else [alias.name for alias in node.names])]
        return [found for name in names if (found := one.parent / f"{name}.py").is_file()]

    seen: set[Path] = set()
    ahead = next_to(path)
    while ahead:
        one = ahead.pop()
        assert one != path, f"{path.name} imports itself by others"
        if one not in seen:
            seen.add(one)
            ahead += next_to(one)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(UTILS).as_posix())
def test_only_one_room_knows_ansible_and_one_file_knows_requests(path: Path) -> None:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add((node.module or "").partition(".")[0])
    assert "ansible" not in names or room_of(path) == "_ansible"
    assert "requests" not in names or path.relative_to(UTILS).as_posix() == "_http/transport.py"


@pytest.mark.parametrize("path", sorted((PLUGINS / "modules").glob("*.py")), ids=lambda path: path.stem)
def test_modules_know_nothing_of_http(path: Path) -> None:
    known = {"_http/waiting"}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and "module_utils._http" in (node.module or ""):
            assert (node.module or "").partition("module_utils.")[2].replace(".", "/") in known


def test_no_file_is_too_large() -> None:
    assert [path.name for path in [*FILES, *(PLUGINS / "modules").glob("*.py")] if len(path.read_text(encoding="utf-8").splitlines()) > 400] == []
