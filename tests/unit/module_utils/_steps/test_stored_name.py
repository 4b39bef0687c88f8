# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stored name: stem, digest, and back."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ansible_collections.community.staffbase.plugins.module_utils._errors import InputError
from ansible_collections.community.staffbase.plugins.module_utils._steps.stored_name import (
    LONGEST_NAME,
    belongs_to,
    split_stored,
    stem_of,
    stored_name,
)

SHA = hashlib.sha256(b"a;b\n").hexdigest()
OTHER = hashlib.sha256(b"c;d\n").hexdigest()


@pytest.mark.parametrize(("name", "stem"), [
    ("people.csv", "people"), ("people.CSV", "people"), ("people.txt", "people"), ("people.tsv", "people"), ("people.dat", "people"),
    ("people", "people"), ("branch.example.com-people.csv", "branch.example.com-people"), ("people.2026", "people.2026"),
    ("people.csv.csv", "people.csv"), (" people.csv ", "people"), ("Köln Mitarbeiter.csv", "Köln Mitarbeiter"), (".people.csv", ".people"),
    ("people.csv.gz", "people.csv.gz"),
])
def test_only_endings_of_tables_are_taken_off(name: str, stem: str) -> None:
    assert stem_of(name) == stem


@pytest.mark.parametrize("name", [
    "", " ", ".csv", "..csv", "...", "a/b.csv", "/people.csv", "a\\b.csv", "a\nb.csv", "a\0.csv", "a\x7f.csv", "x" * (LONGEST_NAME + 1), "\udcfc.csv",
])
def test_names_that_cannot_be_stored_are_refused(name: str) -> None:
    with pytest.raises(InputError, match=r"^file_name: it must "):
        stem_of(name)
    with pytest.raises(InputError, match=r"^src: "):
        stem_of(name, "src")


def test_the_name_is_the_one_that_the_contract_tells() -> None:
    assert stored_name("people", SHA) == f"people.{SHA[:16]}.csv"


@pytest.mark.parametrize("name", [
    None, "", "people.csv", "people.0123456789ABCDEF.csv", "people.0123456789abcde.csv", ".0123456789abcdef.csv", "people.0123456789abcdef.txt",
])
def test_names_that_others_gave_are_not_ours(name: str | None) -> None:
    assert split_stored(name) is None


@given(st.text(max_size=60), st.binary(max_size=5))
def test_stem_and_digest_come_back(name: str, content: bytes) -> None:
    sha = hashlib.sha256(content).hexdigest()
    try:
        stem = stem_of(name)
    except InputError:
        return
    stored = stored_name(stem, sha)
    assert split_stored(stored) == (stem, sha[:16], "")
    assert stored.encode().decode() == stored
    assert belongs_to(stored, name)
    assert belongs_to(stored, stored)


@given(st.text(max_size=20), st.text(max_size=20))
def test_two_sources_never_share_a_stored_name(one: str, other: str) -> None:
    try:
        stems = stem_of(one), stem_of(other)
    except InputError:
        return
    assume(stems[0] != stems[1])
    assert stored_name(stems[0], SHA) != stored_name(stems[1], SHA)
    assert not belongs_to(stored_name(stems[0], SHA), other)


def test_a_stored_name_may_be_the_name_of_a_source() -> None:
    twice = stored_name(stem_of(stored_name("people", SHA)), OTHER)
    assert split_stored(twice) == (f"people.{SHA[:16]}", OTHER[:16], "")
    assert not belongs_to(twice, "people.csv")


def test_a_name_of_others_belongs_to_itself_only() -> None:
    assert belongs_to("people.csv", "people.csv")
    assert not belongs_to("people.csv", "people")
    assert not belongs_to(None, "people.csv")
