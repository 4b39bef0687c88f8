# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role with tenants whose clock is a day behind the controller's, and a day ahead."""

from __future__ import annotations

import time
from email.utils import formatdate

from simulator import Fault
from support.api_calls import LIST
from support.controller import HEADER, Controller
from support.sources import sources

DAY = 86400.0
CLOCKS = {"behind": -DAY, "ahead": DAY}


def test_a_tenant_whose_clock_is_a_day_off_gets_an_export_once(controller: Controller) -> None:
    """With a pause that the service asks for by its own clock; then nothing new."""
    export = f"{HEADER}1;ann@example.com;Ann;Activated\n2;bob@example.com;Bob;Activated\n"
    with sources(controller, dict.fromkeys(CLOCKS, export), clocks=CLOCKS) as tenants:
        for host, tenant in tenants.items():
            controller.hosts[host]["staffbase_retries"] = 2
            soon = formatdate(time.time() + CLOCKS[host] + 10, usegmt=True)
            tenant.schedule(Fault("status:429", method="GET", path="/users/imports", retry_after=soon))

        first, again = controller.play(), controller.play()

        for run in (first, again):
            assert run.code == 0, run.output
        for host, tenant in tenants.items():
            assert first.recap(host)["changed"] > again.recap(host)["changed"] == 0
            assert [each["applied_count"] for each in tenant.imports()] == [1]
            assert [person["version"] for person in tenant.people()] == [1, 1]
            # The one that was refused, the one after the pause, and one after the upload; and the one of the second run.
            assert tenant.calls().count(LIST) == 4
