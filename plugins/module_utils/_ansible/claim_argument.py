# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An option of a module that talks to the service, and of one that does not: apart from what loads `requests`."""

from __future__ import annotations

import typing as t


def claim_argument() -> dict[str, t.Any]:
    """Return a fresh spec for the run that must have a baseline."""
    return {"type": "dict", "options": {"path": {"type": "path", "required": True}, "run": {"type": "str", "required": True}}}
