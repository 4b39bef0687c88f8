# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guards that `make guards` takes out: each stands where it is said to, and docs/guards.md tells of these."""

from __future__ import annotations

from pathlib import Path

import pytest
from guards import ROWS
from guards.guard import Guard
from guards.page import page

ROOT = Path(__file__).parents[2]
GUARDS = [guard for row in ROWS.values() for guard in row]


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: f"{guard.file} {guard.promise}")
def test_it_can_be_taken_out(guard: Guard) -> None:
    assert guard.is_in(ROOT), "the line does not stand there once: adapt tests/guards, run `make guards`"
    text = (ROOT / guard.file).read_text(encoding="utf-8").replace(guard.line, guard.without)
    if guard.file.endswith(".py"):
        # What cannot be compiled would fail any test.
        compile(text, guard.file, "exec")
    file, name = guard.test.partition("::")[::2]
    assert not name or f"def {name.partition('[')[0]}(" in (ROOT / file).read_text(encoding="utf-8")


def test_the_page_is_the_one_of_these_guards() -> None:
    assert (ROOT / "docs/guards.md").read_text(encoding="utf-8") == page(), "run `make guards`"


def test_another_guard_makes_another_page(monkeypatch: pytest.MonkeyPatch) -> None:
    before = page()
    monkeypatch.setitem(ROWS, "A call that breaks", ROWS["A call that breaks"][1:])
    assert page() != before
