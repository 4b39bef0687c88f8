# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the check of a tenant tells under each answer to each open question."""

from __future__ import annotations

import dataclasses
import typing as t
from pathlib import Path

import pytest
import yaml

from ansible_collections.community.staffbase.plugins.module_utils._http import client
from ansible_collections.community.staffbase.plugins.module_utils._tenant import check as check_module
from ansible_collections.community.staffbase.plugins.module_utils._tenant.catalogue import CATALOGUE
from ansible_collections.community.staffbase.plugins.module_utils._tenant.findings import NEW
from ansible_collections.community.staffbase.plugins.module_utils._tenant.probe import Probe
from simulator import Simulator, Switches
from simulator.switches import Value, choices
from support.admin import Admin
from support.small_tenant import PEOPLE, TOKEN
from support.tenant_check import check, checked, seen, tell

if t.TYPE_CHECKING:
    from conftest import Start

Row = dict[str, Value]

SWITCHES = {item.name: item for item in dataclasses.fields(Switches)}
ANSWERED = {name: values for name, values in choices().items() if not CATALOGUE[name].needs_import}

#: These hide the answers to others, or need a tenant of their own: see the tests further down.
ALONE = ("feature", "no_right", "retry_after", "preview_numbers", "default_limit", "max_limit")
TOGETHER = {name: values for name, values in ANSWERED.items() if name not in ALONE}

#: The first values of all, the second ones, and so on: each value occurs.
ROWS: list[Row] = [
    {name: values[number % len(values)] for name, values in TOGETHER.items()} for number in range(max(map(len, TOGETHER.values())))]

for _row in ROWS:
    if _row["errors_shape"] == "no_header":
        # Then there is no header that could stand alone.
        del _row["errors_empty"]

#: Asked for in a row of its own, because in the rows above another answer hides it.
MORE: list[Row] = [
    {"unknown_field_message": "body"}, {"delete_running": "accepted"},
    *({"preview_numbers": value} for value in ANSWERED["preview_numbers"][1:]),
    *({"max_limit": value, "limit_above_max": "refused"} for value in ANSWERED["max_limit"]),
]


def hidden(row: Row) -> set[str]:
    """Return what cannot be told in this row."""
    found = set()
    if row.get("error_body") in ("html", "empty"):
        found.add("unknown_field_message")
    if row.get("states_shown") == "instant":
        found.add("delete_running")
    return found


def told(result: dict[str, t.Any], row: Row) -> dict[str, str | None]:
    return {name: seen(result, name) for name in row}  # type: ignore[arg-type]


def tenant(start: Start, row: Row) -> Admin:
    """A preview takes long enough to be seen, and the list has enough entries to have an order and a second page."""
    slow = {"states_shown", "delete_running"} & set(row)
    admin = start(tenant={"preview_seconds": 0.4 if slow else 0.0}, **row)
    others(admin, 12 if "list_order" in row else 0)
    return admin


def others(admin: Admin, count: int) -> None:
    now = admin.sim.world.clock.now()
    for number in range(count):
        admin.sim.upload(b"id;b\n1;2\n", f"other-{number}.csv", created_at=now - 1000 - number)


@pytest.mark.parametrize("row", [*ROWS, *MORE], ids=lambda row: "-".join(map(str, row.values()))[:40])
def test_it_tells_exactly_what_the_tenant_does(start: Start, row: Row) -> None:
    result = checked(tenant(start, row))
    expected = {name: None if name in hidden(row) else str(value) for name, value in row.items()}
    assert told(result, row) == expected
    for name, value in expected.items():
        verdict = "unknown" if value is None else "holds" if value == CATALOGUE[name].taken else "differs"
        assert tell(result, name)["verdict"] == verdict
    # Whatever the service does, the collection has an answer to it.
    assert (result["new"], result.failed) == ([], False)


def test_the_rows_cover_every_value_that_is_told() -> None:
    """A switch that is new, or a value, takes part without anybody thinking of it."""
    covered = {(name, value) for row in (*ROWS, *MORE) for name, value in row.items() if name not in hidden(row)}
    wanted = {(name, value) for name, values in ANSWERED.items() for value in values if name not in ALONE}
    assert wanted - covered == set()


@pytest.mark.parametrize(("limit", "default", "others_there"), [(25, 2, 30), (100, 20, 30), (100, 100, 110)])
def test_limits_of_a_page_are_counted(start: Start, limit: int, default: int, others_there: int) -> None:
    admin = start(max_limit=limit, default_limit=default)
    others(admin, others_there)
    result = checked(admin)
    assert seen(result, "default_limit") == str(default)
    assert seen(result, "max_limit") == (str(limit) if others_there > limit else None)


@pytest.mark.parametrize("form", ANSWERED["retry_after"])
def test_retry_after_is_told_when_the_service_asks_for_fewer_calls(start: Start, form: str) -> None:
    admin = start(retry_after=form, tenant={"rate_limit": (30, 600.0)}, connection={"retries": 9})
    limiter = admin.sim.world.rate_limit

    def nearly_over() -> None:
        limiter._start = admin.sim.world.clock.now() - 599.9
        admin.at_call(2, lambda: setattr(limiter, "calls", 0))

    admin.at_call(31, nearly_over)
    result = checked(admin)
    assert seen(result, "retry_after") == form
    assert 429 in [record.status for record in admin.sim.requests]


@pytest.mark.parametrize("how", ["not_found", "forbidden"])
@pytest.mark.parametrize("what", ["feature", "no_right"])
def test_without_the_feature_or_the_right_it_fails_at_once(start: Start, what: str, how: str) -> None:
    admin = start(**{what: how})
    if what == "no_right":
        admin.connection["api_token"] = admin.sim.powerless_token
    result = checked(admin)
    assert result.failed
    assert "the token lacks the right (administrator level), or the CSV import is not switched on" in result["msg"]
    assert seen(result, what) == how
    assert tell(result, "feature")["advice"] == NEW
    assert admin.calls() == ["GET /users/imports"]


def test_a_wrong_token_fails_at_once(start: Start) -> None:
    admin = start(connection={"api_token": "d3Jvbmc6dG9rZW4="})
    result = checked(admin)
    assert result.failed
    assert "the token was refused" in result["msg"]
    assert (seen(result, "token"), seen(result, "feature")) == ("refused", None)
    assert admin.calls() == ["GET /users/imports"]


def test_nobody_there_is_told_with_a_table(start: Start) -> None:
    admin = start(connection={"api_url": "http://127.0.0.1:9", "retries": 0})
    result = checked(admin)
    assert result["msg"].startswith("No connection to the service")
    assert result["failure"]["stage"] == "list"
    assert result["counts"] == {"holds": 0, "differs": 0, "unknown": len(CATALOGUE)}


def test_every_question_has_an_assumption() -> None:
    document = yaml.safe_load((Path(client.__file__).parents[3] / "docs/staffbase-import-api.openapi.yaml").read_text(encoding="utf-8"))
    assert set(questions(document)) | set(SWITCHES) <= set(CATALOGUE)


def questions(node: object) -> t.Iterator[str]:
    if isinstance(node, dict):
        yield from node.get("x-open-question", ())
        for value in node.values():
            yield from questions(value)
    elif isinstance(node, list):
        for value in node:
            yield from questions(value)


@pytest.mark.parametrize("name", SWITCHES)
def test_a_question_is_taken_as_the_simulator_takes_it(name: str) -> None:
    item, assumption = SWITCHES[name], CATALOGUE[name]
    assert (assumption.taken, assumption.tag) == (str(item.default), item.metadata["tag"])


@pytest.fixture(scope="module")
def asked() -> set[str]:
    """The names of what the probes of a whole check answer."""
    names: set[str] = set()
    real = check_module.run_all

    def run_all(tenant: t.Any, probes: t.Iterable[Probe], *arguments: t.Any) -> None:
        probes = tuple(probes)
        names.update(name for probe in probes for name in probe.questions)
        real(tenant, probes, *arguments)

    with pytest.MonkeyPatch.context() as patch, Simulator(token=TOKEN, people=PEOPLE) as sim:
        patch.setattr(check_module, "run_all", run_all)
        check(Admin(sim))
    return names


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_assumption_is_checked_or_says_why_it_needs_an_import(asked: set[str], name: str) -> None:
    # These are told where a fault of theirs ends everything, and the states after all probes.
    essential = {"reach", "token", "feature", "no_right", "config", "config_verb", "state_names"}
    assert (name in asked | essential) is not bool(CATALOGUE[name].needs_import)


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_answer_that_is_thinkable_is_covered(name: str) -> None:
    for value in ANSWERED.get(name, ())[1:]:
        assert CATALOGUE[name].coverage_of(str(value)) or name in ("feature", "no_right")


def test_what_needs_an_import_is_unknown_and_says_why(admin: Admin) -> None:
    result = checked(admin)
    for name, assumption in CATALOGUE.items():
        if assumption.needs_import:
            entry = tell(result, name)
            assert entry["verdict"] == "unknown"
            assert assumption.needs_import in entry["advice"]


def test_what_is_new_fails_and_asks_for_a_report(admin: Admin, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service that stores files under other names: this collection would upload them again and again."""
    real = admin.sim.world.receive

    def receive(spooled: Path, file_name: str, *more: t.Any) -> t.Any:
        return real(spooled, f"{file_name[:-4]}0.csv", *more)

    monkeypatch.setattr(admin.sim.world, "receive", receive)
    result = check(admin)
    assert result.failed
    assert result["new"] == ["file_name"]
    assert "file_name" in result["msg"]
    assert tell(result, "file_name")["advice"] == NEW
    assert any(NEW in line for line in result["table"])


def test_a_field_that_the_tenant_does_not_know_is_named(admin: Admin) -> None:
    mapping = {"externalId,userName": "id", "profile-field:costcenter": "c", "profile-field:shoesize": "s", "profile-field:hat": "h"}
    result = checked(admin, mapping=mapping)
    assert {field: result["fields"][field] for field in ("userName", "profile-field:costcenter", "profile-field:shoesize", "profile-field:hat")} == {
        "userName": True, "profile-field:costcenter": True, "profile-field:shoesize": False, "profile-field:hat": False}
    assert seen(result, "host_fields") == "2 unknown"
    assert any("profile-field:hat" in line for line in result["table"])


def test_what_is_unknown_says_why(admin: Admin) -> None:
    result = checked(admin)
    assert tell(result, "host_fields")["reason"] == "no mapping was given"
    assert tell(result, "no_right")["reason"] == "this token has the right"


def test_a_certificate_is_looked_at(certificate: tuple[str, str]) -> None:
    with Simulator(token=TOKEN, people=PEOPLE, certificate=certificate) as sim:
        result = checked(Admin(sim, ca_path=certificate[0]))
        unchecked = checked(Admin(sim, validate_certs=False))
        untrusted = check(Admin(sim))
    # It was made for two days.
    assert seen(result, "tls") == "ends soon"
    assert "1 days left" in "\n".join(result["table"])
    assert seen(unchecked, "tls") == "not checked"
    assert untrusted["msg"].startswith("The certificate of the service is not trusted")


@pytest.mark.parametrize("shape", [{}, [], 7, None, "text", {"a": {"created": None}}, {"created": {"deleted": {}}}, [[{"type": "created"}]]])
def test_no_shape_of_the_numbers_ends_the_check(admin: Admin, monkeypatch: pytest.MonkeyPatch, shape: object) -> None:
    deep: object = shape
    for _level in range(200):
        deep = {"x": deep}
    for body in (shape, deep):
        monkeypatch.setattr("simulator.api.status_body", lambda _entry, _switches, body=body: body)
        result = checked(admin)
        assert not result.failed
        assert seen(result, "counters_read") == "no numbers"
