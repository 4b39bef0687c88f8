# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a guard stands in the collection. No file is named, so code can be moved and formatted anew.

Python is compared by its syntax tree; what is no Python, such as a task of a role, by its words, whatever the space between them.
"""

from __future__ import annotations

import ast
import collections
import dataclasses
import re
import textwrap
import typing as t
from pathlib import Path

#: Where guards can stand, from the collection's root.
PYTHON, YAML = ("plugins",), ("roles", "playbooks")


class Change(t.NamedTuple):
    """`line` stands once in the collection, or once `within` a class or function of this qualified name; `without` shall stand there instead.

    Further lines of `without` are indented as the first one is there.
    """

    line: str
    without: str
    within: str = ""


class NotOnce(Exception):
    """A line stands nowhere, or in several places."""


@dataclasses.dataclass(frozen=True)
class Place:
    """Bytes of a file, which is named from the collection's root; `depth`: how far they are indented."""

    file: str
    start: int
    end: int
    depth: int
    is_expression: bool

    def filled(self, data: bytes, text: str) -> bytes:
        """Return the content of the file with `text` in this place."""
        if self.is_expression and isinstance(_parsed(text), ast.expr):
            # What stands around it must not take it apart.
            text = f"({text})"
        return data[: self.start] + text.replace("\n", "\n" + " " * self.depth).encode() + data[self.end:]


class _Node(t.NamedTuple):
    node: ast.expr | ast.stmt
    scope: str
    file: str


class Code:
    """The code of a collection, whose root is given; it is read once."""

    def __init__(self, root: Path) -> None:
        python, self._yaml = _contents(root, PYTHON, "*.py"), _contents(root, YAML, "*.yml")
        self._contents = {**python, **self._yaml}
        self._nodes: dict[type[ast.AST], list[_Node]] = collections.defaultdict(list)
        for file, data in python.items():
            self._note(ast.parse(data), "", file)

    def place(self, change: Change) -> Place:
        """Return where the line of a change stands. Raises NotOnce."""
        places = [*self._in_python(change), *(self._in_yaml(change.line) if not change.within else [])]
        if len(places) != 1:
            inside = f" within {change.within}" if change.within else ""
            where = ", ".join(sorted({place.file for place in places}))
            raise NotOnce(f"{change.line!r} has to stand in the collection once{inside}, and stands there {len(places)} times {where}".rstrip())
        return places[0]

    def changed(self, *changes: Change) -> dict[str, bytes]:
        """Return the contents of the files that are others with these changes. Raises NotOnce."""
        contents: dict[str, bytes] = {}
        # From the end of a file to its beginning, so that no place moves before it is filled.
        for place, change in sorted(((self.place(change), change) for change in changes), key=lambda pair: -pair[0].start):
            contents[place.file] = place.filled(contents.get(place.file, self._contents[place.file]), change.without)
        return contents

    def _note(self, parent: ast.AST, scope: str, file: str) -> None:
        for node in ast.iter_child_nodes(parent):
            if isinstance(node, (ast.expr, ast.stmt)):
                self._nodes[type(node)].append(_Node(node, scope, file))
            names = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
            self._note(node, f"{scope}.{node.name}".lstrip(".") if names else scope, file)  # type: ignore[attr-defined]

    def _in_python(self, change: Change) -> t.Iterator[Place]:
        wanted = _parsed(change.line)
        for node, scope, file in self._nodes.get(type(wanted), ()):
            if f"{scope}.".startswith(f"{change.within}." if change.within else "") and _alike(node, wanted):
                starts = [0, *(found.end() for found in re.finditer(b"\n", self._contents[file]))]
                assert node.end_lineno is not None
                assert node.end_col_offset is not None
                start, end = starts[node.lineno - 1] + node.col_offset, starts[node.end_lineno - 1] + node.end_col_offset
                yield Place(file, start, end, node.col_offset, isinstance(node, ast.expr))

    def _in_yaml(self, line: str) -> t.Iterator[Place]:
        words = re.compile(rb"\s+".join(re.escape(word.encode()) for word in line.split()))
        for file, data in self._yaml.items():
            for found in words.finditer(data):
                yield Place(file, found.start(), found.end(), found.start() - data.rfind(b"\n", 0, found.start()) - 1, is_expression=False)


def _contents(root: Path, folders: t.Iterable[str], pattern: str) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes() for folder in folders for path in sorted((root / folder).rglob(pattern))}


def _parsed(text: str) -> ast.expr | ast.stmt | None:
    """Return the expression or the statement that a text is, or None."""
    try:
        body = ast.parse(textwrap.dedent(text)).body
    except SyntaxError:
        return None
    if len(body) != 1:
        return None
    return body[0].value if isinstance(body[0], ast.Expr) else body[0]


def _alike(one: t.Any, other: t.Any) -> bool:
    """Compare two syntax trees, wherever they stand."""
    if type(one) is not type(other):
        return False
    if isinstance(one, ast.AST):
        return all(_alike(getattr(one, name, None), getattr(other, name, None)) for name in one._fields)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(_alike, one, other))
    return bool(one == other)
