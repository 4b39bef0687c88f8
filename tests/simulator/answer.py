# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A call as it came, and an answer before it is on the wire."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from werkzeug.wrappers import Request


@dataclasses.dataclass
class Answer:
    """Status, body and headers; ``created_id`` is the import that an upload made, for the request log."""

    status: int
    body: bytes = b""
    content_type: str | None = None
    headers: dict[str, str] = dataclasses.field(default_factory=dict)
    created_id: str | None = None


@dataclasses.dataclass
class Call:
    """One API call, taken apart."""

    request: Request
    method: str
    path: str
    template: str
    import_id: str | None
    query: dict[str, str]
    body: Any
    body_is_json: bool

    @property
    def state(self) -> str | None:
        """Target of a state PATCH, else None."""
        if self.method != "PATCH" or self.template != "/users/imports/{id}" or not isinstance(self.body, dict):
            return None
        state = self.body.get("state")
        return state if isinstance(state, str) else None


def json_answer(body: Any, status: int = 200) -> Answer:
    """JSON as the API sends it (D)."""
    return Answer(status, json.dumps(body).encode(), "application/json")


def no_content(status: int = 204) -> Answer:
    """An answer without a body."""
    return Answer(status)
