# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulated Staffbase tenant: the CSV import API on real HTTP, for tests and the demonstration.

Behaviour rests on facts with tags: (D) documented, (O) observed, (C) a client's comment, (I) inferred. Every open
question is a switch, see switches.py; every fault that can be scheduled stands in faults.py.
"""

from __future__ import annotations

from .faults import Fault
from .remote import RemoteSimulator
from .request_log import Record
from .service import Simulator
from .switches import Switches

__all__ = ["Fault", "Record", "RemoteSimulator", "Simulator", "Switches"]
