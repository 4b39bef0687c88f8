# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The configuration: from options to the service's body and back, and what counts as a difference."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from .._errors import InputError

IDENTIFIER = "externalId"

#: Option -> key of the body (O; removeAll: C). The mapping stands apart.
KEYS = {
    "delta": "delta",
    "remove_all": "removeAll",
    "separator": "separator",
    "encoding": "encoding",
    "import_type": "type",
    "generate_recovery_codes": "generateRecoveryCodes",
    "send_mails_new": "sendMailsNew",
    "send_mails_pending": "sendMailsPending",
}

#: How windows-1252 may be spelt: it is supported (D), but its literal is unknown, so these are tried in turn (I).
WINDOWS_1252 = ("windows-1252", "Windows-1252", "WINDOWS-1252", "cp1252", "CP1252", "WINDOWS_1252")

Body = dict[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Configuration:
    """The options as the user gave them. `mapping`: Staffbase field, or fields with commas -> column header."""

    mapping: dict[str, str]
    delta: bool = True
    remove_all: bool | None = None
    separator: str = ";"
    encoding: str = "UTF-8"
    import_type: str = "USER"
    generate_recovery_codes: bool = False
    send_mails_new: bool = False
    send_mails_pending: bool = False

    def body(self) -> Body:
        """Return the whole body: whether PATCH merges or replaces is unknown, so everything is always sent.

        `removeAll` goes with a full import only, never beside `delta: true` (C). There it is always sent: what a
        full import without it does is unknown, so the narrower scope (people who came from CSV) is asked for by name. Where the service
        takes it beside no `delta` at all, `bodies_to_try` has the body without.
        """
        body = {key: getattr(self, option) for option, key in KEYS.items() if option != "remove_all"}
        if not self.delta:
            body["removeAll"] = bool(self.remove_all)
        body["mapping"] = {field: column for fields, column in self.mapping.items() for field in fields_of(fields)}
        return body

    def checked(self) -> Configuration:
        """Return this, or raise InputError for what cannot be right."""
        if self.delta and self.remove_all is not None:
            raise InputError("remove_all", "it goes only with a full import (delta: false); a delta import leaves everybody else alone")
        seen: set[str] = set()
        for fields, column in self.mapping.items():
            if not isinstance(column, str) or not column.strip():
                raise InputError("mapping", f"{fields!r} has no column: give the column's header as text")
            for field in fields_of(fields) or [""]:
                if not field:
                    raise InputError("mapping", f"the key {fields!r} names no field")
                if field in seen:
                    raise InputError("mapping", f"the field {field!r} is mapped twice")
                seen.add(field)
        if IDENTIFIER not in seen:
            hint = " (older pages spell it externalID; the service wants externalId)" if "externalID" in seen else ""
            raise InputError("mapping", f"{IDENTIFIER} is missing: without it nobody in the file can be recognised{hint}")
        return self


def fields_to_columns(mapping: dict[str, t.Any]) -> dict[str, str]:
    """Return a mapping with one field a key."""
    return {field: str(column) for key, column in mapping.items() for field in fields_of(str(key))}


def fields_of(key: str) -> list[str]:
    """Return the fields of a mapping's key: `externalId,userName` is two fields from one column (D for the spelling)."""
    return [field.strip() for field in key.split(",")]


def differences(current: Body, wanted: Body) -> list[str]:
    """Return the keys of `wanted` that are otherwise in `current`. Keys that the service adds by itself are no difference."""
    found = [key for key, value in wanted.items() if key != "mapping" and not _same(key, current.get(key), value)]
    if _is_full_by_name(wanted) and current.get("delta") is None and isinstance(current.get("removeAll"), bool) and "delta" in found:
        # Of a full import, the service may keep `removeAll` alone: the two exclude each other (C).
        found.remove("delta")
    if wanted["delta"] is True and current.get("removeAll") is True:
        found.append("removeAll")
    if mapped(current) != wanted["mapping"]:
        found.append("mapping")
    return found


def mapped(body: Body) -> dict[str, str]:
    """Return the mapping of a body as it acts: a field without a column is not mapped."""
    mapping = body.get("mapping")
    return {str(field): column for field, column in mapping.items() if column} if isinstance(mapping, dict) else {}


def shown(body: Body) -> dict[str, t.Any]:
    """Return a body under the names of the options, for results and diffs.

    Other keys of the service are left out: one of them is the recipient of a report mail, a person's address (D).
    """
    options = {option: body[key] for option, key in KEYS.items() if key in body}
    return {**options, "mapping": mapped(body)}


def bodies_to_try(body: Body) -> list[Body]:
    """Return the bodies to try: one for each literal that the encoding may have, and for a full import the same without `delta`.

    `removeAll` and `delta` exclude each other (C). Whether `delta: false` counts there as well is not said, so both readings are tried.
    """
    literals = WINDOWS_1252 if body.get("encoding") == WINDOWS_1252[0] else ()
    bodies = [{**body, "encoding": literal} for literal in literals] or [body]
    if _is_full_by_name(body):
        bodies += [{key: value for key, value in each.items() if key != "delta"} for each in bodies]
    return bodies


def bodies_with_nulls(current: Body, body: Body) -> list[Body]:
    """Return the bodies to try where a write is merged into `current`; none if there is nothing to take out of its mapping.

    null takes a field out of it (I, RFC 7396).
    """
    surplus = {field: None for field in mapped(current) if field not in body["mapping"]}
    return bodies_to_try({**body, "mapping": {**body["mapping"], **surplus}}) if surplus else []


def _is_full_by_name(body: Body) -> bool:
    return body.get("delta") is False and isinstance(body.get("removeAll"), bool)


def _same(key: str, current: t.Any, wanted: t.Any) -> bool:
    if key == "encoding" and isinstance(current, str):
        return _encoding(current) == _encoding(wanted)
    if isinstance(wanted, bool) or isinstance(current, bool):
        return current is wanted
    return current == wanted


def _encoding(name: str) -> str:
    plain = re.sub(r"[^a-z0-9]", "", name.lower())
    return {"cp1252": "windows1252"}.get(plain, plain)
