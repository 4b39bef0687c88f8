# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of the simulator's own tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from simulator_client import Client, Start

from simulator import Simulator, Switches


@pytest.fixture
def start() -> Iterator[Start]:
    """Start simulators with switches and other arguments; gives a client for each."""
    with ExitStack() as stack:

        def begin(people: Any = (), *, checked: bool = True, arguments: Any = None, **switches: Any) -> Client:
            sim = stack.enter_context(Simulator(Switches(**switches), people=people, **(arguments or {})))
            return stack.enter_context(Client(sim, checked=checked))

        yield begin
