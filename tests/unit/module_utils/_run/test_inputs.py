# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be wrong with the inputs of a run: each has a sentence of its own, and all of them are told in one go."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.community.staffbase.plugins.module_utils._errors import StaffbaseError
from ansible_collections.community.staffbase.plugins.module_utils._run.inputs import Inputs

GOOD: dict[str, t.Any] = {"src": "/srv/people.csv", "mapping": {"externalId": "id"}}

WRONG: list[tuple[dict[str, t.Any], str]] = [
    ({"src": ""}, "delta_import_src must not be empty"),
    ({"src": None}, "delta_import_src must not be empty"),
    ({"mapping": {"eMail": "mail"}}, "delta_import_mapping must have the key externalId"),
    ({"mapping": {"externalID": "id"}}, "delta_import_mapping must have the key externalId"),
    ({"mapping": {"externalId": ""}}, "delta_import_mapping must have the key externalId"),
    ({"limits": {"deleted": None}}, "delta_import_limits.deleted must not be empty"),
    ({"limits": {"deleted": -1}}, "delta_import_limits.deleted must be a whole number, 0 or more"),
    ({"limits": {"deleted": "many"}}, "delta_import_limits.deleted must be a whole number, 0 or more"),
    ({"baseline_limits": {"leavers": None}}, "delta_import_baseline_limits.leavers must not be empty"),
    ({"baseline_limits": {"leavers": "few"}}, "delta_import_baseline_limits.leavers must be a number such as 20"),
    ({"max_row_errors": -1}, "delta_import_max_row_errors must not be negative"),
    ({"wait_timeout": -1.0}, "delta_import_wait_timeout must not be negative"),
    ({"wait_timeout": float("nan")}, "delta_import_wait_timeout must not be negative"),
    ({"wait_interval": 0.0}, "delta_import_wait_interval must be more than 0"),
    ({"report": "/srv/report.json"}, "delta_import_report must end in .html"),
    ({"report": ".html"}, "delta_import_report must end in .html"),
    ({"approved_only": True}, "delta_import_approved_only needs delta_import_target imported"),
    ({"approved_only": True, "results": {"lisbon": {}}}, "that has berlin in it"),
    ({"approved_only": True, "target": "previewed", "results": {"berlin": {}}}, "delta_import_approved_only needs"),
]


@pytest.mark.parametrize(("given", "told"), WRONG)
def test_each_wrong_input_has_a_sentence_of_its_own(given: dict[str, t.Any], told: str) -> None:
    (problem,) = Inputs.read("berlin", {**GOOD, **given}).problems()
    assert told in problem


def test_all_of_them_are_told_in_one_go() -> None:
    given = {"limits": {"deleted": -1}, "max_row_errors": -1, "wait_interval": 0.0}
    with pytest.raises(StaffbaseError) as error:
        Inputs.read("berlin", given).check()
    assert error.value.stage == "inputs"
    for name in ("src", "mapping", "limits.deleted", "max_row_errors", "wait_interval"):
        assert f"delta_import_{name} must" in str(error.value)
    assert str(error.value).endswith(". Nothing was sent.")


@pytest.mark.parametrize("given", [
    {}, {"limits": {"deleted": 0}, "baseline_limits": {"leavers": "5%", "joiners": 20}, "max_row_errors": 0, "wait_timeout": 0.0},
    {"report": "/srv/a.htm", "baseline": "", "errors_dest": ""}, {"approved_only": True, "results": {"berlin": {"import_id": None}}},
    {"mapping": {"userName, externalId": "id"}},
])
def test_nothing_is_wrong(given: dict[str, t.Any]) -> None:
    Inputs.read("berlin", {**GOOD, **given}).check()


def test_null_is_not_set_and_other_variables_are_left_out() -> None:
    assert Inputs.read("berlin", {**GOOD, "baseline": None, "max_row_errors": None, "file_name": "x"}) == Inputs("berlin", **GOOD)


@pytest.mark.parametrize(("mapping", "identifier", "status"), [
    ({"externalId": "id"}, "id", ""),
    ({"externalId,userName": "id", "status": "state"}, "id", "state"),
    ({"userName , externalId": "id", "status, profile-field:status": "state"}, "id", "state"),
    ({"externalIds": "other", "statuses": "other"}, "", ""),
])
def test_a_key_with_commas_is_several_fields(mapping: dict[str, str], identifier: str, status: str) -> None:
    inputs = Inputs(mapping=mapping)
    assert (inputs.identifier, inputs.status_column) == (identifier, status)
