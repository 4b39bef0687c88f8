# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two exports of the same people, as hypothesis invents them: everything that a CSV can hold, in every style."""

from __future__ import annotations

import dataclasses

from hypothesis import strategies as st

from support.exports import Cells, People, Style, table

IDENTIFIER = "id"
STATUS = "Sta;tus"

#: Few, so that the same ones come in both files; each awkward in its own way.
NAMES = ["E-1", "\u00e4", "x;y", 'q"', "a\nb", "0", "a,b", "\u20ac 1", '""', "Jos\u00e9\r\n", "\u00df" * 30]
CELLS = ["", "a", "b", "\u00e4", ";", ",", '"', '""', "\n", "\r\n", "\r", " ", 'a"b', 'x\ny;"z"', "Deactivated ", "=1+1", "\t", "\ufeff"]
COLUMNS = ["name", "N\u00e4me", 'q"uote', "se;parator", "com,ma", "line\nend", STATUS]
#: What windows-1252 cannot hold.
FOREIGN = {"\ufeff"}


@st.composite
def styles(draw: st.DrawFn) -> Style:
    """Any way to write a table."""
    encoding = draw(st.sampled_from(["utf-8", "windows-1252"]))
    return Style(
        draw(st.sampled_from(";,")), encoding, draw(st.sampled_from(["\n", "\r\n", "\r"])), draw(st.booleans()),
        mark=encoding == "utf-8" and draw(st.booleans()), blank_lines=draw(st.booleans()),
    )


@dataclasses.dataclass(frozen=True)
class Export:
    """One file: how it is written, its columns in their order, and its people in theirs."""

    style: Style
    columns: list[str]
    people: People

    @property
    def rows(self) -> Cells:
        return table(self.columns, self.people, IDENTIFIER)

    @property
    def data(self) -> bytes:
        return self.style.written(self.rows)


@st.composite
def exports(draw: st.DrawFn, columns: list[str] | None = None) -> Export:
    """Any export."""
    style = draw(styles())
    others = columns if columns is not None else draw(st.lists(st.sampled_from(COLUMNS), unique=True, max_size=4))
    cells = st.sampled_from([cell for cell in CELLS if style.encoding == "utf-8" or not FOREIGN & set(cell)])
    names = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=7))
    people = {name: {IDENTIFIER: name, **{column: draw(cells) for column in others}} for name in names}
    return Export(style, draw(st.permutations([IDENTIFIER, *others])), people)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Export, Export]:
    """Two exports that have much in common."""
    before = draw(exports())
    after = draw(exports([column for column in before.columns if column != IDENTIFIER] if draw(st.booleans()) else None))
    # Many cells are as they were, so that rows stay unchanged.
    kept = draw(st.sets(st.sampled_from(NAMES)))
    for name in kept & before.people.keys() & after.people.keys():
        for column in after.people[name].keys() & before.people[name].keys():
            old = before.people[name][column]
            if after.style.encoding == "utf-8" or not FOREIGN & set(old):
                after.people[name][column] = old
    style = before.style if draw(st.booleans()) and not _foreign(before.style, after.people) else after.style
    return before, dataclasses.replace(after, style=style)


@st.composite
def rewritten(draw: st.DrawFn) -> tuple[Export, Export]:
    """An export, and the same one in another style and order."""
    before = draw(exports())
    style = draw(styles().filter(lambda style: not _foreign(style, before.people)))
    names = draw(st.permutations(list(before.people)))
    return before, Export(style, draw(st.permutations(before.columns)), {name: before.people[name] for name in names})


def _foreign(style: Style, people: People) -> bool:
    return style.encoding != "utf-8" and any(FOREIGN & set(cell) for cells in people.values() for cell in cells.values())
