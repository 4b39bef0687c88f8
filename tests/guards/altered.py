# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Copies of the installed collection in which something is altered, so that a test can be seen to fail."""

from __future__ import annotations

import functools
import os
import shutil
from pathlib import Path

from .places import Change, Code

COLLECTION = "ansible_collections/community/staffbase"


def altered_copy(folder: Path, *changes: Change) -> Path:
    """Copy the installed collection with changes, and return the folder for ANSIBLE_COLLECTIONS_PATH. Raises NotOnce."""
    installed = _installed()
    contents = _code(installed).changed(*changes)
    shutil.copytree(installed, folder / COLLECTION)
    for file, data in contents.items():
        (folder / COLLECTION / file).write_bytes(data)
    return folder


def _installed() -> Path:
    paths = os.environ["ANSIBLE_COLLECTIONS_PATH"].split(os.pathsep)
    return next(Path(path) / COLLECTION for path in paths if (Path(path) / COLLECTION).is_dir())


@functools.cache
def _code(root: Path) -> Code:
    return Code(root)
