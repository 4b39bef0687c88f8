# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the page looks: colours for light and dark surroundings, and the rules for screen and paper."""

from __future__ import annotations

#: Name -> colour on light and on dark ground. Texts reach 4.5 to 1 on `ground` and `card`, pictures 3 to 1 (WCAG 2.2, AA); a test computes it.
COLOURS = {
    "ground": ("#ffffff", "#14171c"),
    "card": ("#f6f7f9", "#1d2229"),
    "text": ("#1b1f24", "#e8ebef"),
    "muted": ("#57606a", "#a3adb8"),
    "rule": ("#d0d7de", "#3a424c"),
    "track": ("#e3e7eb", "#323943"),
    "good": ("#1a7f37", "#3fb950"),
    "info": ("#0860ca", "#58a6ff"),
    "warn": ("#8f5f00", "#d9a62b"),
    "bad": ("#c4202c", "#ff7b72"),
    "neutral": ("#57606a", "#a3adb8"),
    "teal": ("#1b7c83", "#39c5cf"),
    "grey": ("#747d87", "#8b949e"),
}

#: What a bar stands for -> its colour.
BARS = {
    "joiners": "good", "movers": "info", "leavers": "warn", "unchanged": "grey",
    "created": "good", "updated": "info", "deactivated": "warn", "reactivated": "teal", "deleted": "bad",
    "within": "good", "close": "warn", "exceeded": "bad", "time": "info",
}

_RULES = """
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
header, main, footer { max-width: 60rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 1.5rem; }
footer { padding-top: 1rem; padding-bottom: 2rem; color: var(--muted); font-size: .875rem; }
h1 { margin: 0; font-size: 1.75rem; line-height: 1.25; }
h2 { margin: 0 0 .5rem; font-size: 1.2rem; }
p { margin: .25rem 0 .75rem; }
.kicker { color: var(--muted); margin: 0 0 .75rem; }
.verdict { display: flex; gap: 1rem; align-items: flex-start; padding: 1.25rem; border: 1px solid var(--rule); border-left: .5rem solid var(--tone);
  border-radius: .5rem; background: var(--card); }
.verdict > div { min-width: 0; }
.verdict p { margin: .35rem 0 0; }
.verdict .sign { flex: none; width: 2.5rem; height: 2.5rem; color: var(--tone); }
.good { --tone: var(--good); } .info { --tone: var(--info); }
.warn { --tone: var(--warn); } .bad { --tone: var(--bad); } .neutral { --tone: var(--neutral); }
section { margin: 1.75rem 0; }
.said { margin: 0; padding: .75rem 1rem; border: 1px solid var(--rule); border-radius: .5rem; background: var(--card); }
ol, ul { margin: .25rem 0; padding-left: 1.5rem; }
p, li, td, th, dd, .said { overflow-wrap: anywhere; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; color: var(--muted); padding-bottom: .35rem; }
th, td { padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--rule); text-align: left; vertical-align: top; font-weight: 400; }
thead th { color: var(--muted); font-size: .875rem; }
.short { white-space: nowrap; }
.n { text-align: right; white-space: nowrap; padding-right: 1.25rem; font-variant-numeric: tabular-nums; }
td.picture { width: 45%; vertical-align: middle; padding-right: 0; }
svg { display: block; }
.bar { width: 100%; height: .8rem; border-radius: .25rem; overflow: hidden; }
.stack { width: 100%; height: 1.5rem; border-radius: .3rem; margin: .5rem 0 .75rem; }
.swatch { display: inline-block; width: .75em; height: .75em; margin-right: .5em; border-radius: .15em; vertical-align: baseline; }
.strong { font-weight: 650; } .over { color: var(--bad); font-weight: 650; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.25rem; margin: 0; }
dt { color: var(--muted); } dd { margin: 0; }
@media (max-width: 36rem) {
  td.picture { width: 30%; } h1 { font-size: 1.4rem; } dl { grid-template-columns: 1fr; } dd { margin-bottom: .5rem; }
  .verdict .sign { width: 1.75rem; height: 1.75rem; }
}
@media print {
  body { font-size: 10pt; } header, main, footer { max-width: none; padding: 0; }
  * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  section, tr, .verdict { break-inside: avoid; } h2 { break-after: avoid; } section { margin: 1rem 0; }
}
@page { margin: 1.5cm; }
"""


def stylesheet() -> str:
    """Return the whole style. Paper is always light."""
    bars = " ".join(f".{name} {{ fill: var(--{colour}); background: var(--{colour}); }}" for name, colour in BARS.items())
    return (
        f":root {{ color-scheme: light dark; {_variables(0)} }}\n"
        f"@media screen and (prefers-color-scheme: dark) {{ :root {{ {_variables(1)} }} }}\n"
        f"{_RULES}.track {{ fill: var(--track); }}\n{bars}\n")


def _variables(index: int) -> str:
    return " ".join(f"--{name}: {colours[index]};" for name, colours in COLOURS.items())
