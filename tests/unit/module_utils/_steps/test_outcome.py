# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One shape of a result, whatever happened."""

from __future__ import annotations

from ansible_collections.community.staffbase.plugins.module_utils._imports.records import ImportRecord
from ansible_collections.community.staffbase.plugins.module_utils._imports.row_errors import RowErrors
from ansible_collections.community.staffbase.plugins.module_utils._steps.outcome import Outcome

RECORD = ImportRecord(id="69", file_name="people.csv", state="COMPLETED")
KEYS = ["import", "state", "changes", "expected", "row_error_count", "row_errors", "elapsed"]


def test_nothing_known_yet() -> None:
    assert Outcome().to_result() == {
        "import": None, "state": None, "changes": None, "expected": None, "row_error_count": None, "row_errors": [], "elapsed": 0.0}


def test_everything_known() -> None:
    listed = [{"line": 3, "message": "is missing"}]
    outcome = Outcome(changed=True, record=RECORD, changes={"created": 1}, expected={"created": 2}, row_errors=RowErrors(1, listed), elapsed=1.23456)
    assert outcome.to_result() == {
        "import": RECORD.to_result(), "state": "COMPLETED", "changes": {"created": 1}, "expected": {"created": 2}, "row_error_count": 1,
        "row_errors": listed, "elapsed": 1.235}
    assert list(outcome.to_result()) == KEYS


def test_no_refused_rows_is_not_the_same_as_not_known() -> None:
    assert Outcome(row_errors=RowErrors(0, [])).to_result()["row_error_count"] == 0


def test_an_import_that_is_gone_is_absent() -> None:
    shown = Outcome(record=RECORD, gone=True).to_result()
    assert (shown["import"], shown["state"]) == (None, "absent")
    assert list(shown) == KEYS


def test_two_outcomes_do_not_share_their_warnings() -> None:
    Outcome().warnings.append("text")
    assert Outcome().warnings == []
