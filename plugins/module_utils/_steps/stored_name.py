# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The name under which a file is stored: `<stem>.<first 16 hex of its sha256>.csv`, or `<stem>.<16 hex>-<12 hex of a variant>.csv`.

It is the only memory of what was uploaded: it lies with the service, so no state is kept on the controller. The variant tells what else was
asked for beside the content, such as the mapping or the run.
"""

from __future__ import annotations

import re

from .._errors import InputError

DIGEST_LENGTH = 16
VARIANT_LENGTH = 12
LONGEST_NAME = 200

#: The variant of a draft that only says that rows of the import before it were refused, so that the next run does not take that import for all there
#: is to do. Where no baseline is kept, the tenant's list is the only memory. (It is the beginning of the SHA-256 of these words: "rows of the import
#: before were refused".)
ROWS_REFUSED = "eede75fb614e"

#: Only these endings are taken off: a dot in "branch.example.com" is part of the name.
_ENDING = re.compile(r"\.(csv|txt|tsv|dat)$", re.IGNORECASE)
_STORED = re.compile(
    rf"(?P<stem>.+)\.(?P<digest>[0-9a-f]{{{DIGEST_LENGTH}}})(?:-(?P<variant>[0-9a-f]{{{VARIANT_LENGTH}}}))?\.csv", re.DOTALL)
_VARIANT = re.compile(rf"[0-9a-fA-F]{{{VARIANT_LENGTH},}}")


def stem_of(file_name: str, option: str = "file_name") -> str:
    """Return the stem of a source's name; raise InputError for a name that cannot be stored."""
    name = file_name.strip()
    if "/" in name or "\\" in name:
        raise InputError(option, "it must be a name, not a path")
    if any(ord(character) < 32 or ord(character) == 127 for character in name):
        raise InputError(option, "it must not hold control characters")
    if "{{" in name or "{%" in name or "{#" in name:
        raise InputError(option, "it must not hold the beginning of a template ({{, {% or {#)")
    if any(0xD800 <= ord(character) <= 0xDFFF for character in name):
        raise InputError(option, "it must be UTF-8")
    if len(name) > LONGEST_NAME:
        raise InputError(option, f"it must not be longer than {LONGEST_NAME} characters")
    stem = _ENDING.sub("", name)
    if not stem.strip("."):
        raise InputError(option, "it must have a stem, such as 'people' in people.csv")
    return stem


def stored_name(stem: str, sha256: str, variant: str | None = None) -> str:
    """Return the name for content with this digest (64 hex digits) and this variant (12 hex digits or more, of which the first 12 count).

    Raises InputError for a variant that is none.
    """
    digest = sha256[:DIGEST_LENGTH]
    if variant is None:
        return f"{stem}.{digest}.csv"
    if not _VARIANT.fullmatch(variant):
        raise InputError("variant", f"it must be {VARIANT_LENGTH} hexadecimal digits or more")
    return f"{stem}.{digest}-{variant[:VARIANT_LENGTH].lower()}.csv"


def split_stored(file_name: str | None) -> tuple[str, str, str] | None:
    """Return stem, digest and variant ("" without one) of a stored name, or None for a name that this collection did not give."""
    found = _STORED.fullmatch(file_name or "")
    return (found["stem"], found["digest"], found["variant"] or "") if found else None


def belongs_to(file_name: str | None, source_name: str) -> bool:
    """Tell whether a stored name is `source_name` itself or was made from it."""
    parts = split_stored(file_name)
    return file_name == source_name or (parts is not None and parts[0] == _ENDING.sub("", source_name.strip()))
