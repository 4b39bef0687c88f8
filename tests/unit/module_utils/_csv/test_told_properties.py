# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever the exports are: a difference from what was told, applied to what was told, gives what the export says of what is mapped."""

from __future__ import annotations

import dataclasses
import typing as t

from hypothesis import assume, given
from hypothesis import strategies as st

from ansible_collections.community.staffbase.plugins.module_utils._csv.delta import KINDS, Delta, DeltaRules
from ansible_collections.community.staffbase.plugins.module_utils._csv.told import Fields, Refused, Told
from ansible_collections.community.staffbase.plugins.module_utils._csv.told_next import Settlement
from support.export_pairs import COLUMNS, FOREIGN, IDENTIFIER, NAMES, STATUS, Export, pairs
from support.exports import Cells, Style, people_of
from support.told_delta import DAY, delta_of, table_of

State = dict[str, dict[str, str]]


def fields_of(export: Export) -> Fields:
    """Return a mapping of every column to a field of its own."""
    return {"externalId" if column == IDENTIFIER else f"profile-field:{column}": column for column in export.columns}


def compared(before: Export | None, after: Export, rules: DeltaRules) -> Delta:
    return delta_of(before.data if before else None, after.data, rules, IDENTIFIER)


def cells_of(delta: Delta, after: Export) -> Cells:
    """Read the output in the dialect that the current file has, or can be taken for: one column has no separator, plain ASCII is UTF-8."""
    separator = after.style.separator if len(after.columns) > 1 else ";"
    return Style(separator, "utf-8" if after.data.isascii() else after.style.encoding).read(b"".join(delta.pieces()))


def writable(before: Export, after: Export) -> bool:
    """Whether what is known of before can be written in the encoding of the current file."""
    return after.style.encoding == "utf-8" or not any(FOREIGN & set(cell) for cells in before.people.values() for cell in cells.values())


def seen(delta: Delta) -> tuple[t.Any, ...]:
    return delta.header, delta.rows, delta.identifiers, delta.unchanged, delta.previous_count, delta.counts, delta.unknown_leavers


@given(pairs())
def test_with_nothing_remembered_it_is_the_same_as_without(pair: tuple[Export, Export]) -> None:
    """The same columns are mapped as before, so a leaver has all of his cells."""
    before, after = pair
    assume(writable(before, after))
    assume(set(before.columns) == set(after.columns))
    fields = fields_of(after)
    rules = DeltaRules(STATUS, deactivate_leavers=True)
    plain = compared(before, after, rules)
    assert seen(compared(before, after, dataclasses.replace(rules, fields=fields, told=Told(mapping=fields)))) == seen(plain)
    # A baseline of today's form: what is known of somebody with nothing but an identifier is that alone.
    adopted = compared(before, after, dataclasses.replace(rules, fields=fields))
    assert seen(adopted) == seen(plain) or adopted.unknown_leavers


COLUMNS_LEFT_OUT = st.sets(st.sampled_from([column for column in COLUMNS if column != IDENTIFIER]), max_size=3)


@given(pairs(), COLUMNS_LEFT_OUT, COLUMNS_LEFT_OUT)
def test_applied_to_what_was_told_it_gives_the_export(pair: tuple[Export, Export], untold: set[str], unmapped: set[str]) -> None:
    """Some columns of the two exports are mapped, others were told; whoever has left is deactivated."""
    before, after = pair
    assume(writable(before, after))
    then = {field: column for field, column in fields_of(before).items() if column not in untold}
    now = {field: column for field, column in fields_of(after).items() if column not in unmapped}
    delta = compared(before, after, DeltaRules("the status", deactivate_leavers=True, fields=now, told=Told(mapping=then)))
    tenant = told_state(before, then)
    body = people_of(cells_of(delta, after), IDENTIFIER)
    for name, cells in body.items():
        if cells["the status"] == "Deactivated":
            assert name in tenant
            assert all(cells[column] == tenant[name][field] for field, column in now.items() if field in then), "what was known of him"
            del tenant[name]
        else:
            tenant[name] = {**tenant.get(name, {}), **{field: cells[column] for field, column in now.items()}}
    gone = set(before.people) - set(after.people)
    # A cell that was in the export of before is known, also where nobody had mapped it.
    unknown = gone if any(field not in then and column not in before.columns for field, column in now.items()) else set()
    assert delta.unknown_leavers == len(unknown)
    for name in unknown:
        del tenant[name]
    assert {name: {field: cells[field] for field in now} for name, cells in tenant.items()} == told_state(after, now)
    assert delta.after.deactivated == gone


def told_state(export: Export, fields: Fields) -> State:
    return {name: {field: cells[column] for field, column in fields.items()} for name, cells in export.people.items()}


@given(pairs(), COLUMNS_LEFT_OUT)
def test_what_nobody_maps_is_never_a_difference(pair: tuple[Export, Export], ignored: set[str]) -> None:
    before, after = pair
    assume(writable(before, after))
    fields = {field: column for field, column in fields_of(after).items() if column not in ignored}
    then = {field: column for field, column in fields.items() if column in before.columns}
    assume(then == fields)
    delta = compared(before, after, DeltaRules(fields=fields, told=Told(mapping=then)))
    same = {name for name in after.people if name in before.people and all(
        after.people[name][column] == before.people[name][column] for column in fields.values())}
    assert set(delta.identifiers["movers"]) == (after.people.keys() & before.people.keys()) - same
    assert delta.unchanged == len(same)


REFUSALS = st.dictionaries(st.sampled_from(NAMES), st.builds(Refused, st.just(DAY), st.booleans(), st.booleans(), st.booleans()), max_size=3)


@st.composite
def memories(draw: st.DrawFn, before: Export) -> Told:
    """What may be remembered beside these rows."""
    fields = fields_of(before)
    left = draw(st.sets(st.sampled_from(NAMES), max_size=2)) - before.people.keys()
    gone = draw(st.sets(st.sampled_from(NAMES), max_size=2)) - before.people.keys() - left
    refused = {name: one for name, one in draw(REFUSALS).items() if name in before.people}
    held = draw(st.sets(st.sampled_from(NAMES), max_size=1)) & before.people.keys()
    leavers = {name: {field: name if field == "externalId" else "a" for field in fields} for name in left}
    return Told(mapping=fields, refused=refused, leavers=leavers, deactivated=gone, held=held)


@given(pairs(), st.data(), st.booleans(), st.booleans(), st.sets(st.sampled_from(NAMES), max_size=2))
def test_everybody_is_handled_once_and_nobody_is_lost(
    pair: tuple[Export, Export], data: st.DataObject, deactivate: bool, everybody: bool, protected: set[str],
) -> None:
    before, after = pair
    assume(writable(before, after))
    assume(set(before.columns) == set(after.columns))
    known = data.draw(memories(before))
    fields = fields_of(after)
    status = "Activated" if deactivate else None
    rules = DeltaRules("the status", deactivate, status, fields, known, everybody=everybody, protected=frozenset(protected), listed=True)
    delta = compared(before, after, rules)
    rows = people_of(cells_of(delta, after), IDENTIFIER)
    there, gone = set(after.people), {*before.people, *known.leavers} - set(after.people)
    # Who is sent, and with which status.
    assert len(rows) == len(delta.rows)
    assert set(rows) & there >= {*known.refused, *known.leavers, *known.deactivated} & there
    assert set(rows) & gone == (gone - protected if deactivate and not everybody else set())
    assert {name for name, cells in rows.items() if cells["the status"] == "Deactivated"} == set(rows) - there
    back = {name for name in there if name in known.leavers or name in known.deactivated or (name in known.refused and known.refused[name].returner)}
    assert all(rows[name]["the status"] == "Activated" for name in back)
    if everybody:
        assert set(rows) == there
    # Whoever has gone is either deactivated, or still a leaver with all the cells that were told.
    assert {*delta.after.leavers, *delta.after.deactivated} == gone | (known.deactivated - there)
    assert not delta.after.leavers.keys() & delta.after.deactivated
    for name, cells in delta.after.leavers.items():
        told = known.leavers.get(name) or {field: before.people[name][column] for field, column in fields.items()}
        assert cells == told
    # The numbers and the list are of the same people.
    are_sent = deactivate and not everybody
    left = gone - protected if are_sent else gone
    assert sum(delta.count(kind) for kind in ("joiners", "movers")) + delta.unchanged == len(there)
    assert (set(delta.identifiers["leavers"]), delta.counts["protected"]) == (left, len(gone - left))
    assert delta.counts["earlier_leavers"] == len(left & known.leavers.keys())
    assert delta.limited("leavers") == len(left if are_sent else left - known.leavers.keys())
    assert delta.counts["refused_earlier"] == len(there & known.refused.keys())
    assert delta.sent_again == len(rows.keys() & known.refused.keys())
    changes = {one.identifier: one.change for one in delta.people}
    assert len(changes) == len(delta.people) == len(rows.keys() | gone)
    kinds = {"joiners": "joiner", "movers": "mover", "leavers": "leaver" if are_sent else "leaver, left alone"}
    for kind, word in kinds.items():
        assert {name for name, change in changes.items() if change in (word, f"{word}, refused earlier")} == set(delta.identifiers[kind])
    assert {name for name, change in changes.items() if change.endswith(", refused earlier")} == there & known.refused.keys()
    assert list(changes.values()).count("unchanged") == (delta.unchanged if everybody else 0)
    assert {name for name, change in changes.items() if change == "protected"} == gone - left


@given(pairs(), st.data(), st.booleans())
def test_who_is_refused_is_sent_until_accepted_and_nobody_else(pair: tuple[Export, Export], data: st.DataObject, sure: bool) -> None:
    """Two runs of the same export: the second one sends those whom the first one was refused; a third one nobody."""
    before, after = pair
    assume(writable(before, after))
    assume(set(before.columns) == set(after.columns))
    fields = fields_of(after)
    rules = DeltaRules("the status", deactivate_leavers=True, joiners_status="Activated", fields=fields)
    known, rows = Told(mapping=fields), before.data
    for last in (False, True):
        delta = delta_of(rows, after.data, dataclasses.replace(rules, told=known), IDENTIFIER)
        sent = sorted(people_of(cells_of(delta, after), IDENTIFIER))
        refused = set() if last or not sent else data.draw(st.sets(st.sampled_from(sent)))
        delta.after.mapping = fields
        settlement = Settlement(
            table_of(rows, IDENTIFIER), table_of(after.data, IDENTIFIER), known, after=delta.after,
            refused=dict.fromkeys((name.encode() for name in refused), sure), day=DAY)
        rows, known = b"".join(settlement.rows()), Told.of_bytes(settlement.after.to_bytes())
        assert (set(known.refused), set(known.leavers)) == (refused, refused - after.people.keys())
        if last:
            break
        again = delta_of(rows, after.data, dataclasses.replace(rules, told=known), IDENTIFIER)
        assert set(people_of(cells_of(again, after), IDENTIFIER)) == refused
        assert set(again.identifiers["leavers"]) == refused - after.people.keys()
        assert again.sent_again == len(refused)
    assert delta_of(rows, after.data, dataclasses.replace(rules, told=known), IDENTIFIER).rows == []
    assert table_of(rows, IDENTIFIER).header == after.columns
    assert all(kind in delta.identifiers for kind in KINDS)
