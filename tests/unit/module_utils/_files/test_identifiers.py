# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Identifiers of people, as a list or as a file with one a line. What is not understood is an error: nobody would be protected."""

from __future__ import annotations

import os
import typing as t
from pathlib import Path

import pytest

from ansible_collections.community.staffbase.plugins.module_utils._errors import InputError
from ansible_collections.community.staffbase.plugins.module_utils._files.identifiers import read_identifiers

OPTION = "protected"
NEITHER = "protected: it must be a list of identifiers, or the path of a file with one a line"


@pytest.mark.parametrize("given", [None, "", []])
def test_nothing_is_nobody(given: t.Any) -> None:
    assert read_identifiers(given, OPTION) == frozenset()


@pytest.mark.parametrize(("given", "found"), [
    (["1", "a b"], {"1", "a b"}), ([4711, 0, -1], {"4711", "0", "-1"}), (["0815", 815], {"0815", "815"}), ([" 1\n", "1", "\t"], {"1"}), ([""], set()),
    (["\u00e4", "#1"], {"\u00e4", "#1"}),
])
def test_a_list_of_texts_and_numbers(given: list[t.Any], found: set[str]) -> None:
    assert read_identifiers(given, OPTION) == found


@pytest.mark.parametrize("given", [4711, True, {"1": "2"}, [True], [1.5], [None], [["1"]], ["1", {}]], ids=str)
def test_what_is_neither_is_refused(given: t.Any) -> None:
    """True is what YAML makes of `yes`, and of a number with a point nobody knows how it was written."""
    with pytest.raises(InputError) as caught:
        read_identifiers(given, OPTION)
    assert str(caught.value) == NEITHER


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "protected.txt"


@pytest.mark.parametrize(("data", "found"), [
    (b"1\n2\n", {"1", "2"}), (b"1\r\n2\r3", {"1", "2", "3"}), (b"\xef\xbb\xbf1\n2", {"1", "2"}), (b"\n\n 1 \n\t\n2\t\n", {"1", "2"}),
    (b"# admins\n1\n  # the works council\n2 # 3\n", {"1", "2 # 3"}), (b"", set()), (b"\n# nobody\n", set()), (b"1\n1\n", {"1"}),
    ("\u00e4 \u20ac\n".encode(), {"\u00e4 \u20ac"}), (b"\xef\xbb\xbf# comment after the mark\n1\n", {"1"}), (b"a;b\n", {"a;b"}),
])
def test_a_file_with_one_a_line(path: Path, data: bytes, found: set[str]) -> None:
    path.write_bytes(data)
    assert read_identifiers(str(path), OPTION) == found


def test_what_cannot_be_read_is_named(path: Path) -> None:
    def refusal(given: str) -> str:
        with pytest.raises(InputError) as caught:
            read_identifiers(given, OPTION)
        return str(caught.value)

    assert refusal(str(path)) == f"protected: {path} cannot be opened: No such file or directory"
    assert refusal(str(path.parent)) == f"protected: {path.parent} is a directory"
    os.mkfifo(path)
    assert refusal(str(path)) == f"protected: {path} is not a regular file"
    assert refusal("a\0b") == "protected: it is not a path"
    assert refusal("/proc/self/mem") == "protected: /proc/self/mem cannot be read: Input/output error"


@pytest.mark.parametrize("data", ["1\n\u00e4\n".encode("windows-1252"), "1\n2\n".encode("utf-16"), b"1\n\x80"])
def test_what_is_not_utf_8_is_refused_as_a_whole(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    with pytest.raises(InputError) as caught:
        read_identifiers(str(path), OPTION)
    assert str(caught.value) == f"protected: {path} is not text in UTF-8"
