# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The supported versions of ansible-core, and which Python runs which of them.

This is the only place that knows. A new ansible-core is one more line in CORES.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Core(NamedTuple):
    """One release line of ansible-core."""

    version: str
    # The controller Pythons that its release names; its ansible-test refuses every other.
    official: tuple[str, ...]
    # Runs there as well, measured. Tested by `make test-all`, without sanity.
    also: tuple[str, ...] = ()


CORES = (
    Core("2.16", ("3.10", "3.11", "3.12"), also=("3.13",)),
    Core("2.17", ("3.10", "3.11", "3.12"), also=("3.13",)),
    Core("2.18", ("3.11", "3.12", "3.13")),
    Core("2.19", ("3.11", "3.12", "3.13")),
    Core("2.20", ("3.12", "3.13", "3.14")),
    Core("2.21", ("3.12", "3.13", "3.14")),
)


class Pair(NamedTuple):
    """One core on one Python."""

    core: str
    python: str

    @property
    def name(self) -> str:
        """Return the name that the session carries in brackets."""
        return f"{self.core}-py{self.python}"


def version_key(version: str) -> tuple[int, ...]:
    """Sort 3.9 before 3.10."""
    return tuple(int(part) for part in version.split("."))


def _newest_official(core: Core, pythons: Iterable[str]) -> Pair | None:
    fitting = [python for python in pythons if python in core.official]
    return Pair(core.version, max(fitting, key=version_key)) if fitting else None


def sanity_pairs(pythons: Iterable[str]) -> list[Pair]:
    """Return each core with the newest Python that may run its ansible-test."""
    known = list(pythons)
    return [pair for core in CORES if (pair := _newest_official(core, known))]


def oldest_and_newest(pythons: Iterable[str], limit: str) -> list[Pair]:
    """Return the two ends of the supported range that can run with Pythons up to `limit`."""
    pairs = sanity_pairs(python for python in pythons if version_key(python) <= version_key(limit))
    return list(dict.fromkeys([pairs[0], pairs[-1]])) if pairs else []


def test_pairs(pythons: Iterable[str]) -> list[Pair]:
    """Return every core with every Python that runs it."""
    known = list(pythons)
    return [Pair(core.version, python) for core in CORES for python in known if python in core.official + core.also]


def best_python(pythons: Iterable[str]) -> str | None:
    """Return the newest Python among those that run the newest possible core."""
    pairs = sanity_pairs(pythons)
    return pairs[-1].python if pairs else None
