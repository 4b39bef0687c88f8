# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings of the simulator in which every pair of values occurs: made once, because that takes seconds."""

from __future__ import annotations

from simulator.pairwise import covering

PAIRED = covering()
