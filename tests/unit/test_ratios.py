# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The statistics of the measurements."""

from __future__ import annotations

import argparse

import pytest

from bench import ratios, upload
from bench.ratios import Measured

#: In the second round the machine was busy: both took twice as long.
RUNS = {"ours": [Measured(1.0, 60), Measured(2.0, 62), Measured(1.2, 61)], "theirs": [Measured(2.0, 50), Measured(4.0, 51), Measured(2.0, 50)]}


def test_a_ratio_is_that_of_the_medians_and_that_of_each_round() -> None:
    assert ratios.ratio(RUNS, "ours", "theirs") == pytest.approx(0.6)
    assert ratios.seconds_by_round(RUNS, "ours", "theirs") == "0.50, 0.50, 0.60"


def test_a_round_that_is_missing_is_no_ratio() -> None:
    with pytest.raises(ValueError, match="zip"):
        ratios.by_round([1.0, 2.0], [1.0])


def test_the_table_has_both() -> None:
    lines = ratios.table(RUNS, "theirs").splitlines()
    assert lines[0] == "| | min s | median s | max s | ratio to theirs | by round: min, median, max | peak MiB |"
    assert lines[2:] == [
        "| ours | 1.00 | 1.20 | 2.00 | 0.60 | 0.50, 0.50, 0.60 | 62 |", "| theirs | 2.00 | 2.00 | 4.00 | 1.00 | 1.00, 1.00, 1.00 | 51 |"]
    assert {line.count("|") for line in lines} == {8}


@pytest.mark.parametrize(("found", "low", "high"), [(0.5, "met", "**not met**"), (0.6, "met", "met"), (0.7, "**not met**", "met")])
def test_an_aim_is_met_or_not(found: float, low: str, high: str) -> None:
    assert ratios.at_most("a / b", found, 0.6, rounds="0.50, 0.50, 0.60") == (
        f"- a / b: {found:.2f} (by round: 0.50, 0.50, 0.60); aim at most 0.6: {low}.")
    assert ratios.at_least("a", found, 0.6, " MiB") == f"- a: {found:.2f} MiB; aim at least 0.6 MiB: {high}."


def test_the_upload_tells_its_rounds() -> None:
    sent = {
        upload.CURL: [upload.Sent(1000, 1.0, 40), upload.Sent(500, 2.0, 40)], upload.OURS: [upload.Sent(900, 1.1, 32), upload.Sent(400, 2.2, 32)],
        upload.UNDIGESTED: [upload.Sent(1500, 1.0, 32), upload.Sent(1000, 1.5, 32)],
    }
    text = upload._told(sent, 30.0, [1300.0, 1200.0], argparse.Namespace(mebibytes=4, repeat=2))
    assert "- Throughput / curl: 0.87 (by round: 0.80, 0.85, 0.90); aim at least 0.9: **not met**." in text
    table = [line for line in text.splitlines() if line.startswith("|")]
    assert {line.count("|") for line in table} == {9}
    assert "| community.staffbase | 400 | 650 | 900 | 0.87 | 0.80, 0.85, 0.90 | 1.65 | 32 |" in table
