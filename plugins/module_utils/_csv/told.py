# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tenant was told, beside the rows of the baseline: by whom, under which mapping, what it has refused, and who has left.

The rows of the baseline are the last ones that were accepted. All that they cannot say stands here.
"""

from __future__ import annotations

import dataclasses
import json
import typing as t

#: Of the file. A newer version of this collection may write another one.
VERSION = 1

#: Field of the mapping -> cell.
Fields = dict[str, str]


@dataclasses.dataclass(frozen=True)
class Refused:
    """A row that the service has refused, and that is sent again until it is accepted.

    `since`: the day of the first refusal (ISO 8601). `sure`: whether it was this row; which line of the file is meant by a line number is not known
    (I), so the row beside it may be meant. `accepted`: whether an earlier row of this person was accepted; then that one is in the baseline, else
    the refused one. `returner`: somebody who had left and is back. `statuses`: the status cells that the tenant may have been told, if a row that is
    not surely refused was accepted.
    """

    since: str
    sure: bool = True
    accepted: bool = False
    returner: bool = False
    statuses: tuple[str, ...] = ()


@dataclasses.dataclass
class Told:
    """`baseline`: the digest of the rows that this belongs to. `mapping`: field -> column. `date`: when that was so last (ISO 8601).

    `flags`: what else was asked for (mails, recovery codes). `leavers`: who is missing in the export and was not deactivated, with the cells that
    were told last. `deactivated`: who was. `held`: protected people whom the export calls deactivated, which the tenant was not told.
    """

    baseline: str = ""
    tenant: str = ""
    mapping: Fields = dataclasses.field(default_factory=dict)
    flags: dict[str, bool] = dataclasses.field(default_factory=dict)
    date: str = ""
    last_import: str = ""
    last_created: str = ""
    refused: dict[str, Refused] = dataclasses.field(default_factory=dict)
    leavers: dict[str, Fields] = dataclasses.field(default_factory=dict)
    deactivated: set[str] = dataclasses.field(default_factory=set)
    held: set[str] = dataclasses.field(default_factory=set)

    @property
    def refused_since(self) -> str | None:
        """The day of the oldest refusal that is still open."""
        return min((one.since for one in self.refused.values()), default=None)

    def to_bytes(self) -> bytes:
        """Return it as JSON: people's data, so for a private file only."""
        found = {"version": VERSION, **dataclasses.asdict(self), "deactivated": sorted(self.deactivated), "held": sorted(self.held)}
        return json.dumps(found, indent=1, ensure_ascii=True).encode() + b"\n"

    @classmethod
    def of_bytes(cls, data: bytes) -> Told:
        """Read what `to_bytes` has written; raise ValueError, with a text that holds nothing of it."""
        try:
            found = json.loads(data)
            version = found.pop("version")
        except (ValueError, AttributeError, KeyError, TypeError, RecursionError):
            raise ValueError("it is damaged") from None
        if version != VERSION:
            known = f"it is of version {version}, and this collection knows version {VERSION}"
            raise ValueError(known if isinstance(version, int) else "it is damaged")
        try:
            told = cls(**found)
            told.refused = {name: Refused(**t.cast("dict[str, t.Any]", one)) for name, one in told.refused.items()}
            # Of a text, a set would be its characters.
            if not all(isinstance(each, list) for each in (told.deactivated, told.held, *(one.statuses for one in told.refused.values()))):
                raise TypeError
            told.refused = {name: dataclasses.replace(one, statuses=tuple(one.statuses)) for name, one in told.refused.items()}
            told.deactivated, told.held = set(told.deactivated), set(told.held)
            told.check()
        except (AttributeError, TypeError, UnicodeError):
            raise ValueError("it is damaged") from None
        return told

    def check(self) -> None:
        """Raise TypeError for what cannot be, AttributeError for what has no parts, UnicodeError for half a character."""
        texts: list[t.Any] = [
            self.baseline, self.tenant, self.date, self.last_import, self.last_created, *self.deactivated, *self.held, *self.refused, *self.leavers,
            *self.mapping, *self.mapping.values(), *(text for one in self.refused.values() for text in (one.since, *one.statuses)),
            *(cell for fields in self.leavers.values() for pair in fields.items() for cell in pair),
        ]
        answers = [*self.flags.values(), *(each for one in self.refused.values() for each in (one.sure, one.accepted, one.returner))]
        if not all(isinstance(text, str) for text in texts) or not all(isinstance(answer, bool) for answer in answers):
            raise TypeError
        # They are looked for in an export, as UTF-8.
        for text in texts:
            text.encode()
