# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small set of switch settings in which every pair of values of any two switches occurs."""

from __future__ import annotations

from collections.abc import Collection

from allpairspy import AllPairs  # type: ignore[import-untyped]

from .switches import Switches, paired_choices


def covering(switches: type[Switches] = Switches, without: Collection[str] = (), **fixed: str | int) -> list[Switches]:
    """The covering set, always the same.

    ``without`` leaves switches at their default, ``fixed`` sets them in every row.
    """
    choices = {
        name: list(values) for name, values in paired_choices().items() if name not in without and name not in fixed
    }
    names = list(choices)
    rows = AllPairs([choices[name] for name in names])
    return [switches().with_(**dict(zip(names, row, strict=True)), **fixed) for row in rows]
