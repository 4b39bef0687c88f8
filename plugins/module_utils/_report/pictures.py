# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures as SVG inside the page. Each has a text that says the same, or stands beside one and is hidden from readers of the screen."""

from __future__ import annotations

import html
import typing as t

#: The width of a bar in its own units, and how much of it shows even a small number.
WIDTH = 100.0
SEEN = 0.8

_SIGNS = {
    "good": '<path d="M6 12.5l4 4 8-9"/>',
    "info": '<path d="M12 11v6M12 7.2v.1"/>',
    "warn": '<path d="M12 6.5v7M12 17v.1"/>',
    "bad": '<path d="M8 8l8 8M16 8l-8 8"/>',
    "neutral": '<path d="M7 12h10"/>',
}


def sign(tone: str) -> str:
    """Return the sign before a verdict; the words beside it say what it means."""
    return (
        '<svg class="sign" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2.2" stroke-linecap="round" '
        f'stroke-linejoin="round" aria-hidden="true"><circle cx="12" cy="12" r="10.5"/>{_SIGNS[tone]}</svg>')


def gauge(kind: str, share: float, told: str, start: float = 0.0) -> str:
    """Return a bar that covers `share` of its track (0 to 1), from `start` on. `told` says it in words."""
    begin = min(max(start, 0.0), 1.0) * WIDTH
    width = min(max(share, 0.0), 1.0) * WIDTH
    width = max(width, SEEN) if share > 0 else 0.0
    begin = min(begin, WIDTH - width)
    return _svg("bar", told, [f'<rect class="track" width="{WIDTH:g}" height="10"/>', _part(kind, begin, width)])


def stack(parts: t.Sequence[tuple[str, int]], told: str) -> str:
    """Return one bar made of parts, each as wide as its count."""
    whole = sum(count for _kind, count in parts) or 1
    # Three people of a thousand are to be seen, so small parts are drawn wider, and all others give way.
    widths = [max(WIDTH * count / whole, SEEN) if count else 0.0 for _kind, count in parts]
    scale = WIDTH / (sum(widths) or WIDTH)
    shown, begin = [], 0.0
    for (kind, count), width in zip(parts, widths):
        if count:
            shown.append(_part(kind, begin, width * scale))
        begin += width * scale
    return _svg("bar stack", told, [f'<rect class="track" width="{WIDTH:g}" height="10"/>', *shown])


def swatch(kind: str) -> str:
    """Return the spot of colour before a name in a legend."""
    return f'<span class="swatch {kind}" aria-hidden="true"></span>'


def _part(kind: str, begin: float, width: float) -> str:
    return f'<rect class="{kind}" x="{begin:.2f}" width="{width:.2f}" height="10"/>'


def _svg(name: str, told: str, parts: list[str]) -> str:
    head = f'<svg class="{name}" viewBox="0 0 {WIDTH:g} 10" preserveAspectRatio="none" role="img" aria-label="{html.escape(told)}">'
    return f"{head}{''.join(parts)}</svg>"
