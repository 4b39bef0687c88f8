# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for what another thread or process does."""

from __future__ import annotations

import time
import typing as t


def until(is_so: t.Callable[[], t.Any], seconds: float = 120.0, pause: float = 0.02) -> bool:
    """Look again and again, at most for so many seconds; return whether it has come to that."""
    end = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
    return True
