# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Horizontal bars of the median seconds, with the least and the most, as SVG: `python -m bench.plot FILE` reads the runs as JSON."""

from __future__ import annotations

import json
import sys
import typing as t
from pathlib import Path

import matplotlib as mpl

from .ratios import Measured, Runs, middle

mpl.use("svg")
# The same figures give the same file; text stays text, so that it can be searched and read aloud.
mpl.rcParams.update({"svg.hashsalt": "community.staffbase", "svg.fonttype": "none", "font.family": "sans-serif", "font.size": 9})

OURS, OTHERS, LINES = "#0072b2", "#9aa5b1", "#555555"


def bars(found: t.Mapping[str, Runs], path: Path) -> None:
    """Draw one panel for each title; whoever's name begins with `role` stands out."""
    from matplotlib import pyplot as plt

    figure, panels = plt.subplots(len(found), 1, figsize=(7.2, 2.4 * len(found)), layout="constrained", squeeze=False)
    for panel, (title, runs) in zip(panels[:, 0], found.items(), strict=True):
        names = list(runs)
        medians = [middle(runs[name]) for name in names]
        least = [value - min(run.seconds for run in runs[name]) for name, value in zip(names, medians, strict=True)]
        most = [max(run.seconds for run in runs[name]) - value for name, value in zip(names, medians, strict=True)]
        colours = [OURS if name.startswith("role") else OTHERS for name in names]
        panel.barh(names, medians, xerr=[least, most], color=colours, ecolor=LINES, capsize=2)
        for position, (value, above) in enumerate(zip(medians, most, strict=True)):
            panel.annotate(f"{value:.2f}", (value + above, position), xytext=(5, 0), textcoords="offset points", va="center")
        panel.invert_yaxis()
        panel.margins(x=0.12)
        panel.set_title(title, loc="left", fontsize=10)
        panel.set_xlabel("seconds, median; the line goes from the least to the most")
        panel.spines[["top", "right"]].set_visible(False)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Date": None, "Title": "One delta import"})
    plt.close(figure)


if __name__ == "__main__":
    given = json.load(sys.stdin)
    bars({title: {name: [Measured(*run) for run in each] for name, each in runs.items()} for title, runs in given.items()}, Path(sys.argv[1]))
