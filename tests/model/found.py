# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sequences of steps after which a green run was untrue once, each as short as it could be made."""

from __future__ import annotations

import dataclasses
import typing as t

from .company import EVERYBODY, OFF, UNSAID
from .world import Step

RUN: Step = ("run",)
DEACTIVATE: Step = ("rule", "deactivate")
NO_COLUMN: Step = ("column", False)
NO_WORDS: list[Step] = [("state", person, UNSAID) for person in EVERYBODY]


@dataclasses.dataclass(frozen=True)
class Found:
    """`steps` with what was untrue after them. `switches`: how the service must behave for that."""

    name: str
    steps: t.Sequence[Step]
    baseline: bool = True
    switches: dict[str, t.Any] = dataclasses.field(default_factory=dict)


#: Untrue before the baseline was what the tenant was told.
BEFORE_TOLD = (
    Found("who left, was deleted by hand and is back with the same row is not sent", [
        RUN, ("toggle", "p6"), RUN, ("toggle", "p6"), RUN, ("hand_delete", "p6"), ("toggle", "p6"), RUN]),
    Found("the newest record is deleted, and the difference equals the import before it", [
        RUN, ("move", "p1", "mail", "b"), RUN, ("move", "p1", "mail", "a"), RUN, ("delete_record",), ("move", "p1", "mail", "b"), RUN]),
    Found("a run had another file name, and the difference equals the import before it", [
        RUN, ("move", "p1", "mail", "b"), RUN, ("option", "file_name", "other.csv"), ("move", "p1", "mail", "a"), RUN,
        ("option", "file_name", None), ("move", "p1", "mail", "b"), RUN]),
    Found("an older baseline is put back, and the difference to it equals the newest import", [
        RUN, ("move", "p1", "mail", "b"), RUN, ("hand_cell", "p1", "mail"), ("restore_csv", 1), RUN]),
    Found("a refused row is not sent again when the tenant would accept it", [
        RUN, ("refuse", "p4"), ("toggle", "p4"), ("toggle", "p6"), RUN, ("accept",), RUN]),
    Found("the same without a baseline", [("refuse", "p3"), RUN, ("accept",), RUN], baseline=False),
    Found("a field is added to the mapping", [RUN, ("map", "last", True), RUN]),
    Found("a field is added to the mapping, and there is no baseline", [RUN, ("map", "last", True), RUN], baseline=False),
    Found("the status is added to the mapping", [("map", "status", False), ("state", "p1", OFF), RUN, ("map", "status", True), RUN]),
    Found("the baseline is deleted, so that everybody is sent", [RUN, ("hand_cell", "p1", "mail"), ("delete_baseline",), RUN]),
    Found("a leaver is back, and only her second row is accepted", [
        DEACTIVATE, NO_COLUMN, RUN, ("toggle", "p1"), RUN, ("refuse", "p1"), ("toggle", "p1"), ("toggle", "p4"), RUN, ("accept",),
        ("move", "p1", "mail", "b"), RUN]),
    Found("a leaver is back after the baseline was deleted", [
        DEACTIVATE, NO_COLUMN, RUN, ("toggle", "p1"), RUN, ("delete_baseline",), ("toggle", "p1"), RUN]),
    Found("a leaver is back, and the status column says nothing of her", [
        DEACTIVATE, *NO_WORDS, RUN, ("toggle", "p1"), RUN, ("toggle", "p1"), RUN]),
    Found("more people are deactivated than allowed, and the preview showed zeros", [
        DEACTIVATE, RUN, ("option", "limits", {"deactivated": 1}), ("option", "accept_zero_preview", True), ("toggle", "p1"), ("toggle", "p2"), RUN,
    ], switches={"preview_numbers": "zeros"}),
    Found("who was accepted beside a refused row is activated again", [
        RUN, ("refuse", "p1"), ("move", "p1", "mail", "b"), ("move", "p2", "mail", "b"), RUN, ("hand_status", "p2", "deactivated"), RUN]),
    Found("leavers were ignored, and are to be deactivated now", [RUN, ("toggle", "p1"), RUN, DEACTIVATE, RUN]),
    Found("mails are switched on, and nobody is sent", [RUN, ("option", "send_mails_new", True), RUN]),
    Found("the words of the status column are not the service's", [("words", True), RUN]),
    Found("every row was refused", [RUN, ("refuse", "p6"), ("toggle", "p6"), RUN]),
    Found("a run dies after its import, the record is deleted, and the joiner has left again", [
        DEACTIVATE, RUN, ("toggle", "p6"), ("killed", 9, True), ("delete_record",), ("toggle", "p6"), RUN]),
    Found("the cells of a leaver are emptied, because only the identifier was kept", [
        DEACTIVATE, RUN, ("toggle", "p4"), ("toggle", "p6"), ("refuse", "p4"), RUN, ("register",), ("toggle", "p6"), RUN,
    ], switches={"empty_cells": "clear"}),
    Found("a column that nobody maps makes everybody a mover", [RUN, RUN, ("stamp",), RUN]),
    Found("another tenant, and the same baseline", [RUN, ("swap",), RUN]),
    Found("the baseline is deleted after a preview, and no run is green any more", [
        RUN, ("toggle", "p4"), ("preview",), ("delete_baseline",), RUN]),
)

#: Untrue while that was built.
SINCE = (
    Found("a status that is new in the mapping, and people who are sent again because a run died", [
        ("toggle", "p5"), ("option", "limits", {"deactivated": 1}), NO_COLUMN, RUN, ("expire",), ("column", True),
    ], switches={"preview_numbers": "absent"}),
    Found("a row that is sent again without its status makes an account for somebody who is to be deactivated", [
        ("state", "p3", OFF), RUN, ("move", "p3", "mail", "x"), ("toggle", "p5"), RUN]),
)

ALL = (*BEFORE_TOLD, *SINCE)
