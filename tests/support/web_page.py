# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading a page as strictly as the HTML standard defines it, and computing contrast as WCAG does."""

from __future__ import annotations

import re
import typing as t
from xml.etree import ElementTree

import html5lib

#: How much darker or lighter one colour is than another: 4.5 for text and 3 for pictures (WCAG 2.2, level AA).
TEXT, PICTURE = 4.5, 3.0


def parse(page: str) -> ElementTree.Element:
    """Return the tree of a page; the first thing that is not as the standard has it is an error."""
    return t.cast(ElementTree.Element, html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page))


def tags(tree: ElementTree.Element) -> list[str]:
    """Return the names of all elements in order, without the namespace of SVG."""
    return [re.sub(r"\{.*\}", "", str(element.tag)) for element in tree.iter() if isinstance(element.tag, str)]


def every(tree: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    """Return all elements of this name, of HTML or SVG."""
    return [element for element in tree.iter() if isinstance(element.tag, str) and re.sub(r"\{.*\}", "", element.tag) == name]


def words(element: ElementTree.Element) -> str:
    """Return the text of an element on one line."""
    return " ".join("".join(element.itertext()).split())


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours such as #1b1f24."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[place: place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
