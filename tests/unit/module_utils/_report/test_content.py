# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The content of a report: limits, groups, numbers, and what is left out."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.community.staffbase.plugins.module_utils._report import words
from ansible_collections.community.staffbase.plugins.module_utils._report.figures import duration, percent, ranges, whole
from ansible_collections.community.staffbase.plugins.module_utils._report.report import Asked, Group, Limit, Report, compose
from support.report_samples import EXPECTED, STATE, WRITTEN, Steps, failing, steps

ASKED = Asked("berlin", "imported", {"deactivated": 25, "deleted": 2}, {"leavers": "2%", "joiners": "50"}, 20, "deactivate")


def report(run: Steps | None = None, asked: Asked = ASKED, **more: t.Any) -> Report:
    return compose(asked, steps() if run is None else run, WRITTEN, **more)


def test_limits_are_compared_with_what_was_found() -> None:
    found = {limit.name: (limit.most, limit.count, words.closeness(limit)) for limit in report().limits}
    assert found == {
        # 17 leavers, 31 movers and 1227 unchanged are the 1275 rows before.
        "joiners": (50, 9, "18 % used"), "leavers": (25, 17, "68 % used"), "deactivated": (25, 14, "56 % used"),
        "deleted": (2, 3, "exceeded by 1"), "refused rows": (20, 3, "15 % used"),
    }


def test_a_limit_without_a_number_to_compare_is_not_kept() -> None:
    found = report(failing("upload", "upload"), Asked(limits={"created": 1}, baseline_limits={"leavers": "a few"}, max_row_errors=0)).limits
    assert [(limit.exceeded, words.closeness(limit)) for limit in found] == [(None, "not compared")] * 3
    assert words.not_compared(found) == "Nothing was compared with the limits: leavers a few, created 1, refused rows 0."


@pytest.mark.parametrize(("most", "count", "told"), [
    (0, 0, "kept"), (0, 1, "exceeded by 1"), (5, 5, "reached"), (200, 1, "under 1 % used"), (5, 0, "0 % used"),
])
def test_how_close_a_limit_came(most: int, count: int, told: str) -> None:
    assert words.closeness(Limit("deleted", str(most), most, count)) == told


def test_rows_are_grouped_by_what_is_said_of_them() -> None:
    assert report().refused.reasons == [Group("e-mail address is malformed", 2, [14, 15]), Group("status is unknown: '...'", 1, [41])]
    assert [words.lines_of(group) for group in report().refused.reasons] == ["lines 14-15", "line 41"]
    told = [words.lines_of(group) for group in (Group("x", 2, []), Group("x", 1, []), Group("x", 3, [7]))]
    assert told == ["lines not told", "line not told", "line 7 and others"]


def test_that_not_all_are_listed_is_told() -> None:
    assert words.only_the_first(report().refused.reasons, 3) == ""
    assert words.only_the_first(report().refused.reasons, 3000) == "These are the first 3 of 3,000."


def test_peoples_data_need_to_be_asked_for() -> None:
    error_file = (["line", "message"], [["14", "quellwick is no address"]])
    assert "quellwick" not in json.dumps(report(error_file=error_file).to_result())
    asked = report(asked=Asked(details=True), error_file=error_file)
    assert "quellwick" in json.dumps(asked.to_result())
    assert words.privacy(asked).startswith("This report holds people's data")
    assert words.privacy(report(error_file=error_file)) == "This report holds no people's data."


def test_numbers_of_a_preview_are_told_as_expected() -> None:
    assert words.changes_title(report()) == "Done by the import"
    for expected in (None, EXPECTED):
        preview = report(steps(state={"state": "PREVIEW_READY", "expected": expected}))
        assert (words.changes_title(preview), words.columns(preview)) == ("Expected by the preview", ["Number"])
        assert words.counters(preview)["deleted"] == [3]
        assert preview.to_result()["changes_are_expected"] is True


def test_numbers_of_the_preview_stand_beside_those_of_the_end() -> None:
    found = report(steps(state={"expected": EXPECTED}))
    assert (words.changes_title(found), words.columns(found)) == ("Expected by the preview, and done by the import", ["Previewed", "At the end"])
    assert words.counters(found) == {
        "created": [9, 9], "updated": [27, 28], "deactivated": [13, 14], "reactivated": [1, 1], "deleted": [4, 3]}
    result = found.to_result()
    assert (result["expected"], result["changes"], result["changes_are_expected"]) == (EXPECTED, STATE["changes"], False)
    # The limits are held against what was done, not against what was expected.
    assert {limit.name: words.closeness(limit) for limit in found.limits}["deleted"] == "exceeded by 1"


def test_without_a_preview_there_is_one_column() -> None:
    for expected in (None, dict.fromkeys(EXPECTED), {}):
        found = report(steps(state={"expected": expected}))
        assert (words.columns(found), words.counters(found)["deleted"]) == (["Number"], [3])
    assert report().to_result()["expected"] is None
    assert words.counters(report(steps(state={"changes": None}))) == {}


def test_an_end_without_numbers_leaves_those_of_the_preview() -> None:
    """They were compared with the limits, and the end could not be."""
    found = report(steps(state={"changes": None, "expected": EXPECTED}))
    assert words.counters(found)["deleted"] == [4, None]
    assert {limit.name: (limit.count, words.closeness(limit)) for limit in found.limits}["deleted"] == (4, "exceeded by 2")


def test_a_failure_before_any_step_still_makes_a_report() -> None:
    for run in ([], [{"step": "check", "result": {"failed": True, "msg": "src: there is no such file"}}]):
        found = report(run)
        assert (found.export, found.difference, found.changes, found.refused.count) == (None, None, None, None)
        assert json.loads(json.dumps(found.to_result()))["format"] == 1


def test_what_acts_on_a_terminal_is_replaced() -> None:
    assert "\x1b" not in json.dumps(report(failing("check", "check", "red \x1b[31m")).to_result())
    assert report(failing("check", "check", "red \x1b[31m")).to_result()["message"] == "red ?[31m"


def test_figures_are_written_as_people_read_them() -> None:
    assert [whole(None), whole(1234567)] == ["not known", "1,234,567"]
    assert [percent(0, 9), percent(1, 1000), percent(999, 1000), percent(3, 3), percent(3, 0)] == ["0 %", "under 1 %", "99 %", "100 %", "0 %"]
    times = {0: "0.00 s", 0.004: "under 0.01 s", 0.019: "0.02 s", 14.84: "14.8 s", 61: "1 min 1 s", 3723: "1 h 2 min"}
    assert {seconds: duration(seconds) for seconds in times} == times
    assert ranges([3, 7, 8, 9, 11, 12]) == "3, 7-9, 11-12"
    assert ranges([]) == ""
