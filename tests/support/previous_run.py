# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Three people, and what a run that has imported some of them leaves behind."""

from __future__ import annotations

import typing as t
from pathlib import Path

from simulator import Simulator

from .controller import Controller

#: Rows of an export.
ANN, BOB, CLEO = "1;ann@example.com;Ann;Activated", "2;bob@example.com;Bob;Activated", "3;cleo@example.com;Cleo;Activated"


def person(row: str, status: str = "activated") -> dict[str, t.Any]:
    """Return somebody as the tenant has him when this row was imported."""
    identifier, mail, first, _status = row.split(";")
    return {"external_id": identifier, "status": status, "email": mail, "fields": {"firstName": first}}


def leave_baseline(controller: Controller, tenant: Simulator, baseline: Path, *, pending: t.Container[str] = ()) -> None:
    """Leave Ann and Bob in the export, in its baseline and in the tenant; `pending`: the rows of those who have not registered yet."""
    controller.write(ANN, BOB)
    baseline.write_bytes(controller.export.read_bytes())
    baseline.chmod(0o600)
    tenant.add_people([person(row, "pending" if row in pending else "activated") for row in (ANN, BOB)])
