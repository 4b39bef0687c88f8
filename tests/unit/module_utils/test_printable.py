# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing that moves a cursor or hides a line gets through."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.community.staffbase.plugins.module_utils._printable import printable, printable_data


@given(st.text(st.characters(categories=("Cc", "Cs", "Zl", "Zp"))))
def test_each_acting_character_is_replaced(text: str) -> None:
    assert printable(text) == "?" * len(text)


@given(st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp", "Cf"))))
def test_what_is_only_read_stays(text: str) -> None:
    assert printable(text) == text


def test_marks_of_direction_are_replaced_and_joiners_of_letters_stay() -> None:
    assert printable("a\u202eb\u2066c\u200fd") == "a?b?c?d"
    joined = "\u0646\u200c\u0627"
    assert unicodedata.category("\u200c") == "Cf"
    assert printable(joined) == joined


def test_texts_are_found_wherever_they_stand() -> None:
    assert printable_data({"a\x1b": ["b\r", ("c\n", 1)], "d": None}) == {"a?": ["b?", ["c?", 1]], "d": None}
