# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is published: the tarball, the changelog and the documentation site."""

from __future__ import annotations

import hashlib
import re
import shutil
from pathlib import Path

import nox

from .. import changelog as changelog_files
from .. import docs_site, reproducible, signing, streaming
from .environment import clean_env, install, only_set
from .packaging import build_tarball, copy_collection, install_tarball
from .setting import BUILD, NEWEST_CORE, REQUIREMENTS, ROOT


def docs(session: nox.Session) -> None:
    """Build the site from the installed collection, and fail if a page loads something from elsewhere."""
    install(session, NEWEST_CORE, REQUIREMENTS / "docs.txt")
    collections = install_tarball(session, "docs-site")
    frame, source, site = ROOT / docs_site.FRAME, BUILD / "docs-site/source", BUILD / "docs"
    docs_site.prepare(ROOT, source)
    env = clean_env(session, "docs-site", ANSIBLE_COLLECTIONS_PATH=str(collections))
    session.run(
        *("antsibull-docs", "--config-file", str(frame / "antsibull-docs.cfg"), "collection", "--use-current", "--fail-on-error"),
        *("--dest-dir", str(source), "community.staffbase"),
        env=env,
    )
    shutil.rmtree(site, ignore_errors=True)
    session.run(
        *("sphinx-build", "-q", "-W", "--keep-going", "-b", "html", "-d", str(BUILD / "docs-site/doctrees"), "-c", str(frame)),
        *("-D", f"release={changelog_files.version(ROOT)}", str(source), str(site)),
        env=env,
    )
    if found := docs_site.loaded_from_elsewhere(site):
        session.error("These pages load something from the network: " + ", ".join(found))
    session.log(f"Open {(site / 'index.html').relative_to(ROOT)}")


def changelog(session: nox.Session) -> None:
    """Turn the fragments into the changelog, in a copy, and bring back what was written."""
    install(session, NEWEST_CORE, REQUIREMENTS / "docs.txt")
    copy = copy_collection(session, "changelog")
    with session.chdir(copy):
        env = clean_env(session, "changelog", ANSIBLE_COLLECTIONS_PATH=str(BUILD / "changelog"))
        session.run("antsibull-changelog", "release", *session.posargs, env=env)
    session.log("Written or removed, to be looked at and committed: " + " ".join(changelog_files.bring_back(copy, ROOT)))


def release(session: nox.Session) -> None:
    """Build it, have Galaxy's importer look at it, and sign it; the session's argument names the key."""
    install(session, NEWEST_CORE, REQUIREMENTS / "release.txt")
    if reproducible.is_modified(ROOT):
        session.warn("Tracked files differ from the last commit: nobody else can build the same tarball.")
    if not changelog_files.tells_of(ROOT, version := changelog_files.version(ROOT)):
        session.warn(f"The changelog does not tell of {version} yet: run `make changelog` and commit before this is published.")
    tarball = build_tarball(session, "release", BUILD / "dist")
    importer = [str(Path(session.bin) / "python"), "-m", "galaxy_importer.main", str(tarball)]
    env = clean_env(session, "release", GALAXY_IMPORTER_CONFIG=str(ROOT / "tests/tools/galaxy-importer.cfg"))
    # It leaves its result in the folder in which it runs.
    code, output = streaming.run(importer, env=only_set(env), cwd=BUILD / "release")
    if code or re.search(r"^(WARNING|ERROR|CRITICAL):", output, re.MULTILINE):
        session.error("galaxy-importer has findings")
    try:
        session.log(f"Signed: {signing.sign(tarball, *session.posargs).relative_to(ROOT)}")
    except signing.NotSigned as reason:
        session.warn(f"Not signed: {reason}")
    session.log(f"Built {tarball.relative_to(ROOT)}, SHA-256 {hashlib.sha256(tarball.read_bytes()).hexdigest()}")
