# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must be true after a run: written from the promise of the product, and knowing nothing of how it is kept.

After a green run
- each mapped cell and the status of each person whom the export names are as it says,
- whoever was told to the tenant and is missing in the export is not active, if leavers are deactivated,
- whoever was deactivated for that reason and is back is active.

That holds but for what somebody has changed by hand since the tenant was told that very thing, for who is protected, and for people whose rows
the tenant refuses now: then the run tells so. After any run, green or not, nobody else was touched, and no cell holds what nobody ever said.
"""

from __future__ import annotations

import dataclasses
import typing as t

from support.controller import Run

from .company import CELLS, EVERYBODY, MALFORMED, OFF, ON, UNSAID, values_of
from .told import Applied, People, Tenant

if t.TYPE_CHECKING:
    from .world import World

DEACTIVATED = "deactivated"


class Untrue(AssertionError):
    """Something is not as it must be after a run."""


@dataclasses.dataclass(frozen=True)
class Past:
    """What was there before a run: everybody in the tenant, and whose last row was refused."""

    people: People
    refused: set[str]


@dataclasses.dataclass
class Case:
    """A run that has ended: `kind` is the step, `applied` the imports that it led to, `elsewhere` the calls to other tenants."""

    world: World
    kind: str
    past: Past
    after: People
    applied: list[Applied]
    run: Run
    elsewhere: list[str]

    @property
    def tenant(self) -> Tenant:
        return self.world.tenant

    @property
    def before(self) -> People:
        return self.past.people

    @property
    def is_green(self) -> bool:
        return self.run.code == 0 and self.kind in ("run", "resend", "overlap")

    @property
    def warned(self) -> str:
        """All warnings, in lower case and without the line ends that the display has put into them."""
        return " ".join(self.run.output.lower().split()) if "[WARNING]" in self.run.output else ""

    def is_active(self, person: str) -> bool:
        return person in self.after and self.after[person]["status"] != DEACTIVATED

    def differs(self, person: str) -> bool:
        return self.before.get(person) != self.after.get(person)

    def fail(self, person: str, what: str) -> t.NoReturn:
        told = self.tenant.told.get(person)
        raise Untrue(
            f"{person}: {what}\nbefore: {self.before.get(person)}\nafter: {self.after.get(person)}\nin the export: "
            f"{self.world.statement(person) if person in self.world.export.present else None}; the tenant was told: {told}\n"
            f"steps: {self.world.played}\n{_tail(self.run.output)}")


def judge(case: Case) -> None:
    """Raise Untrue if something is not as it must be."""
    after_any_run(case)
    if not case.is_green:
        return
    if case.world.since.stale and not case.tenant.simulator.calls():
        # An older folder was put back whole, and nothing of it tells so. A run that has something to send asks the tenant and can notice it;
        # one that finds nothing new asks nobody, as it always did.
        return
    refused = [person for person in sorted(case.world.export.present) if not _named(case, person)]
    if case.world.has_baseline and case.world.leavers == "deactivate" and case.kind != "resend":
        refused += [person for person in sorted(case.world.memory.known - case.world.export.present) if not _missing(case, person)]
    if refused and not case.run.result.get("row_error_count") and not case.warned:
        case.fail(refused[0], "the tenant refuses this row, and the run says nothing of refused rows")
    _all_refused(case)
    _mails(case)
    if case.world.since.tidy:
        _tidy(case)


# After any run


def after_any_run(case: Case) -> None:
    """Nobody is touched whom no export has named, who is protected stays, and nothing is made up."""
    if case.elsewhere:
        raise Untrue(f"another tenant was asked: {case.elsewhere}; steps: {case.world.played}")
    for person in {*case.before, *case.after} - case.tenant.exported:
        if case.differs(person):
            case.fail(person, "was touched, and no export has ever named this person to this tenant")
    for person in sorted(case.world.since.protected or ()):
        if person in case.before and case.before[person]["status"] != DEACTIVATED and not case.is_active(person):
            case.fail(person, "is protected, and is not active any more")
    for person in sorted(case.tenant.exported & set(case.after)):
        _cells_were_said(case, person)
    looks = case.kind == "check" or (case.kind == "preview" and not case.world.since.unfinished)
    if looks and case.before != case.after:
        raise Untrue(f"a run that only looks has changed somebody; steps: {case.world.played}")
    if case.kind == "check" and any(not call.startswith("GET ") for call in case.tenant.simulator.calls()):
        raise Untrue(f"check mode has written; steps: {case.world.played}")


def _cells_were_said(case: Case, person: str) -> None:
    before = values_of(case.before[person]) if person in case.before else dict.fromkeys(CELLS, "")
    for field, value in values_of(case.after[person]).items():
        if value != before[field] and value not in case.tenant.said.get((person, field), ()):
            case.fail(person, f"{field} is now {value!r}, and nobody has ever said so")


# Each person after a green run


def _named(case: Case, person: str) -> bool:
    """Check somebody whom the export names; return False if the row is refused now, and the tenant lacks what it says."""
    try:
        _check_named(case, person)
    except Untrue:
        if _is_refused(case, person):
            return False
        raise
    return True


def _is_refused(case: Case, person: str) -> bool:
    """Tell whether the service refuses a row of the export, or a cell of it."""
    world, said = case.world, case.world.statement(person)
    wrong_cell = ("mail" in said and world.export.rows[person]["mail"] == MALFORMED) or (said.get("status") not in (None, ON, OFF, UNSAID))
    return wrong_cell or person in case.tenant.simulator.world.refused


def _check_named(case: Case, person: str) -> None:
    said, found = case.world.statement(person), case.after.get(person)
    word = said.get("status", UNSAID)
    if word == OFF:
        if case.is_active(person) and person not in case.world.protected and not case.tenant.is_by_hand(person, "status", OFF):
            case.fail(person, "is still active, and the export says Deactivated")
    elif found is None:
        if not _may_be_gone(case, person, said):
            case.fail(person, "is not there, and the export names this person")
        return
    elif not case.is_active(person) and (word == ON or _must_be_back(case, person)) and not case.tenant.is_by_hand(person, "status", ON):
        case.fail(person, "is not active, and the export says Activated" if word else "has left, is back, and is not active")
    if found is not None:
        _check_cells(case, person, said, values_of(found))


def _check_cells(case: Case, person: str, said: dict[str, str], found: dict[str, str]) -> None:
    for field in CELLS:
        if field not in said or (said[field] == UNSAID and case.world.switches.empty_cells == "keep"):
            continue
        if found[field] != said[field] and not case.tenant.is_by_hand(person, field, said[field]):
            case.fail(person, f"{field} is {found[field]!r}, and the export says {said[field]!r}")


def _may_be_gone(case: Case, person: str, said: dict[str, str]) -> bool:
    """Somebody was deleted by hand, and nothing new was said since; or the export said Deactivated once, and says nothing of it now."""
    tenant = case.tenant
    says = {field: cell for field, cell in said.items() if cell != UNSAID}
    if (person, "exists") in tenant.by_hand and all(tenant.is_by_hand(person, field, cell) for field, cell in says.items()):
        return True
    return said.get("status", UNSAID) == UNSAID and tenant.told.get(person, {}).get("status") == OFF and not _must_be_back(case, person)


def _must_be_back(case: Case, person: str) -> bool:
    """Tell whether we had deactivated somebody who is back. After the baseline is gone, only sending everybody as Activated helps."""
    memory, world = case.world.memory, case.world
    if person not in memory.our_leavers or memory.tenant != case.tenant.name:
        return False
    return person not in memory.forgotten or (world.leavers == "deactivate" and not world.maps("status"))


def _missing(case: Case, person: str) -> bool:
    """Check somebody whom the export does not name any more; return False if the tenant refuses the row."""
    if case.world.memory.tenant != case.tenant.name or not case.is_active(person) or person in case.world.protected:
        return True
    if case.tenant.is_by_hand(person, "status", OFF):
        return True
    if person not in case.tenant.simulator.world.refused | case.tenant.refused:
        case.fail(person, "has left, and is still active")
    return False


# What a green run must say


def _all_refused(case: Case) -> None:
    if case.past.refused or case.kind == "overlap" or case.world.since.unfinished:
        # The run may have known of each of them that the row might be refused.
        return
    for each in case.applied:
        if each.refused and not each.accepted:
            case.fail(min(each.refused), "every row was refused, and the run is green")


def _mails(case: Case) -> None:
    wanted = case.world.options.get("send_mails_new") and not case.world.mails_told
    if wanted and not case.applied and case.kind == "run" and "mail" not in case.warned:
        raise Untrue(f"nobody was sent, so nobody gets a mail, and the run does not say so; steps: {case.world.played}\n{_tail(case.run.output)}")


# What may not happen either when the last run was green, and nothing has happened since but to people, the export and rules


def _tidy(case: Case) -> None:
    world, tenant = case.world, case.tenant
    _limits(case)
    if not world.has_baseline or case.kind != "run":
        return
    for person in EVERYBODY:
        if person in world.export.present:
            _status_is_left_alone(case, person)
        elif world.leavers == "ignore" and case.differs(person):
            case.fail(person, "has left, was touched, and leavers are to be ignored")
        elif person in world.protected and person in world.memory.known and world.leavers == "deactivate" and case.is_active(person):
            _says_protected(case, person)
    if world.since.quiet and not world.since.resent and not tenant.refused | tenant.incomplete and tenant.simulator.calls():
        raise Untrue(f"nothing is new, and the tenant was asked: {tenant.simulator.calls()}; steps: {world.played}")


def _status_is_left_alone(case: Case, person: str) -> None:
    """A status that the export says nothing of, or nothing new, is not changed."""
    world, tenant = case.world, case.tenant
    before, after, said = case.before.get(person), case.after.get(person), world.statement(person)
    if person in world.protected and said.get("status") == OFF and case.is_active(person):
        _says_protected(case, person)
    if before is None or after is None or before["status"] == after["status"] or person in world.memory.our_leavers | case.past.refused:
        return
    if person not in tenant.said_at_green or person not in world.memory.known:
        return
    word = said.get("status", UNSAID)
    if word == UNSAID:
        case.fail(person, "has another status now, and the export says nothing of it")
    if word == ON and tenant.said_at_green[person] == said:
        case.fail(person, "has another status now; this row was accepted before, and the status was changed by hand since")


def _says_protected(case: Case, person: str) -> None:
    if "protect" not in case.warned:
        case.fail(person, "is protected, which was needed, and there is no warning of it")


def _limits(case: Case) -> None:
    for name, most in (case.world.options.get("limits") or {}).items():
        if (count := sum(each.changes.get(name, 0) for each in case.applied)) > most:
            raise Untrue(f"{count} people were {name}, {most} were allowed, and the run is green; steps: {case.world.played}")


def _tail(output: str) -> str:
    return output[-3000:]
