# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which imports a filter takes."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.community.staffbase.plugins.module_utils._errors import InputError
from ansible_collections.community.staffbase.plugins.module_utils._imports.records import ImportRecord
from ansible_collections.community.staffbase.plugins.module_utils._steps.look_up import Filter

RECORD = ImportRecord(id="69", file_name="people.0123456789abcdef.csv", state="COMPLETED", created_at="2026-01-31T02:00:00.500Z")


@pytest.mark.parametrize(("options", "taken"), [
    ({}, True),
    ({"file_name": "people.csv"}, True), ({"file_name": "people"}, True), ({"file_name": "people.0123456789abcdef.csv"}, True),
    ({"file_name": "persons.csv"}, False), ({"file_name": ""}, False),
    ({"states": ("COMPLETED", "DRAFT")}, True), ({"states": ("DRAFT",)}, False),
    ({"created_after": "2026-01-31T02:00:00Z"}, True), ({"created_after": "2026-01-31T03:00:00+01:00"}, True),
    ({"created_after": "2026-01-31"}, True), ({"created_after": "2026-01-31T02:00:00.500Z"}, False), ({"created_after": "2026-02-01"}, False),
    ({"file_name": "people.csv", "states": ("DRAFT",)}, False),
])
def test_what_a_filter_takes(options: dict[str, t.Any], taken: bool) -> None:
    assert Filter(**options).checked().takes(RECORD) is taken


def test_an_import_of_unknown_age_is_not_newer_than_anything() -> None:
    assert not Filter(created_after="1970-01-01").takes(ImportRecord(id="1"))


@pytest.mark.parametrize(("options", "text"), [
    ({"limit": 0}, "limit: it must be 1 or more"), ({"limit": -1}, "limit: "),
    ({"created_after": "yesterday"}, "created_after: "), ({"created_after": ""}, "created_after: "),
])
def test_what_cannot_be_right_is_refused(options: dict[str, t.Any], text: str) -> None:
    with pytest.raises(InputError, match=text):
        Filter(**options).checked()
