# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tenant was told, as JSON: it comes back as it was, and nothing else is taken for it."""

from __future__ import annotations

import json
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.community.staffbase.plugins.module_utils._csv.told import VERSION, Refused, Told
from support.told_delta import BOB_CELLS, DAY, refused, told

#: A cell of the file: it must be in no message.
CELL = "quellwick"

FULL = told(
    baseline="ab" * 32, flags={"send_mails_new": True, "send_mails_pending": False}, date=DAY, last_import="64f0", last_created=f"{DAY}T02:00:00Z",
    refused={"1": refused(sure=False, accepted=True), CELL: refused(returner=True)}, leavers={"2": BOB_CELLS, "\u00e4;\n": {"externalId": ""}},
    deactivated={"9", "10"}, held={"4"})


def test_it_comes_back_as_it_was() -> None:
    assert Told.of_bytes(FULL.to_bytes()) == FULL
    assert Told.of_bytes(Told().to_bytes()) == Told()


def test_the_same_gives_the_same_bytes_in_plain_ascii() -> None:
    again = Told.of_bytes(FULL.to_bytes())
    again.deactivated = {"10", "9"}
    assert again.to_bytes() == FULL.to_bytes()
    assert FULL.to_bytes().isascii()
    assert FULL.to_bytes().endswith(b"\n")


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
CELLS = st.dictionaries(TEXT, TEXT, max_size=3)


@given(st.builds(
    Told, baseline=TEXT, tenant=TEXT, mapping=CELLS, flags=st.dictionaries(TEXT, st.booleans()), date=TEXT, last_import=TEXT, last_created=TEXT,
    refused=st.dictionaries(TEXT, st.builds(Refused, TEXT, st.booleans(), st.booleans(), st.booleans()), max_size=3),
    leavers=st.dictionaries(TEXT, CELLS, max_size=3), deactivated=st.sets(TEXT), held=st.sets(TEXT)))
def test_whatever_the_people_and_their_cells_are(found: Told) -> None:
    assert Told.of_bytes(found.to_bytes()) == found


def test_the_oldest_refusal_is_the_one_that_is_told() -> None:
    assert told().refused_since is None
    assert told(refused={"1": Refused("2026-02-01"), "2": Refused("2025-12-31"), "3": Refused("2026-01-01")}).refused_since == "2025-12-31"


def altered(**changes: t.Any) -> bytes:
    return json.dumps({**json.loads(FULL.to_bytes()), **changes}).encode()


def refusal(data: bytes) -> str:
    with pytest.raises(ValueError, match="it is ") as caught:
        Told.of_bytes(data)
    # Nothing of the file, neither in the text nor in what it came from, which a traceback would show.
    assert CELL not in f"{caught.value}"
    assert caught.value.__context__ is None or caught.value.__suppress_context__
    assert caught.type is ValueError
    return str(caught.value)


WHOLE = FULL.to_bytes()


@pytest.mark.parametrize("data", [
    b"", b"\0", b"{", WHOLE[:-10], WHOLE[: len(WHOLE) // 2], WHOLE[10:], WHOLE.replace(b'"', b"'"), b"\xff" + WHOLE, WHOLE + WHOLE,
    CELL.encode(), f'"{CELL}"'.encode(), b"[]", b"5", b"null", b'["version"]', b"{}",
    b'{"version": 1, "quellwick": 1}', b'{"version": 1, "self": {}}',
    b'{"version": 1, "refused": {"1": {}}}', b'{"version": 1, "refused": {"1": {"since": "x", "quellwick": 1}}}',
], ids=lambda data: f"{len(data)} bytes")
def test_what_is_damaged_is_not_read(data: bytes) -> None:
    assert refusal(data) == "it is damaged"


@pytest.mark.parametrize("data", [
    b"[" * 100_000, b'{"version": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", b'{"version": 1, "leavers": ' + b'{"quellwick":' * 100_000,
    b'{"version": ' + b"9" * 100_000 + b"}",
], ids=["deep", "deep within", "deep people", "a long number"])
def test_what_was_made_to_break_a_reader_is_damaged(data: bytes) -> None:
    assert refusal(data).startswith("it is ")


TEXTS, SETS = ("baseline", "tenant", "date", "last_import", "last_created"), ("deactivated", "held")
VALUES: list[t.Any] = [
    None, 5, True, CELL, [], [CELL], [[CELL]], [None], {CELL: CELL}, {CELL: True}, {CELL: None}, {CELL: {CELL: CELL}}, {CELL: {CELL: 5}},
]
RIGHT: dict[str, list[t.Any]] = {
    **{key: [CELL] for key in TEXTS}, **{key: [[], [CELL]] for key in SETS}, "mapping": [{CELL: CELL}], "flags": [{CELL: True}],
    "refused": [], "leavers": [{CELL: {CELL: CELL}}],
}


def test_the_table_of_types_is_whole() -> None:
    assert RIGHT.keys() == json.loads(WHOLE).keys() - {"version"}
    for key, values in RIGHT.items():
        for value in values:
            assert Told.of_bytes(altered(**{key: value}))


@pytest.mark.parametrize("key", RIGHT)
@pytest.mark.parametrize("value", VALUES, ids=str)
def test_a_value_of_another_type_is_damage(key: str, value: t.Any) -> None:
    if not any(value == right and type(value) is type(right) for right in RIGHT[key]):
        assert refusal(altered(**{key: value})) == "it is damaged"


@pytest.mark.parametrize("change", [
    {"refused": {"1": {"since": None}}}, {"refused": {"1": {"since": DAY, "sure": CELL}}}, {"refused": {"1": {"since": DAY, "accepted": 1}}},
    {"refused": {"1": {"since": DAY, "returner": None}}}, {"flags": {"send_mails_new": CELL}}, {"leavers": {"1": [CELL]}},
    {"leavers": {"1": {"externalId": None}}}, {"deactivated": [CELL, None]}, {"held": [1]},
], ids=str)
def test_a_part_of_another_type_is_damage(change: dict[str, t.Any]) -> None:
    assert refusal(altered(**change)) == "it is damaged"


@pytest.mark.parametrize("change", [
    {"tenant": "\ud800"}, {"held": ["\udfff"]}, {"refused": {"\ud800": {"since": DAY}}}, {"leavers": {"1": {"eMail": "\udc80"}}},
], ids=ascii)
def test_half_a_character_is_damage(change: dict[str, t.Any]) -> None:
    """It would be looked for in the export as UTF-8, which has no such thing."""
    assert refusal(altered(**change)) == "it is damaged"


@pytest.mark.parametrize("version", [0, 2, 17, -1])
def test_another_version_is_named(version: int) -> None:
    assert refusal(altered(version=version)) == f"it is of version {version}, and this collection knows version {VERSION}"


@pytest.mark.parametrize("version", [None, "1", CELL, [CELL], {}, 1.5])
def test_a_version_that_is_none_is_damage(version: t.Any) -> None:
    assert refusal(altered(version=version)) == "it is damaged"
