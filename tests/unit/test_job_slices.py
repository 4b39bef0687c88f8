# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The computed part of the measurements: how many calls a run takes, and which limit it meets."""

from __future__ import annotations

import pytest

from ansible_collections.community.staffbase.plugins.module_utils._imports import paging
from bench import job_slices
from bench.job_slices import Costs, Instance, estimate, requests

COSTS = Costs(cpu_seconds=1.0, base_mebibytes=60, fork_mebibytes=10)


@pytest.mark.parametrize(("changed", "looking", "kept", "calls"), [
    (1, 0, 0, 11), (0, 1, 0, 1), (0, 1, 101, 2), (1, 0, 100, 12), (2, 0, 99, 23), (0, 0, 10_000, 0),
])
def test_the_calls_of_a_run(changed: int, looking: int, kept: int, calls: int) -> None:
    assert requests(changed, looking, kept) == calls


def test_the_list_is_the_one_that_the_collection_reads() -> None:
    assert (job_slices.PAGE_SIZE, job_slices.MOST_ENTRIES) == (paging.PAGE_SIZE, paging.MOST_ENTRIES)


def test_more_slices_help_until_the_tenant_is_the_limit() -> None:
    seconds = [estimate(COSTS, slices, 20_000, 20.0, branches=8000).seconds for slices in (1, 2, 4, 8)]
    assert seconds == [2000.0, 1000.0, 1000.0, 1000.0]


@pytest.mark.parametrize(("calls", "instance", "binding"), [
    (0, Instance(), "CPU of the instances"), (10**6, Instance(), "rate limit of the tenant"), (0, Instance(mebibytes=200), "memory"),
])
def test_which_limit_binds(calls: int, instance: Instance, binding: str) -> None:
    assert estimate(COSTS, 10, calls, 20.0, instance).binding == binding


def test_a_tenant_with_more_imports_than_are_listed_is_told() -> None:
    assert estimate(COSTS, 10, 0, 20.0, imports=job_slices.MOST_ENTRIES).binding == "CPU of the instances"
    assert "not possible" in estimate(COSTS, 10, 0, 20.0, imports=job_slices.MOST_ENTRIES + 1).binding
