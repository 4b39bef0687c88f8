# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The states of an import and who may move it where (D: section 4 of the facts)."""

from __future__ import annotations

from .refusals import BAD_BODY, Refusal
from .switches import Switches

DRAFT = "DRAFT"
PREVIEW_PENDING = "PREVIEW_PENDING"
CREATING_PREVIEW = "CREATING_PREVIEW"
PREVIEW_READY = "PREVIEW_READY"
IMPORT_PENDING = "IMPORT_PENDING"
IMPORTING = "IMPORTING"
COMPLETED = "COMPLETED"
CANCELLED = "CANCELLED"

STATES = (DRAFT, PREVIEW_PENDING, CREATING_PREVIEW, PREVIEW_READY, IMPORT_PENDING, IMPORTING, COMPLETED, CANCELLED)
PREVIEWING = (PREVIEW_PENDING, CREATING_PREVIEW)
RUNNING = (IMPORT_PENDING, IMPORTING)
MOVING = PREVIEWING + RUNNING
CONFIGURABLE = (DRAFT, PREVIEW_READY)


def check_transition(current: str, target: object, switches: Switches) -> None:
    """Raise ``Refusal`` unless a client may set ``target`` now.

    A client sets only the two pending states (D); CANCELLED is a guess (I). IMPORT_PENDING is allowed from DRAFT,
    PREVIEW_READY and IMPORT_PENDING (C), and CANCELLED by switch. A word that is no state is a bad body, 400 (I).
    """
    if target not in STATES:
        raise Refusal(400, BAD_BODY)
    allowed: tuple[str, ...] = ()
    if target == PREVIEW_PENDING:
        allowed = (DRAFT, PREVIEW_READY) if switches.preview_again == "allowed" else (DRAFT,)
    elif target == IMPORT_PENDING:
        allowed = (DRAFT, PREVIEW_READY, IMPORT_PENDING)
        if switches.import_from_cancelled == "allowed":
            allowed += (CANCELLED,)
    elif target == CANCELLED and switches.client_cancel == "allowed":
        allowed = (DRAFT, PREVIEW_PENDING, CREATING_PREVIEW, PREVIEW_READY)
    if current not in allowed:
        raise transition_refused(switches)


def transition_refused(switches: Switches) -> Refusal:
    """The refusal whose code nobody knows (I)."""
    return Refusal(switches.refused_transition, "State transition is not allowed")
