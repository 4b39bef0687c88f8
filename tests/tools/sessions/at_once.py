# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several sessions at the same time."""

from __future__ import annotations

import sys

import nox

from .. import streaming
from .setting import ROOT


def side_by_side(session: nox.Session, sessions: dict[str, list[str]]) -> None:
    """Run sessions, a name for the output -> session and arguments, each in a nox of its own, and name those that failed."""
    nox_here = [sys.executable, "-m", "nox", "-f", str(ROOT / "noxfile.py"), "-s"]
    failed = [name for name, code in streaming.side_by_side({name: nox_here + wanted for name, wanted in sessions.items()}).items() if code]
    if failed:
        session.error("Findings from " + " and ".join(failed))
