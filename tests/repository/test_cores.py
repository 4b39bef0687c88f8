# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which core is tested with which Python, on machines that have other Pythons than this one."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tools import declared
from tools.cores import CORES, Pair, best_python, oldest_and_newest, sanity_pairs
from tools.cores import test_pairs as pairs_to_test


@pytest.mark.parametrize(
    ("pythons", "limit", "expected"),
    [
        pytest.param(["3.11"], "3.11", [("2.16", "3.11"), ("2.19", "3.11")], id="only-3.11"),
        pytest.param(["3.10"], "3.10", [("2.16", "3.10"), ("2.17", "3.10")], id="only-3.10"),
        pytest.param(["3.13"], "3.13", [("2.18", "3.13"), ("2.21", "3.13")], id="only-3.13"),
        pytest.param(["3.12", "3.13"], "3.13", [("2.16", "3.12"), ("2.21", "3.13")], id="oldest-core-on-an-older-python"),
        pytest.param(["3.11", "3.13"], "3.11", [("2.16", "3.11"), ("2.19", "3.11")], id="the-user-asked-for-3.11"),
        pytest.param(["3.9"], "3.9", [], id="no-controller-runs-here"),
    ],
)
def test_make_test_runs_the_two_ends_of_what_the_machine_can_run(pythons: list[str], limit: str, expected: list[tuple[str, str]]) -> None:
    assert oldest_and_newest(pythons, limit) == [Pair(*pair) for pair in expected]


def test_the_best_python_is_the_newest_that_the_newest_core_supports() -> None:
    assert best_python(["3.9", "3.11", "3.12", "3.13"]) == "3.13"
    assert best_python(["3.9", "3.10", "3.11"]) == "3.11"
    assert best_python(["3.9"]) is None


def test_sanity_runs_once_per_core_and_only_where_ansible_test_agrees_to_run() -> None:
    assert sanity_pairs(["3.11", "3.12"]) == [
        Pair("2.16", "3.12"),
        Pair("2.17", "3.12"),
        Pair("2.18", "3.12"),
        Pair("2.19", "3.12"),
        Pair("2.20", "3.12"),
        Pair("2.21", "3.12"),
    ]


def test_every_core_is_tested_with_every_python_that_runs_it() -> None:
    pairs = pairs_to_test(["3.11", "3.13"])
    assert Pair("2.16", "3.13") in pairs, "not official, but it works"
    assert Pair("2.21", "3.11") not in pairs
    assert {pair.core for pair in pairs} == {core.version for core in CORES}


def test_the_execution_environment_has_the_newest_core_and_what_else_it_declares() -> None:
    root = Path(__file__).parents[2]
    dependencies = yaml.safe_load((root / "execution-environment.yml").read_text(encoding="utf-8"))["dependencies"]
    assert declared.packages(root) == [dependencies[name]["package_pip"] for name in ("ansible_core", "ansible_runner")]
    assert declared.packages(root)[0] == f"ansible-core~={CORES[-1].version}.0"
    # What would have to be installed besides.
    assert "python" not in dependencies
