# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON as its standard has it (RFC 8259), and no deeper and with no longer numbers than anybody needs.

Python's own reader takes more: UTF-16, `NaN`, the last of several equal keys, a thousand levels, numbers of any length. What comes out
here can be walked through, compared, shown and written as JSON again without a surprise.
"""

from __future__ import annotations

import json
import re
import typing as t

#: How many arrays and objects stand in one another at most.
DEEPEST = 50

#: The longest number, in characters: no counter, size or time needs more.
LONGEST_NUMBER = 40

_HALF_CHARACTER = re.compile("[\ud800-\udfff]")


def read_json(body: bytes) -> t.Any:
    """Return what `body` says; raise ValueError if it is not such JSON."""
    # A byte order mark is none of JSON's, and a reader may ignore it (RFC 8259).
    text = body.decode("utf-8-sig")
    try:
        found = json.loads(text, object_pairs_hook=_object, parse_int=_integer, parse_float=_float, parse_constant=_constant)
    except RecursionError:
        raise ValueError("too deep") from None
    if _is_too_deep(found):
        raise ValueError("too deep")
    # Half a character, which is no text: it could not be printed. In UTF-8 it would have been refused, here it is written as \udXXX.
    if "\\u" in text and _HALF_CHARACTER.search(json.dumps(found, ensure_ascii=False)):
        raise ValueError("half a character")
    return found


def _object(pairs: list[tuple[str, t.Any]]) -> dict[str, t.Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        # Which of them counts is told differently by each reader.
        raise ValueError("a key twice")
    return found


def _integer(digits: str) -> int:
    return int(_short(digits))


def _float(digits: str) -> float:
    found = float(_short(digits))
    if found in (float("inf"), float("-inf")):
        raise ValueError("out of range")
    return found


def _short(digits: str) -> str:
    if len(digits) > LONGEST_NUMBER:
        raise ValueError("a number that is too long")
    return digits


def _constant(name: str) -> t.NoReturn:
    raise ValueError(name)


def _is_too_deep(value: t.Any) -> bool:
    level = [value]
    for _depth in range(DEEPEST + 1):
        level = [inner for outer in level for inner in _inside(outer) if isinstance(inner, (dict, list))]
        if not level:
            return False
    return True


def _inside(value: t.Any) -> t.Iterable[t.Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
