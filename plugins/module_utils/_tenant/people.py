# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of the check: two invented people whose identifiers nobody has."""

from __future__ import annotations

import secrets

#: A domain that cannot exist (RFC 2606), so no mail can reach anybody.
DOMAIN = "staffbase-check.invalid"

#: Not a mail address: its row, or only the cell, is refused.
MALFORMED = "staffbase-check-no-address"

BOM = b"\xef\xbb\xbf"
NOT_UTF_8 = b"\xe4"
IN_NO_ENCODING = b"\x81"


def somebody() -> str:
    """Return an identifier that nobody has."""
    return f"staffbase-check-{secrets.token_hex(8)}"


def table(*rows: tuple[str, ...], separator: str = ";") -> bytes:
    return "".join(separator.join(row) + "\r\n" for row in rows).encode()


def two_people(columns: tuple[str, ...] = ()) -> bytes:
    """Two people, and empty columns of these names."""
    empty = ("",) * len(columns)
    people = ((one, f"{one}@{DOMAIN}", "Check", *empty) for one in (somebody(), somebody()))
    return table(("externalId", "eMail", "firstName", *columns), *people)


def one_of_two_malformed() -> bytes:
    good, bad = somebody(), somebody()
    return table(("externalId", "eMail", "firstName"), (good, f"{good}@{DOMAIN}", "Check"), (bad, MALFORMED, "Check"))


def same_person_twice() -> bytes:
    """The same identifier twice, behind a byte order mark."""
    one = somebody()
    return BOM + table(("externalId", "firstName"), (one, "Check"), (one, "Check"))


def with_bytes(some: bytes) -> bytes:
    return two_people().replace(b"Check", b"Check" + some)
