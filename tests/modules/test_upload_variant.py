# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was asked for beside the content decides too: which imports of a content count under a variant, and when it is sent once more."""

from __future__ import annotations

import hashlib
import typing as t

import pytest

from ansible_collections.community.staffbase.plugins.module_utils._imports.imports import Imports
from ansible_collections.community.staffbase.plugins.module_utils._steps import upload as step
from support.admin import Admin
from support.api_calls import DELETE, GET, LIST, POST
from support.module_runner import Result
from support.processes import at_once
from support.small_tenant import BODY, CSV

FIRST_UPLOAD = [LIST, POST, LIST]
DIGEST = hashlib.sha256(CSV).hexdigest()[:16]
ONE, TWO = hashlib.sha256(b"one").hexdigest(), hashlib.sha256(b"two").hexdigest()
PLAIN = f"people.{DIGEST}.csv"
UNSTARTED = ["DRAFT", "PREVIEW_PENDING", "CREATING_PREVIEW", "PREVIEW_READY"]
STARTED = ["IMPORT_PENDING", "IMPORTING", "COMPLETED"]
MANY = 6


def named(variant: str | None) -> str:
    return PLAIN if variant is None else f"people.{DIGEST}-{variant[:12]}.csv"


def there(admin: Admin, variant: str | None, state: str) -> str:
    """Return the id of an import of the content that is there in this state, older than all that follow."""
    import_id = admin.sim.upload(CSV, named(variant), config=BODY)
    if state == "CANCELLED":
        admin.sim.cancel(import_id)
    elif state != "DRAFT":
        admin.sim.set_state(import_id, state, hold=True)
    admin.sim.advance(1)
    return import_id


def reused(admin: Admin, import_id: str, **options: t.Any) -> Result:
    """Upload, as a rehearsal and for real; both have to reuse this import and to send nothing."""
    count = len(admin.sim.imports())
    for check in (True, False):
        result = admin.upload(CSV, check=check, **options)
        assert admin.calls() == [LIST]
        assert (result["changed"], result["reused"], result["import_id"]) == (False, True, import_id)
    assert len(admin.sim.imports()) == count
    return result


def uploaded(admin: Admin, variant: str | None, **options: t.Any) -> Result:
    """Upload, as a rehearsal and for real; both have to say that it is a new import, under the name of the variant."""
    before = {entry["id"] for entry in admin.sim.imports()}
    if variant is not None:
        options["variant"] = variant
    rehearsed = admin.upload(CSV, check=True, **options)
    assert admin.calls() == [LIST]
    assert (rehearsed["changed"], rehearsed["reused"], rehearsed["import_id"]) == (True, False, None)
    result = admin.upload(CSV, **options)
    assert admin.calls() == FIRST_UPLOAD
    assert (result["changed"], result["reused"]) == (True, False)
    assert rehearsed["import"]["file_name"] == result["import"]["file_name"] == named(variant)
    assert {entry["id"] for entry in admin.sim.imports()} == {*before, result["import_id"]}
    return result


def test_the_name_holds_the_variant(admin: Admin) -> None:
    result = uploaded(admin, ONE)
    reused(admin, result["import_id"], variant=ONE)
    reused(admin, result["import_id"], variant=ONE[:12].upper())


@pytest.mark.parametrize("reuse", [[], ["drafts"]], ids=["same", "drafts"])
@pytest.mark.parametrize("state", [*UNSTARTED, *STARTED])
def test_the_same_variant_is_reused_in_any_living_state(admin: Admin, state: str, reuse: list[str]) -> None:
    reused(admin, there(admin, ONE, state), variant=ONE, reuse=reuse)


@pytest.mark.parametrize("reuse", [[], ["drafts"]], ids=["same", "drafts"])
@pytest.mark.parametrize("other", [TWO, None])
@pytest.mark.parametrize("state", STARTED)
def test_what_was_started_under_another_variant_is_uploaded_again(admin: Admin, state: str, other: str | None, reuse: list[str]) -> None:
    there(admin, other, state)
    uploaded(admin, ONE, reuse=reuse)


@pytest.mark.parametrize("other", [TWO, None])
@pytest.mark.parametrize("state", UNSTARTED)
def test_a_draft_of_another_variant_is_reused_where_drafts_are(admin: Admin, state: str, other: str | None) -> None:
    result = reused(admin, there(admin, other, state), variant=ONE, reuse=["drafts"])
    assert result["import"]["file_name"] == named(other)


@pytest.mark.parametrize("other", [TWO, None])
@pytest.mark.parametrize("state", UNSTARTED)
def test_a_draft_of_another_variant_is_not_reused_otherwise(admin: Admin, state: str, other: str | None) -> None:
    there(admin, other, state)
    uploaded(admin, ONE)


def test_a_plain_upload_takes_a_draft_of_a_variant_only_where_drafts_are_reused(admin: Admin) -> None:
    draft = there(admin, ONE, "DRAFT")
    reused(admin, draft, reuse=["drafts"])
    uploaded(admin, None)


@pytest.mark.parametrize("state", [*UNSTARTED, *STARTED])
def test_a_plain_upload_after_one_with_a_variant_is_a_new_one(admin: Admin, state: str) -> None:
    there(admin, None, "COMPLETED")
    there(admin, ONE, state)
    uploaded(admin, None)


@pytest.mark.parametrize("between", [TWO, None])
def test_one_two_one_is_three_uploads(admin: Admin, between: str | None) -> None:
    """The tenant was told something else meanwhile."""
    for variant in (ONE, between, ONE):
        result = uploaded(admin, variant, reuse=["drafts"])
        admin.sim.set_state(result["import_id"], "COMPLETED", hold=True)
        admin.sim.advance(1)


@pytest.mark.parametrize("reuse", [[], ["drafts"]], ids=["same", "drafts"])
@pytest.mark.parametrize("variant", [ONE, TWO, None])
def test_a_cancelled_one_is_never_reused(admin: Admin, variant: str | None, reuse: list[str]) -> None:
    there(admin, variant, "CANCELLED")
    uploaded(admin, ONE, reuse=reuse)


@pytest.mark.parametrize("reuse", [[], ["drafts"]], ids=["same", "drafts"])
def test_a_draft_of_other_bytes_or_of_another_source_is_never_reused(admin: Admin, reuse: list[str]) -> None:
    admin.sim.upload(CSV + b"x", f"people.{'0' * 16}-{ONE[:12]}.csv")
    admin.sim.upload(CSV, f"persons.{DIGEST}-{ONE[:12]}.csv")
    admin.sim.advance(1)
    uploaded(admin, ONE, reuse=reuse)


@pytest.mark.parametrize("variant", [ONE, None])
@pytest.mark.parametrize("reuse", [[], ["drafts"]], ids=["same", "drafts"])
@pytest.mark.parametrize("state", STARTED)
def test_resending_uploads_what_was_started_already(admin: Admin, state: str, reuse: list[str], variant: str | None) -> None:
    there(admin, variant, state)
    uploaded(admin, variant, resend=True, reuse=reuse, delete_orphaned_drafts=True)


@pytest.mark.parametrize("state", UNSTARTED)
def test_resending_reuses_what_was_not_started(admin: Admin, state: str) -> None:
    reused(admin, there(admin, ONE, state), variant=ONE, resend=True)


def test_resending_reuses_a_draft_of_another_variant_where_drafts_are(admin: Admin) -> None:
    reused(admin, there(admin, TWO, "DRAFT"), variant=ONE, resend=True, reuse=["drafts"])


def test_resending_deletes_no_draft_in_favour_of_what_was_started(admin: Admin) -> None:
    done, draft = there(admin, ONE, "COMPLETED"), there(admin, ONE, "DRAFT")
    reused(admin, draft, variant=ONE, resend=True, delete_orphaned_drafts=True)
    admin.upload(CSV, variant=ONE, delete_orphaned_drafts=True)
    # The same without it: an orphaned draft.
    assert admin.calls() == [LIST, DELETE]
    assert [entry["id"] for entry in admin.sim.imports()] == [done]


def test_a_draft_of_another_variant_is_not_orphaned(admin: Admin) -> None:
    """Somebody asked for something else, and may still work on it."""
    done, _other = there(admin, ONE, "COMPLETED"), there(admin, TWO, "DRAFT")
    reused(admin, done, variant=ONE, reuse=["drafts"], delete_orphaned_drafts=True)


def test_force_uploads_under_the_variant(admin: Admin) -> None:
    there(admin, ONE, "DRAFT")
    result = admin.upload(CSV, variant=ONE, force=True)
    assert admin.calls() == [LIST, POST, GET]
    assert result["import"]["file_name"] == named(ONE)
    assert len(admin.sim.imports()) == 2


@pytest.mark.parametrize("reuse", [[], ["drafts"]], ids=["same", "drafts"])
@pytest.mark.parametrize("resend", [False, True])
def test_an_upload_whose_answer_is_lost_is_adopted(admin: Admin, reuse: list[str], resend: bool) -> None:
    # Neither of these is the one that was sent.
    there(admin, TWO, "COMPLETED")
    there(admin, ONE, "CANCELLED")
    admin.fault("lost_answer", POST)
    result = admin.upload(CSV, variant=ONE, reuse=reuse, resend=resend)
    assert admin.calls() == [LIST, POST, LIST, LIST]
    (entry,) = [entry for entry in admin.sim.imports() if entry["file_name"] == named(ONE) and entry["state"] == "DRAFT"]
    assert (result["changed"], result["reused"], result["import_id"]) == (True, False, entry["id"])
    assert len(admin.sim.imports()) == 3


def beside(monkeypatch: pytest.MonkeyPatch, act: t.Callable[[], t.Any]) -> None:
    """Let another client act right before this controller's POST."""
    real = Imports.upload

    def upload(self: Imports, *args: t.Any) -> str | None:
        act()
        return real(self, *args)

    monkeypatch.setattr(Imports, "upload", upload)


@pytest.mark.parametrize("resend", [False, True])
@pytest.mark.parametrize("state", ["DRAFT", "COMPLETED"])
def test_of_two_at_the_same_moment_one_stays(admin: Admin, monkeypatch: pytest.MonkeyPatch, state: str, resend: bool) -> None:
    """Also when the other one has started its import already: it was asked for the same, after the list was read."""
    beside(monkeypatch, lambda: there(admin, ONE, state))
    result = admin.upload(CSV, variant=ONE, resend=resend)
    assert admin.calls() == [LIST, POST, LIST, DELETE]
    (kept,) = admin.sim.imports()
    assert (kept["sequence"], kept["state"]) == (1, state)
    assert (result["changed"], result["reused"], result["import_id"]) == (False, True, kept["id"])


@pytest.mark.parametrize("other", [TWO, None])
@pytest.mark.parametrize("reuse", [[], ["drafts"]], ids=["same", "drafts"])
def test_who_asks_for_something_else_at_the_same_moment_keeps_a_draft(
    admin: Admin, monkeypatch: pytest.MonkeyPatch, reuse: list[str], other: str | None,
) -> None:
    beside(monkeypatch, lambda: there(admin, other, "DRAFT"))
    assert admin.upload(CSV, variant=ONE, reuse=reuse)["changed"]
    assert admin.calls() == FIRST_UPLOAD
    assert sorted(entry["file_name"] for entry in admin.sim.imports()) == sorted([named(other), named(ONE)])


def test_many_controllers_at_once_end_with_one_import_of_each_variant(admin: Admin) -> None:
    options = {**admin.connection, "content": CSV.decode(), "file_name": "people.csv"}
    # All of them have read the list before the first upload is there.
    admin.fault("slow_after", LIST, times=MANY, delay=1.0)
    variants = [ONE, TWO] * (MANY // 2)
    results = at_once("staffbase_import_upload", [{**options, "variant": variant} for variant in variants])
    assert [result for result in results if result.get("failed")] == []
    kept = {entry["file_name"]: entry["id"] for entry in admin.sim.imports()}
    assert len(admin.sim.imports()) == 2
    assert [result["import_id"] for result in results] == [kept[named(variant)] for variant in variants]


def test_drafts_of_two_variants_are_not_waited_for(admin: Admin, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is about to delete one of them."""
    monkeypatch.setattr(step, "LOOKS_AT_DUPLICATES", (60.0,))
    there(admin, TWO, "DRAFT")
    reused(admin, there(admin, ONE, "DRAFT"), variant=ONE, reuse=["drafts"])


def test_duplicates_of_another_variant_are_looked_at_until_they_agree(admin: Admin) -> None:
    for _time in range(2):
        newest = there(admin, TWO, "DRAFT")
    assert admin.upload(CSV, variant=ONE, reuse=["drafts"])["import_id"] == newest
    assert admin.calls() == [LIST] * (1 + len(step.LOOKS_AT_DUPLICATES))


@pytest.mark.parametrize("name", ["people.csv", "people"])
def test_both_forms_of_the_name_are_found_by_the_source(admin: Admin, name: str) -> None:
    both = [there(admin, None, "DRAFT"), there(admin, ONE, "DRAFT")]
    admin.sim.upload(CSV, f"persons.{DIGEST}-{ONE[:12]}.csv")
    assert [entry["id"] for entry in admin.run("info", file_name=name)["imports"]] == both[::-1]
    assert [entry["id"] for entry in admin.run("info", file_name=named(ONE))["imports"]] == both[1:]


@pytest.mark.parametrize("variant", ["", "0123456789a", "0123456789aG", "people", "0123456789ab\n", "-0123456789ab", "\u0660" * 12])
@pytest.mark.parametrize("check", [False, True])
def test_a_variant_that_is_none(admin: Admin, variant: str, check: bool) -> None:
    result = admin.upload(CSV, variant=variant, check=check)
    assert result["msg"] == "variant: it must be 12 hexadecimal digits or more"
    assert admin.calls() == []
