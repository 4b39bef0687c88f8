# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tenant's clock is a day behind the controller's, or a day ahead."""

from __future__ import annotations

import time
import typing as t
from email.utils import formatdate, parsedate_to_datetime

import pytest

from ansible_collections.community.staffbase.plugins.module_utils._http import answer, retry
from support.admin import Admin
from support.api_calls import LIST, POST
from support.small_tenant import AFTER, CSV

if t.TYPE_CHECKING:
    from conftest import Start

DAY = 86400
SKEWS = pytest.mark.parametrize("skew", [-DAY, DAY], ids=["behind", "ahead"])


def asked_to_wait(admin: Admin, skew: int, seconds: int) -> float:
    """Let the service refuse the first call and name a moment by its own clock; return the seconds until the list was read."""
    admin.fault("status:429", LIST, retry_after=formatdate(time.time() + skew + seconds, usegmt=True))
    begun = time.monotonic()
    result = admin.info()
    assert not result.failed, result["msg"]
    assert admin.calls() == [LIST, LIST]
    return time.monotonic() - begun


@SKEWS
def test_a_file_is_imported_once_and_a_rerun_changes_nothing(start: Start, skew: int) -> None:
    admin = start(tenant={"clock_offset": float(skew)})
    for again in (False, True):
        upload = admin.upload(CSV)
        config = admin.config(upload["import_id"])
        state = admin.state(upload["import_id"], "imported", limits={"deleted": 1})
        assert (state["state"], admin.statuses()) == ("COMPLETED", AFTER)
        assert [result["changed"] for result in (upload, config, state)] == [not again] * 3
    (only,) = admin.sim.imports()
    assert only["applied_count"] == 1
    assert abs(admin.sim.world.clock.now() - time.time() - skew) < 1


@SKEWS
def test_the_newest_upload_counts_by_the_tenants_own_clock(start: Start, skew: int) -> None:
    admin = start(tenant={"clock_offset": float(skew)})
    first = admin.upload(CSV)["import_id"]
    admin.sim.advance(5)
    other = admin.upload(CSV + b"Z9;z9@company.example;V;N;Activated\r\n")["import_id"]
    admin.sim.advance(5)
    again = admin.upload(CSV)["import_id"]
    assert len({first, other, again}) == 3
    assert [one["id"] for one in admin.info()["imports"]] == [again, other, first]


@SKEWS
def test_a_moment_that_the_service_names_is_read_by_its_own_clock(start: Start, skew: int) -> None:
    assert 0.9 <= asked_to_wait(start(tenant={"clock_offset": float(skew)}), skew, 2) < 10


def test_by_the_controllers_clock_it_would_not_wait(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the Date header of the answer, a tenant that is behind would be called again too soon."""
    real = retry.read_retry_after
    monkeypatch.setattr(answer.retry, "read_retry_after", lambda value, now, _date: real(value, now, None))
    assert asked_to_wait(start(tenant={"clock_offset": -float(DAY)}), -DAY, 2) < 0.9


def test_by_the_controllers_clock_it_would_give_up(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """And a tenant that is ahead would seem to ask for a day."""
    real = retry.read_retry_after
    monkeypatch.setattr(answer.retry, "read_retry_after", lambda value, now, _date: real(value, now, None))
    admin = start(tenant={"clock_offset": float(DAY)})
    admin.fault("status:429", LIST, retry_after=formatdate(time.time() + DAY + 2, usegmt=True))
    assert admin.info().failed


@SKEWS
def test_a_lost_answer_is_found_whatever_the_clocks_say(start: Start, skew: int) -> None:
    admin = start(tenant={"clock_offset": float(skew)})
    admin.fault("lost_answer", POST)
    result = admin.upload(CSV)
    assert not result.failed
    assert [one["id"] for one in admin.sim.imports()] == [result["import_id"]]


@SKEWS
def test_the_simulators_answers_carry_its_own_date(start: Start, skew: int) -> None:
    """Else the tests above would show nothing."""
    seen: list[str] = []
    admin = start(tenant={"clock_offset": float(skew)})
    real = answer.refusal

    def refusal(got: answer.Answer, where: t.Any) -> t.Any:
        seen.append(got.headers["date"])
        return real(got, where)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ansible_collections.community.staffbase.plugins.module_utils._http.client.refusal", refusal)
        admin.fault("status:401", LIST)
        admin.info()
    (date,) = seen
    assert abs(parsedate_to_datetime(date).timestamp() - time.time() - skew) < 5
