# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which path is what, and which verbs it takes."""

from __future__ import annotations

import re

COLLECTION = "/users/imports"
SINGLE = "/users/imports/{id}"
STATUS = SINGLE + "/status"
CONFIG = SINGLE + "/config"
ERRORS = SINGLE + "/errors"
CHANGELOG = SINGLE + "/changelog"

VERBS: dict[str, tuple[str, ...]] = {
    COLLECTION: ("GET", "POST"),
    SINGLE: ("GET", "PATCH", "DELETE"),
    STATUS: ("GET",),
    CONFIG: ("GET", "PATCH", "PUT"),
    ERRORS: ("GET",),
    CHANGELOG: ("GET",),
}
PATTERN = re.compile(r"/users/imports/(?P<id>[^/]+)(?P<rest>(?:/(?:status|config|errors|changelog))?)(?P<slash>/?)")


def template_of(path: str) -> tuple[str, str | None]:
    """Template and import id of a path below /api; an unknown path is its own template."""
    match = PATTERN.fullmatch(path)
    if match is None:
        return path, None
    return SINGLE + match["rest"] + match["slash"], match["id"]
