# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The run of a source that is under way: `<baseline>.run`. Whoever finishes it later needs to know what it was asked for."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import re
import secrets
import typing as t

from .._errors import InputError
from .private_file import PrivateFile
from .regular_file import open_regular

VERSION = 1

_TOKEN = re.compile("[0-9a-f]{32}")


@dataclasses.dataclass(frozen=True)
class Asked:
    """What a run is asked for. `mapping`: field -> column; `flags`: mails and recovery codes; `rules`: what else decides about what is sent."""

    tenant: str
    mapping: dict[str, str] = dataclasses.field(default_factory=dict)
    flags: dict[str, bool] = dataclasses.field(default_factory=dict)
    rules: dict[str, t.Any] = dataclasses.field(default_factory=dict)

    @property
    def digest(self) -> str:
        """Two runs with the same one want the same of the same export."""
        return hashlib.sha256(json.dumps(dataclasses.asdict(self), sort_keys=True).encode()).hexdigest()

    def checked(self) -> Asked:
        """Return this; raise TypeError for what cannot be."""
        if not all(isinstance(part, dict) for part in (self.mapping, self.flags, self.rules)):
            raise TypeError
        if not all(isinstance(text, str) for text in (self.tenant, *self.mapping.values())):
            raise TypeError
        return self


@dataclasses.dataclass(frozen=True)
class RunRecord:
    """`token`: random; it is in the name of the run's import, so that this one is recognised and no other is taken for it."""

    token: str
    asked: Asked

    @classmethod
    def new(cls, asked: Asked) -> RunRecord:
        return cls(secrets.token_hex(16), asked)

    def write(self, path: str) -> None:
        data = json.dumps({"version": VERSION, **dataclasses.asdict(self)}, indent=1).encode() + b"\n"
        PrivateFile("baseline", path, write=True).put([data])


def read_run(path: str) -> RunRecord | None:
    """Return the run that is under way; None if there is none, or if a version of this collection has begun it that kept no record."""
    if not os.path.lexists(path):
        return None
    with open_regular(path, "baseline") as stream:
        try:
            found = json.loads(stream.read() or b"")
            if found["version"] == VERSION and _TOKEN.fullmatch(found["token"]):
                return RunRecord(found["token"], Asked(**found["asked"]).checked())
        except OSError as error:
            raise InputError("baseline", f"{path} cannot be read: {error.strerror}") from None
        except (ValueError, KeyError, TypeError, RecursionError):
            pass
    raise InputError(
        "baseline", f"{path}, which tells of the run that is under way, is damaged or of another version of this collection. Nothing was sent. See "
        "in Studio whether its import was done; then delete this file and run with delta_import_resend: true")
