# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection as its tools see it: copied, built and installed, always from the files that git tracks."""

from __future__ import annotations

import shutil
from pathlib import Path

import nox

from .. import collection_copy, reproducible
from .environment import clean_env, install
from .setting import BUILD, NEWEST_CORE, ROOT

#: How many file names a warning names.
SHOWN = 5


def copy_collection(session: nox.Session, name: str) -> Path:
    """Copy the tracked files for one session, and say which files are left out."""
    if left_out := collection_copy.untracked(ROOT):
        names = " ".join(left_out[:SHOWN]) + (f" and {len(left_out) - SHOWN} more" if len(left_out) > SHOWN else "")
        session.warn(f"Not tracked by git and left out: {names}")
    return collection_copy.make_copy(ROOT, BUILD / name)


def build_tarball(session: nox.Session, name: str, target: Path) -> Path:
    """Build the collection from its tracked files, the same bytes each time, and return the tarball's path."""
    copy = copy_collection(session, name)
    shutil.rmtree(target, ignore_errors=True)
    session.run(
        *("ansible-galaxy", "collection", "build", str(copy), "--output-path", str(target)),
        env=clean_env(session, name),
    )
    return reproducible.normalise(next(target.glob("*.tar.gz")), reproducible.epoch(ROOT))


def install_tarball(session: nox.Session, name: str) -> Path:
    """Build the tarball and install it below build/. Return the folder for ANSIBLE_COLLECTIONS_PATH."""
    tarball = build_tarball(session, name, BUILD / name / "dist")
    place = BUILD / name / "collections"
    session.run(
        *("ansible-galaxy", "collection", "install", str(tarball), "-p", str(place), "--no-deps", "--offline"),
        env=clean_env(session, name, ANSIBLE_COLLECTIONS_PATH=str(place)),
    )
    return place


def build(session: nox.Session) -> None:
    """Build what would be published."""
    install(session, NEWEST_CORE)
    tarball = build_tarball(session, "build", BUILD / "dist")
    session.log(f"Built {tarball.relative_to(ROOT)}")
