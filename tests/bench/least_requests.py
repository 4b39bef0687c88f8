# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role sends in each situation, counted at tenants that answer at once. Exact, so a test holds the table in the documentation true."""

from __future__ import annotations

import contextlib
import dataclasses
import tempfile
import typing as t
from pathlib import Path

from simulator import Fault, Simulator
from support.api_calls import POST, target
from support.controller import HEADER, TOKEN, Controller

LIST = "/users/imports"
TWO = ("1;ann@example.com;Ann;Activated", "2;bob@example.com;Bob;Activated")
#: The service refuses the second row for its address.
ONE_BAD = (TWO[0], "2;nobody;Bob;Activated")
CHANGED = (TWO[0], "2;new@example.com;Bob;Activated")

#: The third run of ansible-playbook is in check mode.
CHECK = 2
ROUNDS = ((), (), ("--check",))


@dataclasses.dataclass(frozen=True)
class Scenario:
    """A run of the role at one inventory host, which has a tenant of its own. The runs of a host follow each other."""

    text: str
    host: str
    round: int = 0
    variables: dict[str, t.Any] = dataclasses.field(default_factory=dict)
    rows: tuple[str, ...] = TWO
    loses: str = ""
    #: A run that only prepares the next one stands in no table.
    shown: bool = True


SCENARIOS = (
    Scenario("First run", "plain"),
    Scenario("First run, with limits", "limits", variables={"delta_import_limits": {"created": 2}}),
    Scenario("First run, the service refuses a row", "refused", rows=ONE_BAD),
    Scenario("First run, the answer to the upload is lost", "lost", loses=POST),
    Scenario("First run, in check mode", "fresh", CHECK),
    Scenario("Nothing new", "plain", 1),
    Scenario("", "rows", shown=False),
    Scenario("Nothing new, with `delta_import_max_row_errors`", "rows", 1, {"delta_import_max_row_errors": 0}),
    Scenario("Nothing new, in check mode", "plain", CHECK),
    Scenario("", "same", shown=False),
    Scenario("With a baseline, nobody has changed", "same", 1),
    Scenario("", "moved", shown=False),
    Scenario("With a baseline, somebody has changed", "moved", 1, rows=CHANGED),
    Scenario("Preview only", "preview", variables={"delta_import_target": "previewed"}),
    Scenario("Import of what was previewed and approved", "preview", 1, {"delta_import_approved_only": True}),
)
WITH_BASELINE = {"same", "moved"}

Counted = dict[str, list[str]]


def counted(folder: Path) -> Counted:
    """Play all scenarios in three runs of ansible-playbook; return the calls by the text of the scenario, in the order of the table."""
    calls: Counted = {}
    with contextlib.ExitStack() as stack:
        tenants = {each.host: stack.enter_context(Simulator(token=TOKEN)) for each in SCENARIOS}
        controller = Controller(folder, next(iter(tenants.values())))
        results: dict[str, t.Any] = {}
        for number, options in enumerate(ROUNDS):
            now = [each for each in SCENARIOS if each.round == number]
            controller.hosts = {each.host: _host(each, folder, tenants[each.host]) for each in now}
            run = controller.play(*options, **({"delta_import_results": results} if results else {}))
            if run.code:
                raise SystemExit(f"A run that is to be counted failed: {run.output}")
            results |= run.results
            calls |= {each.text: tenants[each.host].calls() for each in now if each.shown}
    return {each.text: calls[each.text] for each in SCENARIOS if each.shown}


def _host(scenario: Scenario, folder: Path, tenant: Simulator) -> dict[str, t.Any]:
    export = folder / f"{scenario.host}.csv"
    export.write_text(HEADER + "".join(f"{row}\n" for row in scenario.rows), encoding="utf-8")
    tenant.forget_requests()
    if scenario.loses:
        tenant.schedule(Fault("lost_answer", **target(scenario.loses)))
    baseline = {"delta_import_baseline": str(folder / f"{scenario.host}-last.csv")} if scenario.host in WITH_BASELINE else {}
    return {"staffbase_api_url": tenant.url, "delta_import_src": str(export), **baseline, **scenario.variables}


def table(calls: Counted) -> str:
    """Return the calls as Markdown."""
    rows = [f"| {text} | {len(sent)} | {', '.join(map(_short, sent)) or 'none'} |" for text, sent in calls.items()]
    return "\n".join(["| | requests | in their order |", "| --- | ---: | --- |", *rows])


def _short(call: str) -> str:
    method, path = call.split(" ", 1)
    return f"`{method} {path.removeprefix(LIST) or '/'}`"


def run(_options: object) -> str:
    """Count and return the table."""
    with tempfile.TemporaryDirectory(prefix="staffbase-bench-") as folder:
        return table(counted(Path(folder)))
