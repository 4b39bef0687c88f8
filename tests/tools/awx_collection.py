# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection awx.awx, for the tests of playbooks/awx.yml.

It is published on PyPI as a part of the package `ansible`, until version 13. Only this part is unpacked: the whole is some hundred megabytes.
"""

from __future__ import annotations

import subprocess
import tempfile
import zipfile
from pathlib import Path

WANTED = "ansible>=10,<14"
PLACE = "ansible_collections/awx/awx/"


def bring(python: str, target: Path) -> Path:
    """Make sure that `target` holds awx.awx and return it; `python` runs pip and decides on the version."""
    if (target / PLACE / "MANIFEST.json").is_file():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        command = [python, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--dest", folder, WANTED]
        subprocess.run(command, check=True)
        (wheel,) = Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(Path(folder, "unpacked"), [name for name in archive.namelist() if name.startswith(PLACE)])
        put_there(Path(folder, "unpacked"), target)
    return target


def put_there(unpacked: Path, target: Path) -> None:
    """Move what was unpacked to `target`. Where both ends have the same Python, their sessions bring it at the same moment: one is enough."""
    try:
        unpacked.rename(target)
    except OSError:
        if not (target / PLACE / "MANIFEST.json").is_file():
            raise
