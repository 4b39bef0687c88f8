# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The covering set covers, and is the same every time."""

from __future__ import annotations

from itertools import combinations, product

import pytest

from simulator import Switches
from simulator.pairwise import covering
from simulator.switches import choices, explain, paired_choices, parse_switch
from support.paired import PAIRED


def test_every_pair_of_values_occurs() -> None:
    rows = [row.as_dict() for row in PAIRED]
    for (one, ones), (other, others) in combinations(paired_choices().items(), 2):
        assert {(row[one], row[other]) for row in rows} >= set(product(ones, others))


def test_it_is_deterministic_and_small() -> None:
    assert covering() == PAIRED
    assert len(PAIRED) < 80


def test_fixed_and_left_out_switches() -> None:
    for row in covering(without=("location",), second_import="queued"):
        assert (row.location, row.second_import) == ("absolute", "queued")


def test_switches_say_what_is_wrong() -> None:
    with pytest.raises(ValueError, match="location"):
        Switches(location="nowhere")
    with pytest.raises(ValueError, match="colour"):
        parse_switch("colour=red")
    with pytest.raises(ValueError, match="403"):
        parse_switch("refused_transition=418")
    assert parse_switch("refused_transition=403") == ("refused_transition", 403)
    assert "location = absolute | relative" in explain()


def test_the_first_value_is_the_default() -> None:
    assert Switches().as_dict() == {name: values[0] for name, values in choices().items()}
