# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole way under a set of settings in which every pair of answers to two open questions occurs."""

from __future__ import annotations

import typing as t

import pytest

from simulator import Switches
from simulator.switches import paired_choices
from support.api_calls import IMPORT, LIST, POST, PREVIEW
from support.paired import PAIRED
from support.small_tenant import AFTER, CSV, EXPECTED, MAPPING

if t.TYPE_CHECKING:
    from conftest import Start

    from support.admin import Admin

ROWS = [pytest.param(switches, id=f"{number:02d}") for number, switches in enumerate(PAIRED)]

#: A status that is deactivated or reactivated leaves nothing else to be counted, so all people of the file count either way.
LIMITS = {"created": 5, "updated": 100, "deactivated": 3, "deleted": 1}


def expected(switches: Switches) -> dict[str, int | None]:
    """Return the counters as this service tells them."""
    if switches.reactivated == "absent":
        return {**EXPECTED, "updated": EXPECTED["updated"] + EXPECTED["reactivated"], "reactivated": None}
    return dict(EXPECTED)


def tenant(start: Start, switches: Switches) -> Admin:
    admin = start(**switches.different())
    # A list of several pages, whatever the page's size.
    for number in range(30):
        admin.sim.upload(b"id\n1\n", f"other-{number}.csv", created_at=admin.sim.world.clock.now() - 1000 - number)
    return admin


def uploaded(admin: Admin) -> str:
    result = admin.upload(CSV)
    assert result["changed"]
    calls = admin.calls()
    assert POST in calls
    assert set(calls) == {LIST, POST}
    import_id: str = result["import_id"]
    assert admin.sim.uploaded_bytes(import_id) == CSV
    again = admin.upload(CSV)
    assert (again["changed"], again["import_id"]) == (False, import_id)
    return import_id


def configured(admin: Admin, import_id: str) -> None:
    result = admin.config(import_id)
    assert result["changed"]
    stored = admin.sim.import_(import_id)["config"]
    assert (stored["mapping"], stored["delta"], stored["separator"]) == (MAPPING, True, ";")
    assert (stored["sendMailsNew"], stored["sendMailsPending"], stored["generateRecoveryCodes"]) == (False, False, False)
    assert admin.nobody_changed()


def check_imported(admin: Admin, import_id: str, result: dict[str, t.Any], switches: Switches) -> None:
    assert (result["state"], result["changes"], result["row_error_count"]) == ("COMPLETED", expected(switches), 0)
    assert admin.statuses() == AFTER
    entry = admin.sim.import_(import_id)
    assert (entry["applied_count"], entry["mails"]) == (1, [])


@pytest.mark.parametrize("switches", ROWS)
def test_without_limits(start: Start, switches: Switches) -> None:
    admin = tenant(start, switches)
    import_id = uploaded(admin)
    configured(admin, import_id)
    admin.calls()
    result = admin.state(import_id, "imported", max_row_errors=0)
    assert result["changed"]
    assert admin.sim.writes() == [IMPORT]
    check_imported(admin, import_id, result, switches)
    admin.calls()
    again = admin.state(import_id, "imported", max_row_errors=0)
    assert again["changed"] is False
    assert admin.upload(CSV)["import_id"] == import_id
    assert admin.sim.writes() == []


@pytest.mark.parametrize("switches", ROWS)
def test_with_limits(start: Start, switches: Switches) -> None:
    admin = tenant(start, switches)
    import_id = uploaded(admin)
    configured(admin, import_id)
    admin.calls()
    refused = admin.state(import_id, "imported", limits={**LIMITS, "deleted": 0})
    assert refused.failed
    assert admin.sim.writes() == [PREVIEW]
    assert admin.nobody_changed()
    admin.calls()
    result = admin.state(import_id, "imported", limits=LIMITS)
    writes = admin.sim.writes()
    if switches.preview_numbers == "present":
        assert writes[-1] == IMPORT
        assert writes.count(IMPORT) == 1
        check_imported(admin, import_id, result, switches)
    else:
        assert result.failed
        assert "limits cannot be compared" in result["msg"]
        assert IMPORT not in writes
        assert admin.nobody_changed()


@pytest.mark.parametrize("switches", ROWS)
def test_a_bad_mapping_is_named_and_nothing_half_configured_stays(start: Start, switches: Switches) -> None:
    admin = tenant(start, switches)
    import_id = uploaded(admin)
    before = admin.sim.import_(import_id)["config"]
    bad = {"profile-field:shoesize": "Vorname", "userName": "Login"}
    result = admin.config(import_id, mapping={**MAPPING, **bad})
    assert set(result["invalid_mapping"]) == set(bad)
    after = admin.sim.import_(import_id)
    assert after["gone"] == "deleted" or after["config"].get("mapping", {}) == before.get("mapping", {})


def test_the_set_covers_every_value() -> None:
    """A switch that is new, or a value, takes part without anybody thinking of it."""
    for name, values in paired_choices().items():
        assert {getattr(switches, name) for switches in PAIRED} == set(values)
