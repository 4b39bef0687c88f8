# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fields of a mapping: which ones the tenant knows, and what a mapping says (D: section 3 of the facts)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from .refusals import BAD_BODY, BAD_MAPPING, Refusal
from .switches import Switches

IDENTIFIER = "externalId"
PLAIN_FIELDS = ("externalId", "eMail", "userName", "status", "accessCode", "recoveryCode", "recoveryCodeExpiration")
PROFILE_FIELDS = ("firstName", "lastName", "position", "department", "location", "publicEmailAddress", "phoneNumber")
PREFIX = "profile-field:"

GUESSES = {
    "externalid": "externalId",
    "personnelno": "externalId",
    "employeeid": "externalId",
    "id": "externalId",
    "username": "userName",
    "login": "userName",
    "email": "eMail",
    "mail": "eMail",
    "status": "status",
    "firstname": PREFIX + "firstName",
    "lastname": PREFIX + "lastName",
    "department": PREFIX + "department",
    "location": PREFIX + "location",
    "position": PREFIX + "position",
}


def known_fields(custom: Collection[str], switches: Switches) -> set[str]:
    """Every field id the tenant accepts: the documented ones (D), the language's (I), the tenant's custom ids."""
    known = set(PLAIN_FIELDS) | {PREFIX + name for name in PROFILE_FIELDS} | {PREFIX + name for name in custom}
    known.add(switches.locale_key)
    if switches.external_id_spelling == "both":
        known.add("externalID")
    return known


def fields_of(mapping: Mapping[str, Any], switches: Switches) -> dict[str, str]:
    """Field -> column, with joint keys taken apart and the older spelling turned into today's."""
    fields: dict[str, str] = {}
    for key, column in mapping.items():
        for name in [part.strip() for part in key.split(",")] if switches.joint_keys == "accepted" else [key]:
            older = name == "externalID" and switches.external_id_spelling == "both"
            fields[IDENTIFIER if older else name] = column
    return fields


def check_mapping(mapping: object, header: Collection[str], custom: Collection[str], switches: Switches) -> None:
    """400: no mapping, unknown column (D), unknown field (O, never named), and by switch no externalId."""
    if not isinstance(mapping, dict) or not mapping:
        raise Refusal(400, BAD_MAPPING)
    fields = fields_of(mapping, switches)
    if not set(fields) <= known_fields(custom, switches):
        raise Refusal(400, BAD_BODY if switches.unknown_field_message == "body" else BAD_MAPPING)
    if not all(isinstance(column, str) and column in header for column in fields.values()):
        raise Refusal(400, BAD_MAPPING)
    if IDENTIFIER not in fields and switches.missing_external_id == "refused":
        raise Refusal(400, BAD_MAPPING)


def guess_mapping(header: Collection[str]) -> dict[str, str]:
    """What a server might make of the column names (O: a guess stands there before any write)."""
    guess: dict[str, str] = {}
    for column in header:
        plain = "".join(sign for sign in column.lower() if sign.isalnum())
        field = GUESSES.get(plain)
        if field and field not in guess:
            guess[field] = column
    return guess
