# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file beside a baseline that holds what the tenant was told: `<baseline>.told`, and `<baseline>.told.next` for the run that is under way."""

from __future__ import annotations

import os

from .._csv.told import Told
from .._errors import InputError
from .private_file import PrivateFile
from .regular_file import open_regular

WAY_ON = (
    "Nothing was sent, and nothing was changed. Run once with delta_import_resend: true: then the whole export is sent, nobody outside it is "
    "touched, and the baseline begins anew")


def read_told(path: str) -> Told | None:
    """Return what is kept at `path`, or None if nothing is; raise InputError, with the way on, for what cannot be used."""
    if not os.path.lexists(path):
        return None
    with open_regular(path, "baseline") as stream:
        try:
            return Told.of_bytes(stream.read() or b"")
        except OSError as error:
            raise InputError("baseline", f"{path} cannot be read: {error.strerror}") from None
        except ValueError as error:
            raise InputError("baseline", f"{path}, which tells what the tenant was told, cannot be used: {error}. {WAY_ON}") from None


def write_told(path: str, told: Told, *, write: bool = True) -> None:
    """Put it in place, whole or not at all, for its owner only."""
    PrivateFile("baseline", path, write=write).put([told.to_bytes()])
