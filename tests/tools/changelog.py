# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The changelog of a release: what antsibull-changelog wrote in a copy is brought back, and its fragments are removed."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

WRITTEN = ("CHANGELOG.rst", "changelogs/changelog.yaml")
FRAGMENTS = "changelogs/fragments"


def bring_back(copy: Path, root: Path) -> list[str]:
    """Return the paths, below `root`, of what was written or removed."""
    changed = []
    for name in WRITTEN:
        shutil.copyfile(copy / name, root / name)
        changed.append(name)
    for fragment in sorted((root / FRAGMENTS).glob("*.y*ml")):
        if not (copy / FRAGMENTS / fragment.name).exists():
            fragment.unlink()
            changed.append(f"{FRAGMENTS}/{fragment.name}")
    return changed


def version(root: Path) -> str:
    """Return the version in galaxy.yml: the only place that says it."""
    found = re.search(r"^version: *(\S+)", (root / "galaxy.yml").read_text(encoding="utf-8"), re.MULTILINE)
    assert found is not None
    return found[1]


def tells_of(root: Path, release: str) -> bool:
    """Tell whether the changelog has this release."""
    text = (root / WRITTEN[1]).read_text(encoding="utf-8")
    return re.search(rf"^  ['\"]?{re.escape(release)}['\"]?:", text, re.MULTILINE) is not None
