# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Beginning a run that says what it is asked for: what is remembered, and what became of a run before it. Each with its exact calls."""

from __future__ import annotations

import hashlib
import json
import typing as t
from pathlib import Path

import pytest

from support.admin import Admin
from support.api_calls import CANCEL, ERRORS, GET, LIST, STATUS
from support.module_runner import Result, run_module
from support.small_tenant import AFTER, BEFORE, BODY, CSV, HEADER, MAPPING, csv_of, row

if t.TYPE_CHECKING:
    from conftest import Start

OTHER = csv_of([row("N9", "Activated")])
STEM = "berlin"
ASKED: dict[str, t.Any] = {"mapping": MAPPING, "flags": {"send_mails_new": False}, "rules": {"leavers": "deactivate"}}
ELSE: dict[str, t.Any] = {**ASKED, "flags": {"send_mails_new": True}}
LOST = (
    "The previous run sent its rows, but the service has no import of them any more: it was deleted, or is older than 30 days. So it is not known "
    "whether those rows were imported. They are sent again, and whoever of them is not in the export is counted as a leaver")


class Source:
    """A source that is imported into a tenant."""

    def __init__(self, admin: Admin, folder: Path) -> None:
        self.there, self.folder, self.baseline, self.src = admin, folder, folder / "last.csv", folder / "people.csv"
        self.token = ""

    def path(self, end: str) -> Path:
        return Path(f"{self.baseline}.{end}")

    def begin(self, content: bytes = CSV, *, there: Admin | None = None, check: bool = False, **options: t.Any) -> Result:
        self.src.write_bytes(content)
        given = {
            "baseline": str(self.baseline), "src": str(self.src), "sha256": hashlib.sha256(content).hexdigest(), "source": STEM, "asked": ASKED,
            "file_name": f"{STEM}.csv", "identifier": HEADER[0], "wait_timeout": 20, "wait_interval": 0.05,
        }
        return (there or self.there).run("begin", check=check, **{**given, **options})

    def left(self, content: bytes = CSV, **options: t.Any) -> Source:
        """Let a run begin, and die."""
        result = self.begin(content, **options)
        assert not result.failed, result["msg"]
        self.token = result["token"]
        if result["exists"]:
            self.compare(result)
        self.there.calls()
        return self

    def compare(self, begun: Result) -> None:
        """Write the difference."""
        result = run_module("staffbase_csv_delta", {
            "previous": str(self.baseline), "current": begun["next_path"], "dest": begun["delta_path"], "identifier": HEADER[0],
            "mapping": MAPPING, "told": begun["told"], "told_dest": begun["told_next_path"]})
        assert not result.failed, result["msg"]

    def sending(self) -> Source:
        self.path("sending").touch()
        return self

    def uploaded(self, state: str = "DRAFT", *, name: str | None = None, hold: bool = False) -> str:
        """Let the service have the delta, as the run before has left it; `name` is what it has in its name beside the content."""
        content = self.path("delta.csv").read_bytes()
        middle = f"-{self.token[:12]}" if name is None else name
        import_id = self.there.sim.upload(content, f"{STEM}.{hashlib.sha256(content).hexdigest()[:16]}{middle}.csv", config=BODY)
        if state != "DRAFT":
            self.there.sim.set_state(import_id, state, hold=hold)
        return import_id

    def told(self) -> dict[str, t.Any]:
        found: dict[str, t.Any] = json.loads(self.path("told").read_bytes())
        return found

    def done(self, content: bytes = CSV, *, errors: str = "", there: Admin | None = None, **options: t.Any) -> Source:
        """Let a run begin and come to its end."""
        assert not self.begin(content, there=there, **options).failed
        refused = self.folder / "refused.csv"
        refused.write_text(errors, encoding="ascii")
        result = run_module("staffbase_csv_baseline", {
            "baseline": str(self.baseline), "state": "finished", "identifier": HEADER[0], "errors": str(refused)})
        assert not result.failed, result["msg"]
        self.there.calls()
        return self

    def files(self) -> dict[str, bytes]:
        """Return what is kept; the export is no part of it."""
        return {path.name: path.read_bytes() for path in self.folder.iterdir() if path != self.src}


@pytest.fixture
def source(admin: Admin, tmp_path: Path) -> Source:
    return Source(admin, tmp_path)


def remembered(result: Result) -> dict[str, t.Any]:
    return {name: result[name] for name in ("told", "everybody", "switched_on")}


# What is remembered


def test_a_first_run_keeps_the_export_and_what_it_is_asked_for(source: Source, admin: Admin) -> None:
    result = source.begin()
    assert admin.calls() == []
    assert remembered(result) == {"told": None, "everybody": True, "switched_on": []}
    assert (result["changed"], result["exists"], result["pending"], result["unstarted_id"]) == (False, False, False, None)
    assert (result["told_next_path"], result["sending_path"]) == (str(source.path("told.next")), str(source.path("sending")))
    assert {name for name in source.files() if name != "last.csv.source"} == {"last.csv.next", "last.csv.delta.csv", "last.csv.run"}
    record = json.loads(source.path("run").read_bytes())
    assert record == {"version": 1, "token": result["token"], "asked": {"tenant": f"{admin.sim.url}/api", **ASKED}}


def test_the_next_run_remembers_what_was_told(source: Source, admin: Admin) -> None:
    result = source.done().begin(OTHER)
    assert admin.calls() == []
    assert remembered(result) == {"told": str(source.path("told")), "everybody": False, "switched_on": []}
    assert result["exists"]


def test_without_it_nothing_is_remembered(source: Source, admin: Admin) -> None:
    result = source.begin(asked=None)
    assert (result["token"], remembered(result)) == (None, {"told": None, "everybody": False, "switched_on": []})
    assert not source.path("run").exists()


def test_a_baseline_of_todays_form_is_adopted(source: Source, admin: Admin) -> None:
    source.baseline.write_bytes(CSV)
    assert remembered(source.begin(OTHER)) == {"told": None, "everybody": False, "switched_on": []}


@pytest.mark.parametrize(("flags", "on"), [
    ({"send_mails_new": True, "generate_recovery_codes": True}, ["send_mails_new", "generate_recovery_codes"]),
    ({"send_mails_new": False, "send_mails_pending": True}, ["send_mails_pending"]), ({}, []), ({"send_mails_new": False}, []),
])
def test_what_is_switched_on_is_told(source: Source, flags: dict[str, bool], on: list[str]) -> None:
    assert source.done().begin(asked={**ASKED, "flags": flags})["switched_on"] == on


def test_what_was_on_before_is_not_switched_on(source: Source) -> None:
    assert source.done(asked=ELSE).begin(asked=ELSE)["switched_on"] == []


def test_resend_is_for_everybody_and_remembers_who_has_left(source: Source, admin: Admin) -> None:
    result = source.done().begin(resend=True)
    assert remembered(result) == {"told": str(source.path("told")), "everybody": True, "switched_on": []}
    assert (admin.calls(), result.warned) == ([], ())


def test_with_another_file_in_the_place_of_the_baseline_everybody_is_sent_and_that_is_said(source: Source, admin: Admin) -> None:
    source.done().baseline.write_bytes(OTHER)
    result = source.begin()
    assert remembered(result) == {"told": str(source.path("told")), "everybody": True, "switched_on": []}
    assert result.warned == (
        f"{source.baseline} is not the file that the last run has left, so it is not known what the tenant was told. Therefore the whole export "
        "is sent once. Nobody outside it is touched",)
    assert admin.calls() == []


def test_what_is_damaged_is_a_stop_and_resend_the_way_on(source: Source, admin: Admin) -> None:
    source.done().path("told").write_bytes(b"{")
    before = source.files()
    result = source.begin(OTHER)
    assert (result.failed, result["failure"]["stage"]) == (True, "input")
    assert "cannot be used: it is damaged. Nothing was sent" in result["msg"]
    assert "delta_import_resend: true" in result["msg"]
    assert (source.files(), admin.calls()) == (before, [])
    assert remembered(source.begin(OTHER, resend=True)) == {"told": None, "everybody": True, "switched_on": []}


# Another tenant


@pytest.mark.parametrize("pending", [False, True], ids=["the run before is over", "the run before is pending"])
@pytest.mark.parametrize("check", [False, True], ids=["real", "check mode"])
def test_another_tenant_is_refused_before_any_request(source: Source, admin: Admin, start: Start, pending: bool, check: bool) -> None:
    source.done()
    if pending:
        source.left(OTHER).uploaded()
    other, before = start(), source.files()
    result = source.begin(there=other, check=check)
    here, there = (f"{sim.url}/api" for sim in (other.sim, admin.sim))
    assert result["msg"].startswith(f"baseline: {source.baseline} tells what {there} was told, but this run is for {here}.")
    assert "delta_import_resend: true" in result["msg"]
    assert "resuming" not in result
    assert (other.calls(), admin.calls(), source.files()) == ([], [], before)


@pytest.mark.parametrize("end", ["/", "/api", "/api/"])
def test_the_same_tenant_written_in_another_way_is_no_other(source: Source, admin: Admin, end: str) -> None:
    result = source.done().begin(OTHER, there=Admin(admin.sim, api_url=f"{admin.sim.url}{end}"))
    assert remembered(result)["told"] == str(source.path("told"))


def test_resend_goes_on_with_the_other_tenant_and_leaves_the_first_one_alone(source: Source, admin: Admin, start: Start) -> None:
    source.done().left(OTHER).uploaded()
    other = start()
    result = source.begin(there=other, resend=True)
    assert not result.failed, result["msg"]
    assert (other.calls(), admin.calls()) == ([], [])
    assert (remembered(result), result["pending"]) == ({"told": None, "everybody": True, "switched_on": []}, False)
    assert json.loads(source.path("run").read_bytes())["asked"]["tenant"] == f"{other.sim.url}/api"
    assert [each["state"] for each in admin.sim.imports()] == ["DRAFT"]


# A run that died


def test_what_it_has_imported_is_told(source: Source, admin: Admin) -> None:
    import_id = source.left().sending().uploaded("COMPLETED")
    result = source.begin(OTHER)
    assert admin.calls() == [LIST, GET, STATUS, ERRORS]
    assert (result["resumed"]["state"], result["pending"], result["exists"], result["changed"]) == ("COMPLETED", True, True, True)
    assert (source.baseline.read_bytes(), source.path("next").read_bytes(), source.path("sending").exists()) == (CSV, OTHER, False)
    told = source.told()
    assert (told["last_import"], told["last_created"] != "", told["refused"]) == (import_id, True, {})
    assert result["token"] != source.token
    assert (remembered(result)["told"], result.warned) == (str(source.path("told")), ())
    assert admin.statuses() == AFTER


def test_what_it_is_importing_is_waited_for(source: Source, admin: Admin) -> None:
    admin.moves_on(source.left().sending().uploaded("IMPORTING", hold=True), 3)
    assert source.begin(OTHER)["resumed"]["changes"]["created"] == 5
    calls = admin.calls()
    assert (calls[0], set(calls[1:-2]), calls[-2:]) == (LIST, {GET}, [STATUS, ERRORS])


def test_who_was_refused_is_remembered(source: Source, admin: Admin) -> None:
    source.left(csv_of([row("N1", "Activated"), "N2;nonsense;V;N;Activated"])).sending().uploaded("COMPLETED")
    source.begin(OTHER)
    assert admin.calls() == [LIST, GET, STATUS, ERRORS]
    assert source.told()["refused"].keys() == {"N2"}
    assert source.told()["refused"]["N2"]["sure"] is True
    # The row is in the baseline: it is all that is known of this person, should she leave.
    assert b"nonsense" in source.baseline.read_bytes()


@pytest.mark.parametrize("state", ["DRAFT", "PREVIEW_READY"])
@pytest.mark.parametrize("sending", [True, False])
def test_what_it_has_not_started_is_cancelled_and_forgotten(source: Source, admin: Admin, state: str, sending: bool) -> None:
    source.left().uploaded(state)
    if sending:
        source.sending()
    result = source.begin(OTHER)
    assert admin.calls() == [LIST, GET, CANCEL, GET]
    assert (result["resumed"]["state"], result["exists"], result["unstarted_id"], result.warned) == ("CANCELLED", False, None, ())
    assert (source.path("sending").exists(), source.path("told").exists()) == (False, False)
    assert admin.statuses() == BEFORE


@pytest.mark.parametrize("sending", [True, False])
def test_what_is_cancelled_was_not_imported(source: Source, admin: Admin, sending: bool) -> None:
    source.left().uploaded("CANCELLED")
    if sending:
        source.sending()
    result = source.begin(OTHER)
    assert admin.calls() == [LIST]
    assert (result["resumed"], result["exists"], result.warned) == (None, False, ())


def test_of_what_was_never_sent_nothing_is_remembered(source: Source, admin: Admin) -> None:
    result = source.left().begin(OTHER)
    assert admin.calls() == [LIST]
    assert (result["resumed"], result["exists"], result.warned) == (None, False, ())


def test_what_was_sent_and_is_not_there_is_unknown(source: Source, admin: Admin) -> None:
    """Its record was deleted, or it is older than 30 days."""
    result = source.left().sending().begin(OTHER)
    assert admin.calls() == [LIST]
    assert (result["resumed"], result["exists"], result["changed"], result.warned) == (None, True, True, (LOST,))
    told = source.told()
    assert {name: (one["sure"], one["accepted"]) for name, one in told["refused"].items()} == {
        line.split(";")[0]: (False, False) for line in CSV.decode().splitlines()[1:]}
    assert (told["last_import"], source.baseline.read_bytes(), source.path("sending").exists()) == ("", CSV.replace(b"\r\n", b"\n"), False)
    assert remembered(result)["told"] == str(source.path("told"))


@pytest.mark.parametrize("name", ["", "-0123456789ab"], ids=["a plain name", "another run"])
def test_an_import_of_the_same_content_is_not_taken_for_its_own(source: Source, admin: Admin, name: str) -> None:
    source.left().sending().uploaded("COMPLETED", name=name)
    result = source.begin(OTHER)
    assert (admin.calls(), result.warned) == ([LIST], (LOST,))
    assert source.told()["last_import"] == ""


def test_of_several_the_one_that_was_started_counts(source: Source, admin: Admin) -> None:
    source.left().sending()
    completed = source.uploaded("COMPLETED")
    source.uploaded("DRAFT")
    assert source.begin(OTHER)["resumed"]["import"]["id"] == completed
    assert admin.calls() == [LIST, GET, STATUS, ERRORS]


# The same run again


@pytest.mark.parametrize("sending", [True, False])
def test_it_goes_on_where_nothing_is_there(source: Source, admin: Admin, sending: bool) -> None:
    source.left()
    if sending:
        source.sending()
    before = source.files()
    result = source.begin()
    assert admin.calls() == [LIST]
    assert (result["token"], result["unstarted_id"], result["pending"], result["changed"], result.warned) == (source.token, None, True, False, ())
    assert source.files() == before


@pytest.mark.parametrize("state", ["DRAFT", "PREVIEW_READY"])
def test_it_goes_on_with_its_own_import(source: Source, admin: Admin, state: str) -> None:
    import_id = source.left().sending().uploaded(state)
    same = {**ASKED, "mapping": dict(reversed(MAPPING.items()))}
    result = source.begin(asked=same)
    assert admin.calls() == [LIST]
    assert (result["unstarted_id"], result["token"], result["changed"]) == (import_id, source.token, False)


def test_a_key_with_commas_is_the_same_as_its_fields(source: Source) -> None:
    fields = {**MAPPING, "userName": MAPPING["eMail"]}
    joined = {**{field: column for field, column in MAPPING.items() if field != "eMail"}, "eMail, userName": MAPPING["eMail"]}
    source.left(asked={**ASKED, "mapping": fields})
    assert source.begin(asked={**ASKED, "mapping": joined})["token"] == source.token


@pytest.mark.parametrize("content", [CSV, OTHER], ids=["the same export for something else", "another export"])
def test_where_only_what_was_approved_may_be_imported_it_is_left_alone(source: Source, admin: Admin, content: bytes) -> None:
    import_id = source.left().sending().uploaded("PREVIEW_READY")
    before, asked = source.files(), ELSE if content == CSV else ASKED
    result = source.begin(content, asked=asked, cancel_unstarted=False)
    assert admin.calls() == [LIST]
    assert (result.failed, result["resuming"], result["failure"]["stage"], result["failure"]["import_id"]) == (True, False, "approval", import_id)
    reason = "its variables are not the ones of now" if content == CSV else "the export has changed since its preview"
    told = f"so nothing was imported. Import {import_id} was previewed, but {reason}. It was left alone."
    assert result["msg"].startswith("This is not what was approved for ")
    assert told in result["msg"]
    # The lock is the new run's, and nothing else.
    assert {name: data for name, data in source.files().items() if not name.endswith(".source")} == {
        name: data for name, data in before.items() if not name.endswith(".source")}
    assert [each["state"] for each in admin.sim.imports()] == ["PREVIEW_READY"]
    # As it was approved, it can still be imported.
    assert source.begin(cancel_unstarted=False)["unstarted_id"] == import_id


def test_check_mode_looks_at_files_only(source: Source, admin: Admin) -> None:
    source.done().left(OTHER).sending().uploaded("COMPLETED")
    before = source.files()
    result = source.begin(asked=ELSE, check=True)
    assert (admin.calls(), source.files()) == ([], before)
    assert (result["pending"], result["token"], result["lock"], result["export"]) == (True, None, None, str(source.src))
    assert remembered(result)["told"] == str(source.path("told"))


def test_a_run_that_kept_no_record_is_finished_as_it_was_begun(source: Source, admin: Admin) -> None:
    """It was begun by a version that knew nothing of what is remembered."""
    source.begin(asked=None)
    source.uploaded("COMPLETED", name="")
    result = source.begin(OTHER)
    assert admin.calls() == [LIST, GET, STATUS, ERRORS]
    assert (result["resumed"]["state"], remembered(result)) == ("COMPLETED", {"told": None, "everybody": False, "switched_on": []})
    assert (source.baseline.read_bytes(), source.path("told").exists()) == (CSV, False)
    assert result["token"]
