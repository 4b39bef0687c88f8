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


def test_with_a_variant_its_first_digits_follow_the_digest() -> None:
    name = f"people.{SHA[:16]}-{OTHER[:12]}.csv"
    assert {stored_name("people", SHA, variant) for variant in (OTHER, OTHER[:12], OTHER[:13], OTHER.upper())} == {name}
    assert split_stored(name) == ("people", SHA[:16], OTHER[:12])


@pytest.mark.parametrize("variant", ["", "0", OTHER[:11], "g" * 12, OTHER[:12] + "-", f" {OTHER}", f"{OTHER}\n", "\u0663" * 12])
def test_a_variant_that_cannot_be_stored_is_refused(variant: str) -> None:
    with pytest.raises(InputError, match=r"^variant: it must be 12 hexadecimal digits or more$"):
        stored_name("people", SHA, variant)


@pytest.mark.parametrize("name", [
    None, "", "people.csv", "people.0123456789ABCDEF.csv", "people.0123456789abcde.csv", ".0123456789abcdef.csv", "people.0123456789abcdef.txt",
    "people.0123456789abcdef-.csv", "people.0123456789abcdef-0123456789a.csv", "people.0123456789abcdef-0123456789abc.csv",
    "people.0123456789abcdef-0123456789AB.csv", "people.0123456789abcde-0123456789ab.csv", ".0123456789abcdef-0123456789ab.csv",
    "people.0123456789abcdef.0123456789ab.csv", "people.0123456789abcdef-0123456789ab.csv\n",
])
def test_names_that_others_gave_are_not_ours(name: str | None) -> None:
    assert split_stored(name) is None


@given(st.text(max_size=60), st.binary(max_size=5), st.none() | st.text("0123456789abcdef", min_size=12, max_size=64))
def test_stem_digest_and_variant_come_back(name: str, content: bytes, variant: str | None) -> None:
    sha = hashlib.sha256(content).hexdigest()
    try:
        stem = stem_of(name)
    except InputError:
        return
    stored = stored_name(stem, sha, variant)
    assert split_stored(stored) == (stem, sha[:16], (variant or "")[:12])
    assert stored.encode().decode() == stored
    assert belongs_to(stored, name)
    assert belongs_to(stored, stored)


@given(st.text(max_size=20), st.text(max_size=20), st.sampled_from([None, SHA]), st.sampled_from([None, SHA, OTHER]))
def test_two_sources_never_share_a_stored_name(one: str, other: str, variant: str | None, other_variant: str | None) -> None:
    try:
        stems = stem_of(one), stem_of(other)
    except InputError:
        return
    assume(stems[0] != stems[1])
    assert stored_name(stems[0], SHA, variant) != stored_name(stems[1], SHA, other_variant)
    assert not belongs_to(stored_name(stems[0], SHA, variant), other)


def test_a_stored_name_may_be_the_name_of_a_source() -> None:
    twice = stored_name(stem_of(stored_name("people", SHA)), OTHER)
    assert split_stored(twice) == (f"people.{SHA[:16]}", OTHER[:16], "")
    assert not belongs_to(twice, "people.csv")


def test_a_stored_name_with_a_variant_may_be_the_name_of_a_source() -> None:
    first = stored_name("people", SHA, OTHER)
    twice = stored_name(stem_of(first), OTHER, SHA)
    assert split_stored(twice) == (first.removesuffix(".csv"), OTHER[:16], SHA[:12])
    assert not belongs_to(twice, "people.csv")
    assert belongs_to(first, "people.csv")


def test_a_name_of_others_belongs_to_itself_only() -> None:
    assert belongs_to("people.csv", "people.csv")
    assert not belongs_to("people.csv", "people")
    assert not belongs_to(None, "people.csv")
