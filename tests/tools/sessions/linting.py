# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is found without a test: by linters, types, the documentation's own checks, and ansible-test sanity."""

from __future__ import annotations

from pathlib import Path

import nox
from nox.command import CommandFailed

from .. import ci_files, collection_copy, sandbox, streaming
from .environment import clean_env, install, only_set
from .packaging import copy_collection
from .setting import BUILD, NEWEST_CORE, REQUIREMENTS, ROOT


def lint(session: nox.Session) -> None:
    """Look at all files with each linter."""
    install(session, NEWEST_CORE, REQUIREMENTS / "lint.txt")
    # For its schema alone: what it runs with, Java among it, is not needed.
    session.install("--quiet", "--no-deps", "-r", str(REQUIREMENTS / "rulebook.txt"))
    copy = copy_collection(session, "lint")
    with session.chdir(copy):
        _run_all(
            session,
            clean_env(session, "lint", ANSIBLE_COLLECTIONS_PATH=str(BUILD / "lint")),
            ("ruff", "check"),
            ("yamllint", "--strict", "."),
            ("reuse", "lint", "--lines"),
            ("ansible-lint", "--offline", "--profile", "production"),
            *ci_files.checks(copy, Path(session.virtualenv.location)),
        )


def types(session: nox.Session) -> None:
    """Check the types of what is shared between plugins."""
    install(session, NEWEST_CORE, REQUIREMENTS / "types.txt")
    copy = copy_collection(session, "types")
    with session.chdir(BUILD / "types"):
        session.run(
            *("mypy", "--config-file", str(copy / "pyproject.toml")),
            *(str(collection_copy.PLACE / folder) for folder in ("plugins/module_utils", "plugins/plugin_utils")),
            env=clean_env(session, "types"),
        )


def docs_lint(session: nox.Session) -> None:
    """Check what is generated from: documentation in plugins and roles, the guides, the changelog."""
    install(session, NEWEST_CORE, REQUIREMENTS / "docs.txt")
    with session.chdir(copy_collection(session, "docs_lint")):
        _run_all(
            session,
            clean_env(session, "docs_lint", ANSIBLE_COLLECTIONS_PATH=str(BUILD / "docs_lint")),
            (
                *("antsibull-docs", "lint-collection-docs", "--plugin-docs", "--validate-collection-refs=all"),
                *("--disallow-unknown-collection-refs", "--skip-rstcheck", "."),
            ),
            ("antsibull-changelog", "lint"),
            ("antsibull-changelog", "lint-changelog-yaml", "--strict", "changelogs/changelog.yaml"),
        )


def sanity(session: nox.Session, core: str) -> None:
    """Run ansible-test sanity; the session's arguments go to it."""
    install(session, f"ansible-core~={core}.0")
    name = f"sanity-{core}"
    copy = copy_collection(session, name)
    # Kept between runs, and apart per core: ansible-test stores the environments of its tests in there.
    home = ROOT / ".nox" / f"home-{name}"
    sandbox.ansible_test_home(home, str(Path(session.bin) / "python"))
    command = [str(Path(session.bin) / "ansible-test"), "sanity", *session.posargs]
    code, output = streaming.run(command, env=only_set(clean_env(session, name, HOME=str(home))), cwd=copy)
    if code or "All targets skipped" in output:
        session.error("ansible-test sanity failed" if code else "ansible-test found nothing to test")


def _run_all(session: nox.Session, env: dict[str, str | None], *commands: tuple[str, ...]) -> None:
    """Run every command, also after one failed, so that one run shows all findings."""
    failed = []
    for command in commands:
        try:
            session.run(*command, env=env)
        except CommandFailed:
            failed.append(command[0])
    if failed:
        session.error("Findings from " + ", ".join(failed))
