# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which field ids the tenant knows. No call lists them; a mapping with one that is not known is refused as a whole (O)."""

from __future__ import annotations

import typing as t

from .._steps.config_body import IDENTIFIER
from .configuring import columns_of
from .drafts import Draft
from .findings import DOCUMENTED_FIELDS, LOCALE_FIELDS
from .probing import IDENTIFIER_COLUMN, Tenant, Unclear, answers, body_of, is_taken

#: More fields of a mapping than this are not asked for.
MOST_HOST_FIELDS = 100


def asked_for(host_fields: t.Iterable[str]) -> list[str]:
    """Return every field that is asked for, each with a column of its own in the draft."""
    wanted = (*DOCUMENTED_FIELDS, *LOCALE_FIELDS, *list(host_fields)[:MOST_HOST_FIELDS])
    return [field for field in dict.fromkeys(wanted) if field != IDENTIFIER]


@answers("documented_fields", "host_fields", "locale_key")
def known_fields(tenant: Tenant, draft: Draft) -> None:
    """Halving finds the unknown ones with few calls, as each call tells whether there is at least one among those it sends."""
    if tenant.findings.seen("unknown_field") != "refused":
        raise Unclear("an unknown field is not refused, so nothing tells which are known")
    columns = columns_of(asked_for(tenant.host_fields))
    fields = tenant.findings.fields
    fields[IDENTIFIER] = True
    for group in (DOCUMENTED_FIELDS, tenant.host_fields[:MOST_HOST_FIELDS]):
        wanted = [field for field in group if field not in fields and field not in LOCALE_FIELDS]
        unknown = set(_unknown(draft, wanted, columns))
        fields.update({field: field not in unknown for field in wanted})
    for field in LOCALE_FIELDS:
        # All but one are unknown, most likely.
        fields[field] = not list(_unknown(draft, [field], columns))
    _tell(tenant, "documented_fields", DOCUMENTED_FIELDS)
    if tenant.host_fields:
        _tell(tenant, "host_fields", tenant.host_fields)
    else:
        tenant.findings.unknown("host_fields", "no mapping was given")
    tenant.findings.tell("locale_key", next((field for field in LOCALE_FIELDS if fields[field]), "none"))


def _unknown(draft: Draft, fields: list[str], columns: dict[str, str]) -> t.Iterator[str]:
    wanted = {field: columns[field] for field in fields}
    if not fields or is_taken(draft.configure(body_of(wanted, IDENTIFIER_COLUMN))):
        return
    if len(fields) == 1:
        yield fields[0]
        return
    half = len(fields) // 2
    yield from _unknown(draft, fields[:half], columns)
    yield from _unknown(draft, fields[half:], columns)


def _tell(tenant: Tenant, name: str, group: t.Sequence[str]) -> None:
    unknown = [field for field in group if tenant.findings.fields.get(field) is False]
    tenant.findings.tell(name, f"{len(unknown)} unknown" if unknown else "all", ", ".join(unknown))
