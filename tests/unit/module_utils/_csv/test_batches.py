# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file is read in pieces and compared in batches: where they are cut makes no difference."""

from __future__ import annotations

import io
import typing as t

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.community.staffbase.plugins.module_utils._csv import delta as delta_of_two
from ansible_collections.community.staffbase.plugins.module_utils._csv import detect as detecting
from ansible_collections.community.staffbase.plugins.module_utils._csv import line_reader
from ansible_collections.community.staffbase.plugins.module_utils._csv.delta import DeltaRules, compare
from ansible_collections.community.staffbase.plugins.module_utils._csv.dialect import CODECS, Dialect
from ansible_collections.community.staffbase.plugins.module_utils._csv.problems import BadTable
from ansible_collections.community.staffbase.plugins.module_utils._csv.table import Table
from support.export_pairs import IDENTIFIER, STATUS, Export, pairs

SIZES = [1, 3, 16, 256, 512, 700]
PLAIN = st.lists(st.sampled_from([b"1;a", b"2;b", b"3;", b"4;\xc3\xa4", b"5;x;y", b"6", b"", b"7;7", b"8;8", b";9", b"9;\r"]), max_size=30)


def table_of(data: bytes) -> Table:
    stream = io.BytesIO(data)
    return Table(stream, detecting.detect(stream, "auto", "auto", (IDENTIFIER,)), IDENTIFIER)


def outcome(before: bytes, after: bytes, size: int) -> t.Any:
    """Return what a comparison comes to when so many bytes are read at once; for a refusal, that it is one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(line_reader, "PIECE", size)
        patch.setattr(detecting, "PIECE", size)
        try:
            found = compare(table_of(before), table_of(after), DeltaRules(STATUS, deactivate_leavers=True))
        except BadTable:
            return "refused"
        return found.header, found.rows, found.identifiers, found.unchanged, found.previous_count


@given(pairs(), st.sampled_from(SIZES))
def test_a_delta_does_not_depend_on_where_the_files_are_cut(pair: tuple[Export, Export], size: int) -> None:
    before, after = pair
    assert outcome(before.data, after.data, size) == outcome(before.data, after.data, 1 << 20)


@given(PLAIN, PLAIN, st.sampled_from([b"\n", b"\r\n"]), st.sampled_from(SIZES))
@example([b"1;a", b"2;b"], [b"1;a", b"2;b", b"1;a"], b"\n", 1)
@example([b"1;a", b"2;b"], [b"8;a", b"2;b", b"8;a"], b"\n", 1)
@example([b"1;a", b"2;b", b"1;a"], [b"1;a"], b"\r\n", 1)
def test_a_refusal_does_not_depend_on_it_either(before: list[bytes], after: list[bytes], line_end: bytes, size: int) -> None:
    files = [line_end.join([b"id;name", *rows, b""]) for rows in (before, after)]
    assert outcome(*files, size) == outcome(*files, 1 << 20)


@given(pairs(), st.sampled_from(SIZES))
def test_records_and_their_lines_do_not_depend_on_it(pair: tuple[Export, Export], size: int) -> None:
    def read(piece: int) -> list[tuple[bytes, bytes, int]]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(line_reader, "PIECE", piece)
            table = table_of(pair[0].data)
            return [(identifier, raw, table.line) for identifier, raw in table.records()]

    assert read(size) == read(1 << 20)


@given(st.binary(max_size=40), st.sampled_from([1, 2, 3, 5]), st.sampled_from(list(CODECS)))
@example("\u00e4\u20ac\U0001f600;id\r\nb".encode(), 1, "UTF-8")
@example("a\u20ac".encode()[:-1], 3, "UTF-8")
@example(b"\xef\xbb\xbfid\r\n", 1, "UTF-8")
@example(b"a\r\nb\rc", 2, "UTF-8")
def test_what_is_text_does_not_depend_on_it(data: bytes, size: int, encoding: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(detecting, "PIECE", size)
        found = detecting.lone_cr_if_text(io.BytesIO(data), encoding)
    try:
        data.decode(CODECS[encoding])
    except UnicodeDecodeError:
        assert found is None
    else:
        assert found == (b"\r" in data.replace(b"\r\n", b""))


ROWS = 200_000


def test_more_than_one_piece_is_compared_rightly() -> None:
    """With the sizes that are used: a quoted record that lies across two pieces, and duplicates that lie in two batches."""
    rows = [b"%06d;abcdefgh" % number for number in range(ROWS)]
    before = b"id;name\n" + b"\n".join(rows) + b"\n"
    assert len(before) > 3 * line_reader.PIECE
    cut = line_reader.PIECE // len(rows[0] + b"\n")
    rows[cut - 3] = rows[cut - 3][:7] + b'"' + b"a\n" * 40 + b'"'
    rows[150_000] = b"150000;changed!"
    after = b"id;name\n" + b"\n".join(rows) + b"\n"
    found = compare(table_of(before), table_of(after), DeltaRules())
    assert found.identifiers == {"joiners": [], "movers": [f"{cut - 3:06d}", "150000"], "leavers": []}
    assert found.unchanged == ROWS - 2
    for broken, line in ((after + rows[5] + b"\n", ROWS + 2 + 40), (before + rows[5] + b"\n", ROWS + 2)):
        with pytest.raises(BadTable) as caught:
            compare(table_of(before), table_of(broken), DeltaRules())
        assert (caught.value.code, caught.value.line, caught.value.in_previous) == ("identifier_duplicate", line, False)
        with pytest.raises(BadTable) as caught:
            compare(table_of(broken), table_of(before), DeltaRules())
        assert (caught.value.code, caught.value.line, caught.value.in_previous) == ("identifier_duplicate", line, True)


def test_that_duplicates_in_two_batches_pass_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    duplicates = b"id;name\n1;a\n2;b\n1;c\n"
    monkeypatch.setattr(line_reader, "PIECE", 1)
    monkeypatch.setattr(delta_of_two, "_by_identifier", lambda table: dict(table.records()))
    stream = io.BytesIO(duplicates)
    assert compare(Table(stream, Dialect("UTF-8", ";"), "id"), table_of(b"id;name\n2;b\n"), DeltaRules()).count("leavers") == 1
    monkeypatch.undo()
    assert outcome(duplicates, b"id;name\n2;b\n", 1) == "refused"
