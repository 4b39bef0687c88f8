# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Limits: no import starts when one is exceeded, or cannot be compared."""

from __future__ import annotations

import re
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.community.staffbase.plugins.module_utils._errors import InputError
from ansible_collections.community.staffbase.plugins.module_utils._imports.counters import COUNTERS
from ansible_collections.community.staffbase.plugins.module_utils._steps.limits import checked, objection

COUNTS: dict[str, int | None] = {"created": 3, "updated": 40, "deactivated": 2, "reactivated": None, "deleted": 0}


@pytest.mark.parametrize("limits", [None, {}, dict.fromkeys(COUNTERS)])
def test_what_is_not_set_is_no_limit(limits: dict[str, t.Any] | None) -> None:
    assert checked(limits) == {}


def test_zero_is_a_limit() -> None:
    assert checked({"deleted": 0, "created": None}) == {"deleted": 0}


@pytest.mark.parametrize(("limits", "text"), [
    ({"removed": 5, "deactivate": 1}, "limits: unknown: deactivate, removed; known: created"),
    ({"deleted": -1}, "limits.deleted: it must be a whole"),
    ({"deleted": True}, "limits.deleted: "), ({"deleted": 1.5}, "limits.deleted: "), ({"deleted": "5"}, "limits.deleted: "),
])
def test_unknown_and_impossible_limits_are_refused(limits: dict[str, t.Any], text: str) -> None:
    with pytest.raises(InputError, match=text):
        checked(limits)


@pytest.mark.parametrize(("limits", "text"), [
    ({"created": 3, "updated": 40, "deactivated": 2, "deleted": 0}, None),
    ({"created": 2}, r"created 3 \(at most 2\)"),
    ({"created": 0, "updated": 39, "deactivated": 2}, r"limits exceeded: created 3 \(at most 0\), updated 40 \(at most 39\)$"),
    ({"reactivated": 5}, "no number for reactivated"),
    ({"reactivated": 5, "created": 2}, "no number for reactivated"),
])
def test_limits_are_compared_with_the_preview(limits: dict[str, int], text: str | None) -> None:
    found = objection(limits, COUNTS)
    assert found is None if text is None else re.search(text, str(found))


@pytest.mark.parametrize("counts", [None, dict.fromkeys(COUNTERS)])
def test_no_numbers_are_no_pass(counts: dict[str, int | None] | None) -> None:
    assert "gives no numbers" in str(objection({"deleted": 5}, counts))


@given(
    st.fixed_dictionaries({}, optional={name: st.integers(0, 50) for name in COUNTERS}),
    st.none() | st.fixed_dictionaries({name: st.none() | st.integers(0, 60) for name in COUNTERS}),
)
def test_what_passes_keeps_to_every_limit(limits: dict[str, int], counts: dict[str, int | None] | None) -> None:
    if objection(limits, counts) is None:
        assert counts is not None
        for name, most in limits.items():
            number = counts[name]
            assert number is not None
            assert number <= most
