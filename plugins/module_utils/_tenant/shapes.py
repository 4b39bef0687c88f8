# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shape of an answer: its keys and the types of its values, and nothing that it says about anybody."""

from __future__ import annotations

import re
import typing as t

#: How deep is looked, and how many keys of one object are told.
DEEPEST = 8
MOST_KEYS = 60

#: Stands for a key that may be more than a name of the API.
HIDDEN = "..."

#: The keys below this one are the tenant's own field ids, and what they hold are columns of somebody's file.
_MAPPING = "mapping"

_NAME = re.compile(r"[A-Za-z][A-Za-z_]{0,39}")


def shape_of(value: t.Any, depth: int = 0) -> t.Any:
    """Return dictionaries with their keys, lists with the shape of their first entry, and for everything else the name of its JSON type."""
    if depth > DEEPEST:
        return HIDDEN
    if isinstance(value, dict):
        return {safe_key(key): ("object" if key == _MAPPING else shape_of(value[key], depth + 1)) for key in sorted(value, key=str)[:MOST_KEYS]}
    if isinstance(value, list):
        return [shape_of(value[0], depth + 1)] if value else []
    if isinstance(value, bool):
        return "boolean"
    if value is None:
        return "null"
    return "number" if isinstance(value, (int, float)) else "text"


def safe_key(key: object) -> str:
    """Return a key when it looks like a name of the API: letters only. Ids, addresses and dates do not."""
    text = str(key)
    return text if _NAME.fullmatch(text) else HIDDEN
