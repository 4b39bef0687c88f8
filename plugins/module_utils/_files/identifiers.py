# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Identifiers of people: given one by one, or as the path of a file with one a line."""

from __future__ import annotations

import typing as t

from .._errors import InputError
from .regular_file import open_regular


def read_identifiers(given: t.Any, option: str) -> frozenset[str]:
    """Return the identifiers; none for nothing. Raises InputError.

    In a file, blank lines and lines that begin with # are passed over. A file that is missing is an error: nobody would be protected.
    """
    if given is None or given in ("", []):
        return frozenset()
    if isinstance(given, str):
        return _of_file(given, option)
    if not isinstance(given, list) or not all(isinstance(one, (str, int)) and not isinstance(one, bool) for one in given):
        raise InputError(option, "it must be a list of identifiers, or the path of a file with one a line")
    return frozenset(str(one).strip() for one in given) - {""}


def _of_file(path: str, option: str) -> frozenset[str]:
    with open_regular(path, option) as stream:
        try:
            text = stream.read().decode("utf-8-sig")
        except OSError as error:
            raise InputError(option, f"{path} cannot be read: {error.strerror}") from None
        except UnicodeDecodeError:
            raise InputError(option, f"{path} is not text in UTF-8") from None
    return frozenset(line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#"))
