# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection as built and installed, tested by pytest."""

from __future__ import annotations

import os
from pathlib import Path

import nox

from .. import awx_collection, quick
from .environment import clean_env, install
from .packaging import install_tarball
from .setting import ENDS, NEWEST_CORE, ROOT, SIMULATOR_REQUIREMENTS, TESTS_REQUIREMENTS

#: Asks a session of tests for its environment alone.
ONLY_PREPARE = "--only-prepare"
#: Asks for the tests of `make check`; pytest gets what follows as well.
QUICK = "--quick"


def on_core(session: nox.Session, core: str) -> None:
    """Run the tests that the session's arguments name, or all that hang on a version of ansible-core."""
    _run(session, core, *(session.posargs or ["-m", "not matrix", "tests"]))


def at_end(session: nox.Session, core: str) -> None:
    """Run the tests that the session's arguments name, or the share of this end of the range in `make test`."""
    if session.posargs == [ONLY_PREPARE]:
        _prepare(session, core)
        return
    if session.posargs[:1] == [QUICK]:
        _run(session, core, *quick.arguments(), *session.posargs[1:])
        return
    end = "newest" if core == ENDS[-1].core else "oldest"
    _run(session, core, *(session.posargs or ["--end", end, "tests"]))


def faults(session: nox.Session) -> None:
    """Run the tests of faults, all of them."""
    install(session, NEWEST_CORE, TESTS_REQUIREMENTS, SIMULATOR_REQUIREMENTS)
    collections = install_tarball(session, "faults")
    session.run(
        *("pytest", "-m", "matrix or faults", *(session.posargs or ["tests"])),
        env=clean_env(session, "faults", ANSIBLE_COLLECTIONS_PATH=str(collections)),
    )


def _prepare(session: nox.Session, core: str) -> Path:
    """Install what the tests need, unless it is there, and return the folder with awx.awx."""
    install(session, f"ansible-core~={core}.0", TESTS_REQUIREMENTS, SIMULATOR_REQUIREMENTS)
    return awx_collection.bring(str(Path(session.bin) / "python"), ROOT / f".nox/awx-py{session.python}")


def _run(session: nox.Session, core: str, *arguments: str) -> None:
    awx = _prepare(session, core)
    name = f"tests-{core}-py{session.python}"
    collections = os.pathsep.join([str(install_tarball(session, name)), str(awx)])
    session.run("pytest", *arguments, env=clean_env(session, name, ANSIBLE_COLLECTIONS_PATH=collections))
