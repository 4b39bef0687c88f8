# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which keys of a refused mapping are invalid.

One bad key refuses the whole configuration, and the service does not name it (D, O). So parts of the mapping are tried on the
draft: halving finds all bad keys with few tries, as each try tells whether there is at least one bad key in it.
"""

from __future__ import annotations

import typing as t

from .config_body import IDENTIFIER, Body, Configuration, bodies_to_try, bodies_with_nulls, fields_of, mapped

#: Tells whether the service accepts a mapping (field -> column).
Accepts = t.Callable[[dict[str, str]], bool]


class MappingTrials:
    """Tries mappings on a draft, each within the wanted `body`. `write` takes several bodies and tells whether the service takes one of them."""

    def __init__(self, write: t.Callable[..., bool], before: Body, body: Body) -> None:
        self._write = write
        self._before = before
        self._body = body
        self._take_out_surplus = False
        #: Whether the service has taken a mapping, so that the draft is not as it was `before`.
        self.any_accepted = False

    def accepts(self, mapping: dict[str, str]) -> bool:
        """Write this mapping; tell whether the service takes it."""
        wanted = {**self._body, "mapping": mapping}
        with_nulls = bodies_with_nulls(self._before, wanted) if self._take_out_surplus else []
        accepted = self._write(*(with_nulls or bodies_to_try(wanted)))
        self.any_accepted = self.any_accepted or accepted
        return accepted

    def find_invalid_keys(self, wanted: Configuration) -> dict[str, str]:
        """Return what `invalid_keys` finds."""
        found = invalid_keys(wanted, self.accepts)
        if not self.any_accepted and mapped(self._before):
            # What stands there may be the reason, if each try is merged into it: so it is taken out.
            self._take_out_surplus = True
            found = invalid_keys(wanted, self.accepts)
        return found


def invalid_keys(wanted: Configuration, accepts: Accepts) -> dict[str, str]:
    """Return the bad keys of the mapping as the user wrote them, each with the reason; empty if the mapping is not the reason."""
    return _Search(wanted, accepts).result()


class _Search:
    def __init__(self, wanted: Configuration, accepts: Accepts) -> None:
        self._keys = wanted.mapping
        self._fields = {field: column for key, column in wanted.mapping.items() for field in fields_of(key)}
        self._accepts = accepts
        self._columns: dict[str, bool] = {}

    def result(self) -> dict[str, str]:
        anchor = self._anchor()
        if anchor is None:
            return dict.fromkeys(self._keys, "no column of the mapping was found in the file; check the separator and the encoding")
        fields = sorted(set(self._fields) - {IDENTIFIER})
        bad = set(self._bad_among(fields, anchor))
        reasons: dict[str, list[str]] = {}
        for key, column in self._keys.items():
            for field in fields_of(key):
                reason = self._reason(field, column, field in bad)
                if reason and reason not in reasons.setdefault(key, []):
                    reasons[key].append(reason)
        return {key: " and ".join(texts) for key, texts in reasons.items() if texts}

    def _anchor(self) -> str | None:
        """Return a column that exists: each try needs an identifier, because a mapping without one may be refused for that."""
        return next((column for column in self._distinct_columns() if self._exists(column)), None)

    def _distinct_columns(self) -> list[str]:
        return list(dict.fromkeys([self._fields[IDENTIFIER], *self._fields.values()]))

    def _exists(self, column: str) -> bool:
        if column not in self._columns:
            self._columns[column] = self._accepts({IDENTIFIER: column})
        return self._columns[column]

    def _bad_among(self, fields: list[str], anchor: str) -> t.Iterator[str]:
        if not fields or self._accepts({IDENTIFIER: anchor, **{field: self._fields[field] for field in fields}}):
            return
        if len(fields) == 1:
            yield fields[0]
            return
        half = len(fields) // 2
        yield from self._bad_among(fields[:half], anchor)
        yield from self._bad_among(fields[half:], anchor)

    def _reason(self, field: str, column: str, refused: bool) -> str:
        if field == IDENTIFIER:
            return "" if self._exists(column) else f"the file has no column {column!r}"
        if not refused:
            return ""
        return f"the tenant does not know the field {field!r}" if self._exists(column) else f"the file has no column {column!r}"
