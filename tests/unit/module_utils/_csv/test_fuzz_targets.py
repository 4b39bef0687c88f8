# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `make fuzz` checks holds for what it begins with, and for what it has found before; and it finds what is broken."""

from __future__ import annotations

import importlib
import typing as t

import pytest

FOUND_BEFORE = {
    # A file without a known separator was told to be UTF-8 although its bytes are no text at all.
    "detect": [b"\x81"],
}


@pytest.fixture
def targets() -> t.Any:
    return importlib.import_module("fuzz.targets")


@pytest.mark.parametrize("name", ["lint", "detect", "compare", "tables", "row_errors"])
def test_the_seeds_and_the_old_findings_are_all_right(targets: t.Any, name: str) -> None:
    for data in (*targets.SEEDS[name], *FOUND_BEFORE.get(name, [])):
        targets.TARGETS[name](data)


def test_every_target_has_seeds_and_is_searched(targets: t.Any) -> None:
    everything = importlib.import_module("fuzz.__main__").TARGETS
    assert set(everything) == set(targets.TARGETS) == set(targets.SEEDS)


def test_what_is_broken_is_found(targets: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    search = importlib.import_module("fuzz.search")
    real = targets.compare

    def careless(before: object, after: object, rules: object) -> object:
        found = real(before, after, rules)
        # Forgets whoever has a quote in the row.
        found.rows = [row for row in found.rows if b'"' not in row]
        return found

    monkeypatch.setattr(targets, "compare", careless)
    with pytest.raises((AssertionError, KeyError)):
        search.by_hypothesis("tables", 60)
