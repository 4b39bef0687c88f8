# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A full import where the service takes `removeAll` beside no `delta` at all, not even a false one."""

from __future__ import annotations

import typing as t

import pytest

from simulator import configuration
from support.admin import Admin
from support.api_calls import DELETE, GET_CONFIG, PATCH_CONFIG
from support.small_tenant import CSV, MAPPING, csv_of, row

if t.TYPE_CHECKING:
    from conftest import Start

    from simulator.switches import Switches

SHOE = "profile-field:shoesize"


def strict(start: Start, **switches: t.Any) -> Admin:
    return start(remove_all_beside_delta="refused", **switches)


def written(admin: Admin) -> list[dict[str, t.Any]]:
    return [request.body for request in admin.sim.requests if request.method == "PATCH" and request.path.endswith("/config")]


@pytest.mark.parametrize("write", ["replace", "merge", "deep_merge"])
@pytest.mark.parametrize("remove_all", [None, False, True])
def test_what_excludes_the_other_is_left_out(start: Start, remove_all: bool | None, write: str) -> None:
    admin = strict(start, config_write=write)
    import_id = admin.prepared(content=csv_of([row("U0", "Activated"), row("U1", "Activated")]))
    options = {"delta": False, **({} if remove_all is None else {"remove_all": remove_all})}
    result = admin.config(import_id, **options)
    assert result["changed"]
    assert [(body.get("delta"), body["removeAll"]) for body in written(admin)] == [(False, bool(remove_all)), (None, bool(remove_all))]
    assert admin.calls() == [GET_CONFIG, PATCH_CONFIG, PATCH_CONFIG, GET_CONFIG]
    assert result["config"]["remove_all"] is bool(remove_all)
    again = admin.config(import_id, **options)
    assert admin.calls() == [GET_CONFIG]
    assert not again["changed"]
    assert not admin.config(import_id, check=True, **options)["changed"]
    admin.state(import_id, "imported")
    after = admin.statuses()
    assert (after["U0"], after["U2"], after["S1"]) == ("activated", "deactivated", "deactivated")
    assert after["H1"] == ("deactivated" if remove_all else "activated")


def test_a_delta_import_again(start: Start) -> None:
    """What stands there of a full import is a difference, and is gone afterwards."""
    admin = strict(start)
    import_id = admin.prepared()
    admin.config(import_id, delta=False)
    assert admin.config(import_id)["changed"]
    stored = admin.sim.import_(import_id)["config"]
    assert (stored["delta"], "removeAll" in stored) == (True, False)


@pytest.mark.parametrize("configured", [False, True], ids=["delta", "full"])
def test_bad_keys_are_named_all_the_same(start: Start, configured: bool) -> None:
    admin = strict(start)
    import_id = admin.prepared()
    if configured:
        admin.config(import_id, delta=False)
    before = admin.sim.import_(import_id)["config"]
    result = admin.config(import_id, delta=False, mapping={**MAPPING, SHOE: "Vorname", "userName": "Login"})
    assert result["invalid_mapping"] == {SHOE: f"the tenant does not know the field '{SHOE}'", "userName": "the file has no column 'Login'"}
    assert admin.sim.import_(import_id)["config"] == before
    assert DELETE not in admin.calls()
    assert admin.nobody_changed()


def test_windows_1252_is_spelled_as_the_service_takes_it(start: Start) -> None:
    admin = strict(start, windows_1252="cp1252")
    import_id = admin.sim.upload(CSV, "people.csv")
    assert admin.config(import_id, delta=False, encoding="windows-1252")["changed"]
    stored = admin.sim.import_(import_id)["config"]
    assert (stored["encoding"], stored["removeAll"], "delta" in stored) == ("cp1252", False, False)
    assert not admin.config(import_id, delta=False, encoding="windows-1252")["changed"]


def test_a_service_that_makes_a_delta_import_of_it_is_told(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asked for a full import must not get another one without a word."""
    real = configuration.shown

    def shown(config: dict[str, t.Any], import_id: str, switches: Switches) -> dict[str, t.Any]:
        return {"delta": True, **real(config, import_id, switches)}

    monkeypatch.setattr("simulator.api.shown", shown)
    admin = strict(start)
    import_id = admin.prepared()
    result = admin.config(import_id, delta=False)
    assert result.failed
    assert result["msg"] == "The service accepted the configuration but stored something else in: delta; nothing was imported"
    assert admin.sim.import_(import_id)["config"]["delta"] is True
