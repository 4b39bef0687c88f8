# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Statistics of runs, as a table: min, median and max seconds, the ratio to one of them also round by round, and the peak of memory."""

from __future__ import annotations

import statistics
import typing as t


class Measured(t.NamedTuple):
    """Seconds of a whole process, its peak memory in MiB, and what it printed."""

    seconds: float
    mebibytes: float
    output: str = ""


Runs = t.Mapping[str, t.Sequence[Measured]]


def middle(runs: t.Sequence[Measured]) -> float:
    """Return the median of the seconds."""
    return statistics.median(run.seconds for run in runs)


def ratio(runs: Runs, name: str, reference: str) -> float:
    """Return how many times as long as `reference` one takes."""
    return middle(runs[name]) / middle(runs[reference])


def by_round(ones: t.Sequence[float], others: t.Sequence[float]) -> str:
    """Return the ratio of each round, as min, median and max: in a round all take their turn, so a slow moment of the machine meets both."""
    ratios = [one / other for one, other in zip(ones, others, strict=True)]
    return f"{min(ratios):.2f}, {statistics.median(ratios):.2f}, {max(ratios):.2f}"


def seconds_by_round(runs: Runs, name: str, reference: str) -> str:
    """Return the same for the seconds of two names."""
    return by_round([run.seconds for run in runs[name]], [run.seconds for run in runs[reference]])


def table(runs: Runs, reference: str, called: str = "") -> str:
    """Return a line for each name. `called`: what `reference` is named in the head of the column."""
    lines = [
        f"| | min s | median s | max s | ratio to {called or reference} | by round: min, median, max | peak MiB |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name, each in runs.items():
        seconds = [run.seconds for run in each]
        peak = max(run.mebibytes for run in each)
        lines.append(
            f"| {name} | {min(seconds):.2f} | {middle(each):.2f} | {max(seconds):.2f} | {ratio(runs, name, reference):.2f} "
            f"| {seconds_by_round(runs, name, reference)} | {peak:.0f} |")
    return "\n".join(lines)


def at_most(what: str, found: float, aim: float, unit: str = "", rounds: str = "") -> str:
    """Return a line that says whether `found` is as low as it should be. `rounds`: the same by round."""
    return f"- {what}: {found:.2f}{unit}{_in_brackets(rounds)}; aim at most {aim:g}{unit}: {'met' if found <= aim else '**not met**'}."


def at_least(what: str, found: float, aim: float, unit: str = "", rounds: str = "") -> str:
    """Return a line that says whether `found` is as high as it should be. `rounds`: the same by round."""
    return f"- {what}: {found:.2f}{unit}{_in_brackets(rounds)}; aim at least {aim:g}{unit}: {'met' if found >= aim else '**not met**'}."


def _in_brackets(rounds: str) -> str:
    return f" (by round: {rounds})" if rounds else ""
