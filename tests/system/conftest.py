# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A tenant and a controller for each test."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from simulator import Simulator
from support.controller import TOKEN, Controller
from support.scenario import Scenario


@pytest.fixture
def tenant() -> t.Iterator[Simulator]:
    """An empty tenant."""
    with Simulator(token=TOKEN) as simulator:
        yield simulator


@pytest.fixture
def controller(tmp_path: Path, tenant: Simulator) -> Controller:
    """A controller with an export of two people."""
    made = Controller(tmp_path, tenant)
    made.write("1;ann@example.com;Ann;Activated", "2;bob@example.com;Bob;Activated")
    return made


@pytest.fixture
def begin(tmp_path: Path) -> t.Iterator[t.Callable[[str], Scenario]]:
    with Simulator(token=TOKEN) as tenant:
        yield lambda kind: Scenario(Controller(tmp_path, tenant), tenant, kind)
