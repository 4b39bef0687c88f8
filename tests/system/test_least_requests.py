# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the documentation says the role sends is what it sends: a request more, or one less, shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import least_requests

PAGE = Path(__file__).parents[2] / "docs/benchmarks.md"


@pytest.mark.deep
def test_the_role_sends_what_the_documentation_lists(tmp_path: Path) -> None:
    _before, _mark, rest = PAGE.read_text(encoding="utf-8").partition("<!-- measured:requests -->\n")
    told = rest.partition("<!-- end:requests -->")[0].strip()
    assert told.splitlines() == least_requests.table(least_requests.counted(tmp_path)).splitlines()
