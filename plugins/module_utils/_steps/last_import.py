# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The last import of a source that its baseline knows of, and whether the tenant was told something since."""

from __future__ import annotations

import typing as t

from .._imports.records import ImportRecord
from .._imports.states import UNSTARTED
from .stored_name import split_stored


def started_since(last: ImportRecord | None, records: t.Iterable[ImportRecord], stem: str, own_name: str = "") -> ImportRecord | None:
    """Return an import of the source that was uploaded after `last` and started, other than the one that is called `own_name`; None if there is none.

    Nothing is known of before `last`, and without it nothing at all.
    """
    if last is None:
        return None
    for record in records:
        parts = split_stored(record.file_name)
        is_another = parts is not None and parts[0] == stem and record.id != last.id and record.file_name != own_name
        if is_another and record.state not in UNSTARTED and record.created > last.created:
            return record
    return None
