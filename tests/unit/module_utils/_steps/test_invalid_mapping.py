# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The search for the guilty keys of a refused mapping: all of them, no others, with few tries."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.community.staffbase.plugins.module_utils._steps.config_body import Configuration, fields_of
from ansible_collections.community.staffbase.plugins.module_utils._steps.invalid_mapping import invalid_keys


class Service:
    """Accepts a mapping when it knows each field, the file has each column, and the identifier is there: as documented, without a reason."""

    def __init__(self, columns: set[str], unknown: set[str] = frozenset()) -> None:  # type: ignore[assignment]
        self.columns = columns
        self.unknown = unknown
        self.tries: list[dict[str, str]] = []

    def __call__(self, mapping: dict[str, str]) -> bool:
        self.tries.append(mapping)
        return "externalId" in mapping and set(mapping.values()) <= self.columns and not set(mapping) & self.unknown


GOOD = {"externalId": "id", "eMail": "mail", "profile-field:firstName": "first", "profile-field:lastName": "last"}
COLUMNS = {"id", "mail", "first", "last"}


def test_a_mapping_that_is_accepted_has_no_invalid_keys() -> None:
    service = Service(COLUMNS)
    assert invalid_keys(Configuration(GOOD), service) == {}
    assert len(service.tries) == 2


@pytest.mark.parametrize(("more", "reasons"), [
    ({"status": "Status"}, {"status": "the file has no column 'Status'"}),
    ({"profile-field:shoe": "first"}, {"profile-field:shoe": "the tenant does not know the field 'profile-field:shoe'"}),
    ({"profile-field:shoe": "Shoe"}, {"profile-field:shoe": "the file has no column 'Shoe'"}),
    ({"externalId": "ID"}, {"externalId": "the file has no column 'ID'"}),
    ({"profile-field:shoe,status": "Shoe"}, {"profile-field:shoe,status": "the file has no column 'Shoe'"}),
    ({"profile-field:shoe,status": "last"}, {"profile-field:shoe,status": "the tenant does not know the field 'profile-field:shoe'"}),
    ({"profile-field:shoe": "first", "status": "Status", "externalId": "ID"}, {
        "externalId": "the file has no column 'ID'", "status": "the file has no column 'Status'",
        "profile-field:shoe": "the tenant does not know the field 'profile-field:shoe'"}),
])
def test_each_bad_key_is_named_with_its_reason(more: dict[str, str], reasons: dict[str, str]) -> None:
    assert invalid_keys(Configuration({**GOOD, **more}), Service(COLUMNS, {"profile-field:shoe"})) == reasons


def test_when_no_column_is_found_the_separator_may_be_wrong() -> None:
    reasons = invalid_keys(Configuration(GOOD), Service({"id;mail;first;last"}))
    assert set(reasons) == set(GOOD)
    assert all("separator or the encoding" in reason for reason in reasons.values())


def test_every_try_has_an_identifier() -> None:
    service = Service(COLUMNS - {"id"}, {"eMail"})
    invalid_keys(Configuration(GOOD), service)
    assert all("externalId" in mapping for mapping in service.tries)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Configuration, Service]:
    """Draw a mapping of some fields, some of them in one key, some from one column; some columns missing and some fields unknown."""
    count = draw(st.integers(0, 25))
    columns = [f"column {number}" for number in range(draw(st.integers(1, 12)))]
    groups = draw(st.lists(st.integers(1, 3), min_size=count, max_size=count))
    fields = iter(f"field-{number}" for number in range(100))
    keys = [",".join(next(fields) for _field in range(group)) for group in groups]
    place = draw(st.integers(0, len(keys)))
    keys.insert(place, draw(st.sampled_from(["externalId", "externalId,userName", "userName, externalId"])))
    mapping = {key: draw(st.sampled_from(columns)) for key in keys}
    missing = draw(st.sets(st.sampled_from(columns)))
    known = sorted(field for key in keys for field in fields_of(key) if field != "externalId")
    unknown = draw(st.sets(st.sampled_from(known), max_size=6)) if known else set()
    return Configuration(mapping), Service(set(columns) - missing, unknown)


@given(cases())
def test_exactly_the_bad_keys_are_named(case: tuple[Configuration, Service]) -> None:
    wanted, service = case
    bad = {key for key, column in wanted.mapping.items() if column not in service.columns or set(fields_of(key)) & service.unknown}
    assert set(invalid_keys(wanted, service)) == bad


@given(cases())
def test_the_number_of_tries_is_bounded(case: tuple[Configuration, Service]) -> None:
    wanted, service = case
    invalid_keys(wanted, service)
    fields = {field: column for key, column in wanted.mapping.items() for field in fields_of(key)}
    bad = [field for field, column in fields.items() if column not in service.columns or field in service.unknown]
    columns = len(set(wanted.mapping.values()))
    # One try for each column, and per bad field two for each halving.
    assert len(service.tries) <= columns + 1 + 2 * len(bad) * (1 + math.ceil(math.log2(max(2, len(fields)))))


def test_one_bad_key_among_many_is_found_with_few_tries() -> None:
    mapping = {"externalId": "id", **{f"profile-field:f{number}": "id" for number in range(1000)}}
    service = Service({"id"}, {"profile-field:f777"})
    assert set(invalid_keys(Configuration(mapping), service)) == {"profile-field:f777"}
    assert len(service.tries) <= 2 + 2 * 10 + 1
