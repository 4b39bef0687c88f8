# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks a simulated tenant, and looks after each check that it did no harm."""

from __future__ import annotations

import typing as t

from .admin import Admin, leaks
from .module_runner import Result, run_module

OWN = "staffbase-check-"


def check(admin: Admin, *, rehearse: bool = False, **options: t.Any) -> Result:
    """Run the check. Whatever comes of it: nobody was changed, nothing was imported, and nothing secret was printed."""
    options = {"wait_timeout": 10, "wait_interval": 0.05, **options}
    result = run_module("staffbase_tenant_check", {**admin.connection, **options}, check=rehearse)
    assert leaks(result.output) == []
    assert [call for call in admin.sim.writes() if "IMPORT_PENDING" in call] == []
    assert admin.nobody_changed()
    return result


def checked(admin: Admin, **options: t.Any) -> Result:
    """Run the check, after which no draft of it is there."""
    result = check(admin, **options)
    assert drafts(admin) == []
    return result


def drafts(admin: Admin) -> list[str]:
    """Return the ids of the drafts of the check that are there."""
    return [entry["id"] for entry in admin.sim.imports() if entry["file_name"].startswith(OWN)]


def tell(result: Result, name: str) -> dict[str, t.Any]:
    """Return what is told of one assumption."""
    return next(entry for entry in result["assumptions"] if entry["name"] == name)


def seen(result: Result, name: str) -> str | None:
    return tell(result, name)["seen"]
