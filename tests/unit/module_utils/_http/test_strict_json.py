# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON of the service: what its standard has, and what no code behind it can stumble over."""

from __future__ import annotations

import json
import math
import sys
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.community.staffbase.plugins.module_utils._http import strict_json
from ansible_collections.community.staffbase.plugins.module_utils._http.answer import Answer
from ansible_collections.community.staffbase.plugins.module_utils._http.errors import CallError, Where
from ansible_collections.community.staffbase.plugins.module_utils._http.strict_json import DEEPEST, read_json

WHERE = Where("list", "GET", "https://intranet.example.com/api/users/imports")


def nested(depth: int, opening: str = "[", closing: str = "]", middle: str = "") -> bytes:
    return (opening * depth + middle + closing * depth).encode()


REFUSED: dict[str, bytes] = {
    "nothing": b"",
    "half of it": b'{"entries": [',
    "a web page": b"<html>",
    "not UTF-8": b'{"a": "\xff"}',
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "UTF-16 without a mark": '{"a": 1}'.encode("utf-16-le"),
    "UTF-32": '{"a": 1}'.encode("utf-32"),
    "a surrogate in UTF-8": b'{"a": "\xed\xa0\x80"}',
    "half a character": b'{"a": "\\ud83d"}',
    "half a character as a key": b'[{"\\udc00": 1}]',
    "NaN": b'{"created": NaN}',
    "Infinity": b'{"created": -Infinity}',
    "a number out of range": b'{"created": 1e999}',
    "a number out of range below zero": b'{"created": -1e999}',
    "5000 digits": b'{"created": ' + b"9" * 5000 + b"}",
    "a million digits": b'{"created": ' + b"9" * 1_000_000 + b"}",
    "a million digits behind the point": b'{"created": 0.' + b"9" * 1_000_000 + b"}",
    "a key twice": b'{"state": "COMPLETED", "state": "DRAFT"}',
    "a key twice further in": b'[{"preview": {"deleted": 500, "deleted": 0}}]',
    "a key twice in two spellings": b'{"deleted": 500, "\\u0064eleted": 0}',
    "arrays in arrays": nested(DEEPEST + 2),
    "objects in objects": nested(DEEPEST + 2, '{"a":', "}", "1"),
    "nine hundred levels": nested(900),
    "ten thousand levels": nested(10_000),
    "ten thousand objects": nested(10_000, '{"a":', "}", "1"),
    "a million levels without an end": b"[" * 1_000_000,
    "a control character": b'{"a": "\x1b[31m"}',
    "NUL": b'{"a": 1}\0',
    "two values": b"{} {}",
    "a comment": b"{} // x",
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_such_json_is_one_error_in_words(name: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - each has its own text, and none of them is shown
        read_json(REFUSED[name])
    with pytest.raises(CallError, match="not the JSON that was expected") as caught:
        Answer(200, {}, REFUSED[name]).json(WHERE)
    assert len(str(caught.value)) < 300


LENIENT = [
    "UTF-16", "UTF-32", "NaN", "Infinity", "a number out of range", "a key twice", "a key twice in two spellings", "half a character",
    "a surrogate in UTF-8", "nine hundred levels",
]


@pytest.mark.parametrize("name", LENIENT)
def test_without_the_strictness_it_would_be_taken(name: str) -> None:
    json.loads(REFUSED[name])


@pytest.mark.parametrize(("body", "value"), [
    (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
    (b' {"a": [1, -2.5, 1e3, true, null, "\\u00fc", "\\ud83d\\ude00"]}\n', {"a": [1, -2.5, 1000.0, True, None, "\u00fc", "\U0001f600"]}),
    (b'"text"', "text"),
    (b"9" * 40, int("9" * 40)),
    (nested(DEEPEST), json.loads(nested(DEEPEST))),
])
def test_what_is_json_is_read(body: bytes, value: t.Any) -> None:
    assert read_json(body) == value


@pytest.mark.skipif(sys.version_info < (3, 11), reason="the interpreter itself refuses long numbers since 3.11 only")
def test_without_the_bound_a_long_number_ends_in_the_interpreters_own_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strict_json, "LONGEST_NUMBER", 10**9)
    with pytest.raises(ValueError, match="Exceeds the limit"):
        read_json(REFUSED["5000 digits"])


TEXT = st.text(st.characters(codec="utf-8"), max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**38), 10**38) | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4), max_leaves=12,
)


@given(JSON, st.booleans())
def test_whatever_python_writes_is_read_again(value: t.Any, ascii_only: bool) -> None:
    assert read_json(json.dumps(value, ensure_ascii=ascii_only).encode()) == value


@given(st.binary(max_size=300) | st.text(alphabet='[]{}",:\\u0123456789dDeE.+-ntrfl \ufeff', max_size=60).map(str.encode))
def test_any_bytes_are_a_value_that_can_be_written_again_or_a_valueerror(body: bytes) -> None:
    try:
        value = read_json(body)
    except ValueError:
        return
    assert not isinstance(value, float) or math.isfinite(value)
    json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
