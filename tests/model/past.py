# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the model takes note of from run to run."""

from __future__ import annotations

import dataclasses
import functools
import os
from pathlib import Path

import yaml


@functools.cache
def abilities() -> set[str]:
    """Return the inputs that the installed role has, without their prefix."""
    for folder in os.environ["ANSIBLE_COLLECTIONS_PATH"].split(os.pathsep):
        specs = Path(folder, "ansible_collections/community/staffbase/roles/delta_import/meta/argument_specs.yml")
        if specs.is_file():
            options = yaml.safe_load(specs.read_text(encoding="utf-8"))["argument_specs"]["main"]["options"]
            return {name.removeprefix("delta_import_") for name in options}
    raise AssertionError("no collection is installed")


@dataclasses.dataclass
class Memory:
    """What a baseline must know: `known` are those who were told to its tenant, `our_leavers` whom we have deactivated as they had left."""

    tenant: str = ""
    known: set[str] = dataclasses.field(default_factory=set)
    our_leavers: set[str] = dataclasses.field(default_factory=set)
    #: Those of them whom it cannot know any more, because it was deleted or restored since.
    forgotten: set[str] = dataclasses.field(default_factory=set)


@dataclasses.dataclass(frozen=True)
class Kept:
    """The files of a baseline after a green run."""

    files: dict[str, bytes]
    memory: Memory


@dataclasses.dataclass
class Since:
    """What has happened since the last green run.

    `tidy`: nothing that may make a run send more than the difference. `unfinished`: a run that was killed, failed, or stopped at its preview.
    `quiet`: nothing at all. `stale`: the folder of an older baseline was put back. `protected`: who was protected at every run.
    """

    tidy: bool = False
    unfinished: bool = False
    quiet: bool = False
    stale: bool = False
    resent: bool = False
    protected: set[str] | None = None
