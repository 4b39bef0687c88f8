# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text that a terminal or a log takes as text only.

Paths, headers of a file, and what the service says can hold characters that move the cursor, colour, reverse the order of
letters, or begin a line of their own.
"""

from __future__ import annotations

import re
import typing as t

#: Stands in the place of each character that does more than to be read.
REPLACEMENT = "?"

# C0 and C1 controls, the separators of lines and paragraphs, marks that change the direction of writing, and halves of characters.
_ACTING = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")


def printable(text: str) -> str:
    """Return `text` on one line, with each acting character replaced."""
    return _ACTING.sub(REPLACEMENT, text)


def printable_data(value: t.Any) -> t.Any:
    """Return dictionaries, lists and texts in which every text, keys too, is printable; anything else as it is."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {printable_data(key): printable_data(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [printable_data(one) for one in value]
    return value
