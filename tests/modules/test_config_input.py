# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Configurations that cannot be right are refused before any request."""

from __future__ import annotations

import typing as t

import pytest

from support.admin import Admin
from support.small_tenant import MAPPING

MISSING = "mapping: externalId is missing: without it nobody in the file can be recognised"


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"remove_all": True}, "remove_all: it goes only with a full import (delta: false)"),
        ({"remove_all": False}, "remove_all: it goes only with a full import (delta: false)"),
        ({"delta": True, "remove_all": True}, "remove_all: it goes only with a full import (delta: false)"),
        ({"mapping": {}}, MISSING),
        ({"mapping": {"eMail": "E-Mail"}}, MISSING),
        ({"mapping": {"externalID": "Nr"}}, f"{MISSING} (older pages spell it externalID; the service wants externalId)"),
        ({"mapping": {"externalID,userName": "Nr"}}, f"{MISSING} (older pages spell it externalID"),
        ({"mapping": {"externalId": "Nr", "externalId,userName": "Login"}}, "mapping: the field 'externalId' is mapped twice"),
        ({"mapping": {"externalId,eMail": "Nr", "eMail,userName": "Login"}}, "mapping: the field 'eMail' is mapped twice"),
        ({"mapping": {"externalId,externalId": "Nr"}}, "mapping: the field 'externalId' is mapped twice"),
        ({"mapping": {**MAPPING, "userName": ""}}, "mapping: 'userName' has no column"),
        ({"mapping": {**MAPPING, "userName": "  "}}, "mapping: 'userName' has no column"),
        ({"mapping": {**MAPPING, "userName": None}}, "mapping: 'userName' has no column"),
        ({"mapping": {**MAPPING, "userName": 7}}, "mapping: 'userName' has no column"),
        ({"mapping": {**MAPPING, "userName": ["a"]}}, "mapping: 'userName' has no column"),
        ({"mapping": {**MAPPING, "": "Login"}}, "mapping: the key '' names no field"),
        ({"mapping": {**MAPPING, "userName,": "Login"}}, "mapping: the key 'userName,' names no field"),
        ({"import_id": "a/../b"}, "import_id: it is not an id as the service gives them"),
        ({"import_id": " "}, "import_id: it is not an id as the service gives them"),
        ({"import_id": "x?y"}, "import_id: it is not an id as the service gives them"),
        ({"separator": "|"}, "value of separator must be one of: ;, ,, got: |"),
        ({"encoding": "latin1"}, "value of encoding must be one of: UTF-8, windows-1252, got: latin1"),
        ({"import_type": "GROUP"}, "value of import_type must be one of: USER, got: GROUP"),
        ({"wrong_option": 1}, "Unsupported parameters for"),
    ],
)
def test_bad_input(admin: Admin, options: dict[str, t.Any], text: str, check: bool) -> None:
    import_id = admin.prepared()
    before = admin.sim.import_(import_id)
    result = admin.run("config", check=check, **{"import_id": import_id, "mapping": MAPPING, **options})
    assert result.failed
    assert result["msg"].startswith(text)
    assert admin.sim.requests == []
    assert admin.sim.import_(import_id) == before
