# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A copy of the collection at `.../ansible_collections/community/staffbase`, where Ansible's tools look for it.

Only what git tracks is copied, as it stands in the working tree. So a file that was never added is missing here as it
would be missing from a clone, and the left-overs of a developer's tree cannot hide that.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

PLACE = Path("ansible_collections/community/staffbase")


def _git(folder: Path, *arguments: str) -> str:
    # A git hook sets GIT_DIR and the like, which would point a call in the copy back at the checkout.
    env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return subprocess.run(
        ["git", *arguments], cwd=folder, env=env, stdout=subprocess.PIPE, text=True, check=True
    ).stdout


def untracked(root: Path) -> list[str]:
    """Return the files that are neither tracked nor ignored, and that therefore take no part."""
    return [name for name in _git(root, "ls-files", "-z", "--others", "--exclude-standard").split("\0") if name]


def make_copy(root: Path, target: Path) -> Path:
    """Copy the tracked files below `target` and return the copy's root."""
    shutil.rmtree(target, ignore_errors=True)
    copy = target / PLACE
    names = [name for name in _git(root, "ls-files", "-z", "--cached").split("\0") if name]
    for name in names:
        if not (root / name).is_file():
            continue  # deleted, and the deletion not yet added
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(root / name, copy / name)
    # A repository of its own. Else the tools find the outer one, which ignores this folder, and they check nothing
    # and call that a success.
    _git(copy, "init", "--quiet")
    _git(copy, "add", "--all", "--force")
    return copy
