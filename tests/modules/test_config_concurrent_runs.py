# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several controllers configure the same draft: who comes too late is content with what is wanted, and spoils nothing."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.community.staffbase.plugins.module_utils._steps.config import Configure
from support.admin import Admin
from support.api_calls import GET, GET_CONFIG, PATCH_CONFIG
from support.module_runner import Result
from support.small_tenant import BODY, CSV

if t.TYPE_CHECKING:
    from conftest import Start

MOVED = ["PREVIEW_PENDING", "CREATING_PREVIEW", "IMPORT_PENDING", "IMPORTING", "COMPLETED"]


def overtaken(admin: Admin, state: str, config: dict[str, t.Any]) -> tuple[str, Result]:
    """Another client configures the draft and moves it on when this one is about to write."""
    import_id = admin.sim.upload(CSV, "people.csv")

    def other() -> None:
        entry = admin.sim.world.imports.get(import_id)
        assert entry is not None
        entry.config, entry.configured = config, True
        admin.sim.world.imports.save(entry)
        admin.sim.set_state(import_id, state, hold=True)

    admin.at_call(2, other)
    return import_id, admin.config(import_id)


@pytest.mark.parametrize("status", [400, 403, 409, 422])
@pytest.mark.parametrize("state", MOVED)
def test_the_same_configuration_is_fine(start: Start, state: str, status: int) -> None:
    admin = start(refused_transition=status)
    import_id, result = overtaken(admin, state, BODY)
    assert admin.calls() == [GET_CONFIG, PATCH_CONFIG, GET, GET_CONFIG]
    assert (result.failed, result["changed"]) == (False, False)
    assert admin.sim.import_(import_id)["config"] == BODY


@pytest.mark.parametrize("state", MOVED)
def test_another_configuration_is_a_failure_and_is_left_as_it_is(admin: Admin, state: str) -> None:
    other = {**BODY, "sendMailsNew": True}
    import_id, result = overtaken(admin, state, other)
    assert admin.calls() == [GET_CONFIG, PATCH_CONFIG, GET, GET_CONFIG]
    assert result["msg"].startswith(f"Import {import_id} is {state}, so its configuration cannot be changed")
    assert "invalid_mapping" not in result
    assert admin.sim.import_(import_id)["config"] == other


def preview_ends(admin: Admin, number: int) -> Result:
    """The preview that keeps this client from writing is there when its call of this number arrives."""
    import_id = admin.sim.upload(CSV, "people.csv", config=BODY)
    admin.sim.set_state(import_id, "CREATING_PREVIEW", hold=True)
    admin.at_call(number, lambda: admin.sim.set_state(import_id, "PREVIEW_READY"))
    result = admin.config(import_id, send_mails_new=True)
    assert admin.sim.import_(import_id)["config"]["mapping"] == BODY["mapping"]
    return result


def test_no_tries_while_another_client_previews(admin: Admin) -> None:
    """A mapping that is only tried out must not be what the other client imports."""
    assert "run again when its preview is made" in preview_ends(admin, 5)["msg"]
    assert admin.sim.writes() == [PATCH_CONFIG]


def test_without_that_the_draft_of_the_other_client_would_be_written_to(admin: Admin, monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard bites: the second look being left out, the search for the invalid keys begins."""
    monkeypatch.setattr(Configure, "_is_as_wanted", lambda self, body: False)
    monkeypatch.setattr(Configure, "_refuse_if_started", lambda self, record: None)
    import_id, _result = overtaken(admin, "IMPORT_PENDING", BODY)
    assert admin.sim.writes().count(PATCH_CONFIG) > 1
    assert admin.sim.import_(import_id)["state"] == "IMPORT_PENDING"
