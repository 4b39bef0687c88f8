# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls as the simulator's log spells them, and how a list of them is made comparable."""

from __future__ import annotations

import json
import typing as t
import urllib.error
import urllib.request

from simulator import Simulator

LIST = "GET /users/imports"
POST = "POST /users/imports"
GET = "GET /users/imports/{id}"
DELETE = "DELETE /users/imports/{id}"
PREVIEW = "PATCH /users/imports/{id} PREVIEW_PENDING"
IMPORT = "PATCH /users/imports/{id} IMPORT_PENDING"
CANCEL = "PATCH /users/imports/{id} CANCELLED"
STATUS = "GET /users/imports/{id}/status"
ERRORS = "GET /users/imports/{id}/errors"
GET_CONFIG = "GET /users/imports/{id}/config"
PATCH_CONFIG = "PATCH /users/imports/{id}/config"
PUT_CONFIG = "PUT /users/imports/{id}/config"


def target(call: str) -> dict[str, t.Any]:
    """Return the selectors of a fault that hits this call."""
    method, path, *state = call.split()
    return {"method": method, "path": path, **({"state": state[0]} if state else {})}


def ask_to_start(tenant: Simulator, import_id: str) -> int:
    """Send the order to start an import, as a run that is long dead may have sent it, and return the status of the answer."""
    request = urllib.request.Request(
        f"{tenant.url}/api/users/imports/{import_id}", json.dumps({"state": "IMPORT_PENDING"}).encode(), method="PATCH",
        headers={"Authorization": f"Basic {tenant.token}", "Content-Type": "application/json"})
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as refused:
        refused.close()
        return refused.code


def once_each(calls: list[str]) -> list[str]:
    """Return the calls with a row of the same GET told once: how often is looked while waiting depends on the clock."""
    return [call for index, call in enumerate(calls) if not (index and call.startswith("GET ") and calls[index - 1] == call)]
