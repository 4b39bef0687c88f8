# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several controllers start the same at the same moment: one import, applied once, and no failure; and each source has its turn."""

from __future__ import annotations

import typing as t

import pytest

from support.admin import Admin
from support.api_calls import GET, GET_CONFIG, IMPORT, LIST, PATCH_CONFIG, POST, PREVIEW, STATUS
from support.processes import all_at_once, meet
from support.small_tenant import AFTER, CSV, EXPECTED, MAPPING, csv_of, row, statuses

if t.TYPE_CHECKING:
    from conftest import Start

LIMITS = dict(EXPECTED)

#: Where the controllers meet, with limits or without. What differs most is in `make test`, the rest in `make test-faults`.
PLACES = {
    "without": [LIST, POST, GET_CONFIG, PATCH_CONFIG, GET, IMPORT],
    "with": [LIST, POST, GET_CONFIG, PATCH_CONFIG, GET, PREVIEW, STATUS, IMPORT],
}
#: What a service answers to the start of an import while another one runs, unless the switch `refused_transition` tells.
REFUSED_WITH: dict[str, set[int]] = {"queued": set(), "conflict": {409}}

MATRIX = pytest.mark.matrix
pytestmark = pytest.mark.faults


def tasks(admin: Admin, content: bytes = CSV, name: str = "people.csv", limits: dict[str, int] | None = None) -> list[t.Any]:
    """Return what the role does without a baseline."""
    connection = {**admin.connection, "timeout": 30}
    return [
        ("staffbase_import_upload", {**connection, "content": content.decode(), "file_name": name, "delete_orphaned_drafts": True}),
        ("staffbase_import_config", {**connection, "mapping": MAPPING}),
        ("staffbase_import_state", {**connection, "state": "imported", "limits": limits, "wait_timeout": 60, "wait_interval": 0.1}),
    ]


def check_once(admin: Admin, results: list[list[dict[str, t.Any]]]) -> None:
    assert [result["msg"] for each in results for result in each if result.get("failed")] == []
    (kept,) = admin.sim.imports()
    assert (kept["state"], kept["applied_count"]) == ("COMPLETED", 1)
    assert {each[0]["import_id"] for each in results} == {kept["id"]}
    assert {each[-1]["state"] for each in results} == {"COMPLETED"}
    assert {str(each[-1]["changes"]) for each in results} == {str(EXPECTED)}
    assert admin.statuses() == AFTER
    assert all(person["version"] <= 1 for person in admin.sim.people())


@pytest.mark.cases(5)
@pytest.mark.parametrize(
    ("limits", "place"), [pytest.param(limits, place, id=f"{limits} limits, at {place}") for limits, places in PLACES.items() for place in places])
def test_four_controllers_meet_at_a_call(start: Start, limits: str, place: str) -> None:
    admin = start(tenant={"preview_seconds": 0.1, "import_seconds": 0.2})
    have_met = meet(admin.sim, place, 4)
    check_once(admin, all_at_once([tasks(admin, limits=LIMITS if limits == "with" else None)] * 4))
    assert have_met()


@pytest.mark.parametrize("many", [*(pytest.param(many, marks=MATRIX) for many in range(2, 8)), 8])
@pytest.mark.parametrize("limits", [None, LIMITS], ids=["without limits", "with limits"])
def test_many_controllers(admin: Admin, many: int, limits: dict[str, int] | None) -> None:
    have_met = meet(admin.sim, LIST, many)
    check_once(admin, all_at_once([tasks(admin, limits=limits)] * many))
    assert have_met()


@MATRIX
@pytest.mark.parametrize("switches", [
    {"preview_again": "refused", "refused_transition": 409}, {"preview_again": "refused", "refused_transition": 403},
    {"config_at_preview_ready": "draft"}, {"states_shown": "instant"}, {"states_shown": "skipped"}, {"second_import": "conflict"},
    {"second_import": "refused", "refused_transition": 422}, {"config_write": "merge"}, {"config_guess": "empty"}, {"list_order": "unordered"},
    {"delete_answer": 200}, {"config_verb": "put"}, {"status_shape": "nested"},
], ids=str)
@pytest.mark.parametrize("place", PLACES["with"])
def test_whatever_the_service_is_like(start: Start, switches: dict[str, t.Any], place: str) -> None:
    admin = start(tenant={"preview_seconds": 0.1, "import_seconds": 0.2}, **switches)
    have_met = meet(admin.sim, place, 3)
    check_once(admin, all_at_once([tasks(admin, limits=LIMITS)] * 3))
    assert have_met()


def test_limits_stop_all_of_them(admin: Admin) -> None:
    have_met = meet(admin.sim, LIST, 3)
    results = all_at_once([tasks(admin, limits={**LIMITS, "deleted": 0})] * 3)
    assert have_met()
    assert [each[-1].get("failed") for each in results] == [True] * 3
    assert admin.nobody_changed()
    assert len(admin.sim.imports()) == 1


@pytest.mark.parametrize("switches", [
    {"second_import": "queued"}, {"second_import": "conflict"}, {"second_import": "refused", "refused_transition": 400},
    pytest.param({"second_import": "refused", "refused_transition": 403}, marks=MATRIX),
    pytest.param({"second_import": "refused", "refused_transition": 422}, marks=MATRIX),
], ids=str)
def test_several_sources_have_their_turns(start: Start, switches: dict[str, t.Any]) -> None:
    admin = start(tenant={"people": [], "import_seconds": 0.3}, **switches)
    have_met = meet(admin.sim, IMPORT, 4)
    results = all_at_once([tasks(admin, csv_of([row(f"{source}1", "Activated")]), f"{source}.csv") for source in "ABCD"])
    assert [result["msg"] for each in results for result in each if result.get("failed")] == []
    assert have_met()
    # All four ask to start at the same moment, so a service that refuses a second import has refused.
    refused = [record.status for record in admin.sim.requests if record.call == IMPORT and record.status != 204]
    assert set(refused) == REFUSED_WITH.get(switches["second_import"], {switches.get("refused_transition")})
    assert [entry["applied_count"] for entry in admin.sim.imports()] == [1] * 4
    assert statuses(admin.sim.people()) == {f"{source}1": "pending" for source in "ABCD"}
