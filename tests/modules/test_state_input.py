# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What cannot be asked of an import is refused before any request."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from support.admin import Admin

CASES: list[tuple[dict[str, t.Any], str]] = [
    ({"limits": {"removed": 1}}, "Unsupported parameters for"),
    ({"limits": {"created": 1, "Deleted": 1}}, "Unsupported parameters for"),
    ({"limits": {"created": -1}}, "limits.created: it must be a whole number, 0 or more"),
    ({"limits": {"deleted": "many"}}, "argument 'deleted' is of type"),
    ({"limits": {"deleted": "5%"}}, "argument 'deleted' is of type"),
    ({"max_row_errors": -1}, "max_row_errors: it must not be negative"),
    ({"wait_timeout": -1}, "wait_timeout: it must not be negative"),
    ({"wait_interval": 0}, "wait_interval: it must be more than 0 seconds"),
    ({"wait_interval": -2.5}, "wait_interval: it must be more than 0 seconds"),
    ({"wait_timeout": "soon"}, "argument 'wait_timeout' is of type"),
    ({"state": "done"}, "value of state must be one of: previewed, imported, cancelled, absent, got: done"),
    ({"state": ""}, "value of state must be one of: previewed, imported, cancelled, absent, got: "),
    ({"import_id": "../imports"}, "import_id: it is not an id as the service gives them"),
    ({"import_id": "a b"}, "import_id: it is not an id as the service gives them"),
    ({"import_id": " "}, "import_id: it is not an id as the service gives them"),
    ({"errors_dest": "/nowhere/at/all/errors.csv"}, "errors_dest: /nowhere/at/all is not a directory"),
]


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(("options", "text"), CASES, ids=[str(options) for options, _text in CASES])
def test_bad_input(admin: Admin, options: dict[str, t.Any], text: str, check: bool) -> None:
    import_id = admin.prepared("PREVIEW_READY")
    before = admin.sim.import_(import_id)
    result = admin.run("state", check=check, **{"import_id": import_id, "state": "imported", **options})
    assert result.failed
    assert result["msg"].startswith(text)
    assert admin.sim.requests == []
    assert admin.sim.import_(import_id) == before


@pytest.mark.parametrize("goal", ["previewed", "imported", "cancelled", "absent"])
def test_bad_input_whatever_the_goal(admin: Admin, goal: str, tmp_path: Path) -> None:
    import_id = admin.prepared("PREVIEW_READY")
    bad: tuple[dict[str, t.Any], ...] = (
        {"wait_timeout": -1}, {"limits": {"created": -1}}, {"max_row_errors": -1}, {"errors_dest": str(tmp_path)}, {"import_id": "a/b"},
    )
    for options in bad:
        result = admin.run("state", **{"import_id": import_id, "state": goal, **options})
        assert result.failed
        assert any(result["msg"].startswith(name) for name in options)
    assert admin.sim.requests == []
