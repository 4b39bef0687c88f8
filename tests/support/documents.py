# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading the guides: what they quote, and what a reader would copy out of them."""

from __future__ import annotations

import re
import textwrap
import typing as t
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
GUIDES = ROOT / "docs/docsite/rst"
EXAMPLES = ROOT / "docs/docsite/examples"

_BLOCK = re.compile(r"^\.\. code-block:: (?P<language>\w+)\n(?P<options>(?:   :.*\n)*)\n(?P<text>(?:   .*\n|\n)+)", re.MULTILINE)
_FENCED = re.compile(r"^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_ROW = re.compile(r"^   \* - (?P<first>.*(?:\n       .*)*)\n     - (?P<second>.*(?:\n       .*)*)", re.MULTILINE)
_LITERAL = re.compile(r"``(.+?)``", re.DOTALL)


class Block(t.NamedTuple):
    """A block that is to be copied: its language, its name or "", and its text."""

    language: str
    name: str
    text: str


def guide(name: str) -> str:
    """Return the text of a page."""
    return (GUIDES / f"{name}.rst").read_text(encoding="utf-8")


def blocks(page: str) -> list[Block]:
    """Return the code blocks of a page."""
    return [
        Block(found["language"], (re.findall(r":name: (.*)", found["options"]) or [""])[0], textwrap.dedent(found["text"]))
        for found in _BLOCK.finditer(page)
    ]


def fenced(page: str) -> list[Block]:
    """Return the code blocks of a page in Markdown."""
    return [Block(found["language"], "", found["text"]) for found in _FENCED.finditer(page)]


def block(page: str, name: str) -> t.Any:
    """Return what the block with this name holds, as YAML."""
    (found,) = [each for each in blocks(page) if each.name == name]
    return yaml.safe_load(found.text)


def rows(page: str) -> list[tuple[list[str], list[str]]]:
    """Return, for each row of the tables, the literals in its first and in its second cell; line breaks are blanks."""
    return [
        tuple([" ".join(literal.split()) for literal in _LITERAL.findall(cell)] for cell in (found["first"], found["second"]))
        for found in _ROW.finditer(page)
    ]
