# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The programs of tests/, each run beside the installed collection: the demonstration, the measurements, the fuzzer and others."""

from __future__ import annotations

import os
from pathlib import Path

import nox
from nox.command import CommandFailed

from .. import declared as declaration
from .environment import clean_env, install
from .packaging import install_tarball
from .setting import BUILD, COLLECTION_REQUIREMENTS, NEWEST_CORE, REQUIREMENTS, ROOT, SIMULATOR_REQUIREMENTS, TESTS_REQUIREMENTS


def run_program(session: nox.Session, package: str, requirements: Path) -> None:
    """Run a package of tests/ with the session's arguments; the simulator is there, too."""
    install(session, NEWEST_CORE, requirements, SIMULATOR_REQUIREMENTS)
    collections = install_tarball(session, session.name)
    session.run(
        *("python", "-m", package, *session.posargs),
        env=clean_env(session, session.name, ANSIBLE_COLLECTIONS_PATH=str(collections), PYTHONPATH=str(ROOT / "tests")),
    )


def bench(session: nox.Session) -> None:
    """Measure."""
    install(session, NEWEST_CORE, COLLECTION_REQUIREMENTS, ROOT / "tests/bench/requirements.txt", SIMULATOR_REQUIREMENTS)
    collections = str(install_tarball(session, "bench"))
    path = os.pathsep.join([collections, str(ROOT / "tests")])
    env = clean_env(session, "bench", ANSIBLE_COLLECTIONS_PATH=collections, PYTHONPATH=path)
    session.run(*("python", "-m", "bench", *session.posargs), env=env)


def fuzz(session: nox.Session) -> None:
    """Search, with atheris if it can be installed."""
    install(session, NEWEST_CORE, TESTS_REQUIREMENTS)
    try:
        session.install("--quiet", "--only-binary=:all:", "-r", str(REQUIREMENTS / "fuzz.txt"))
    except CommandFailed:
        session.warn("atheris cannot be installed here, so hypothesis searches without looking at the branches of the code.")
    collections = install_tarball(session, "fuzz")
    path = os.pathsep.join([str(collections), str(ROOT / "tests")])
    session.run(
        *("python", "-m", "fuzz", *session.posargs),
        env=clean_env(session, "fuzz", PYTHONPATH=path, FUZZ_FOLDER=str(BUILD / "fuzz" / "found")),
    )


def declared(session: nox.Session) -> None:
    """Import with declared packages only; what the simulator needs is kept apart from them."""
    _core, *others = declaration.packages(ROOT)
    # The core is the declared one where this Python runs it.
    install(session, NEWEST_CORE, *others, COLLECTION_REQUIREMENTS)
    for_simulator = BUILD / "declared" / "simulator"
    collections = install_tarball(session, "declared")
    session.run(*("python", "-m", "pip", "install", "--quiet", "--target", str(for_simulator), "-r", str(SIMULATOR_REQUIREMENTS)), silent=True)
    session.run(
        *("python", "-m", "tools.declared", str(for_simulator)),
        env=clean_env(session, "declared", ANSIBLE_COLLECTIONS_PATH=str(collections), PYTHONPATH=str(ROOT / "tests")),
    )


def simulator(session: nox.Session) -> None:
    """Run the simulator until it is stopped."""
    install(session, SIMULATOR_REQUIREMENTS)
    session.run(
        *("python", "-m", "simulator", *session.posargs),
        env=clean_env(session, "simulator", PYTHONPATH=str(ROOT / "tests")),
    )
