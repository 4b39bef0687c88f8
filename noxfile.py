# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sessions that build, check and test the collection. `make help` names the commands that call them."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sys
from pathlib import Path

import nox
from nox.command import CommandFailed

ROOT = Path(__file__).parent.resolve()
BUILD = ROOT / "build"
sys.path.insert(0, str(ROOT / "tests"))

from tools import awx_collection, ci_files, collection_copy, cores, docs_site, interpreters, reproducible, sandbox, signing, streaming  # noqa: E402
from tools import changelog as changelog_files  # noqa: E402
from tools import declared as declaration  # noqa: E402

# nox looks for pythonX.Y on PATH, where the shim of a version manager may stand that does not run.
os.environ["PATH"] = interpreters.clean_path()

PYTHONS = list(interpreters.usable())
# The Python that make chose is the one that nox runs with.
HERE = "{}.{}".format(*sys.version_info[:2])
ENDS = cores.oldest_and_newest(PYTHONS, limit=HERE)
NEWEST_CORE = f"ansible-core~={ENDS[-1].core}.0"

REQUIREMENTS = ROOT / "tests/tools/requirements"
TESTS_REQUIREMENTS = ROOT / "tests/requirements.txt"
SIMULATOR_REQUIREMENTS = ROOT / "tests/simulator/requirements.txt"

# What hangs on no version of ansible-core. The longest comes first.
CHECKS = ("docs", "lint", "demo", "docs_lint", "types", "declared")

# Asks a session of tests for its environment alone.
ONLY_PREPARE = "--only-prepare"

# How many file names a warning names.
SHOWN = 5

nox.needs_version = ">=2025.5.1"
nox.options.reuse_venv = "yes"
nox.options.default_venv_backend = "venv"
nox.options.error_on_missing_interpreters = True
nox.options.tags = ["test"]


def one_for_each(pairs: list[cores.Pair], tag: str = "all", newest: str = "") -> object:
    """Make one session of each pair. The one of the newest core on this Python gets another tag, too."""
    sessions = [
        nox.param(pair.python, pair.core, id=pair.name, tags=[tag, newest] if newest and pair == ENDS[-1] else [tag]) for pair in pairs
    ]
    return nox.parametrize("python,core", sessions)


def _requirement_text(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    included = re.findall(r"^-r\s+(\S+)", text, re.MULTILINE)
    return text + "".join(_requirement_text(path.parent / name) for name in included)


def install(session: nox.Session, *wanted: str | Path) -> None:
    """Install into the session's environment, unless exactly this was installed there before."""
    arguments: list[str] = []
    text = ""
    for item in wanted:
        arguments += ["-r", str(item)] if isinstance(item, Path) else [item]
        text += _requirement_text(item) if isinstance(item, Path) else item + "\n"
    digest = hashlib.sha256(text.encode()).hexdigest()
    stamp = Path(session.virtualenv.location) / "installed.sha256"
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == digest:
        session.log("The requirements are installed.")
        return
    # Of what is installed, most is never imported; what is, is compiled then. As pip has it, 0 is "do not compile".
    session.install(*arguments, env={"PIP_NO_COMPILE": "0"})
    stamp.write_text(digest, encoding="utf-8")


def clean_env(session: nox.Session, home: str, **more: str) -> dict[str, str | None]:
    """Return an environment for session.run in which only what sandbox.py allows is set."""
    path = os.pathsep.join([*(session.bin_paths or []), interpreters.clean_path()])
    wanted = {**sandbox.environment(BUILD / "home" / home, path), **more}
    return {**dict.fromkeys(os.environ), **wanted}


def run_all(session: nox.Session, env: dict[str, str | None], *commands: tuple[str, ...]) -> None:
    """Run every command, also after one failed, so that one run shows all findings."""
    failed = []
    for command in commands:
        try:
            session.run(*command, env=env)
        except CommandFailed:
            failed.append(command[0])
    if failed:
        session.error("Findings from " + ", ".join(failed))


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


@nox.session(python=HERE, tags=["all"])
def lint(session: nox.Session) -> None:
    """Code by ruff, YAML by yamllint, licences by REUSE, playbooks and roles by ansible-lint, CI files and rulebooks by their schemas."""
    install(session, NEWEST_CORE, REQUIREMENTS / "lint.txt")
    # For its schema alone: what it runs with, Java among it, is not needed.
    session.install("--quiet", "--no-deps", "-r", str(REQUIREMENTS / "rulebook.txt"))
    copy = copy_collection(session, "lint")
    env = clean_env(session, "lint", ANSIBLE_COLLECTIONS_PATH=str(BUILD / "lint"))
    with session.chdir(copy):
        run_all(
            session,
            env,
            ("ruff", "check"),
            ("yamllint", "--strict", "."),
            ("reuse", "lint", "--lines"),
            ("ansible-lint", "--offline", "--profile", "production"),
            *ci_files.checks(copy, Path(session.virtualenv.location)),
        )


@nox.session(python=HERE, tags=["all"])
def types(session: nox.Session) -> None:
    """Static types in module_utils and plugin_utils, by mypy."""
    install(session, NEWEST_CORE, REQUIREMENTS / "types.txt")
    copy = copy_collection(session, "types")
    with session.chdir(BUILD / "types"):
        session.run(
            *("mypy", "--config-file", str(copy / "pyproject.toml")),
            *(str(collection_copy.PLACE / folder) for folder in ("plugins/module_utils", "plugins/plugin_utils")),
            env=clean_env(session, "types"),
        )


@nox.session(python=HERE, tags=["all"])
def docs_lint(session: nox.Session) -> None:
    """The plugins' and the role's documentation, the changelog, and the markup and links in both."""
    install(session, NEWEST_CORE, REQUIREMENTS / "docs.txt")
    copy = copy_collection(session, "docs_lint")
    env = clean_env(session, "docs_lint", ANSIBLE_COLLECTIONS_PATH=str(BUILD / "docs_lint"))
    with session.chdir(copy):
        run_all(
            session,
            env,
            (
                *("antsibull-docs", "lint-collection-docs", "--plugin-docs", "--validate-collection-refs=all"),
                *("--disallow-unknown-collection-refs", "--skip-rstcheck", "."),
            ),
            ("antsibull-changelog", "lint"),
            ("antsibull-changelog", "lint-changelog-yaml", "--strict", "changelogs/changelog.yaml"),
        )


@nox.session(python=HERE, tags=["all"])
def docs(session: nox.Session) -> None:
    """The documentation site: modules, role and guides, without a warning and without the network."""
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


@nox.session(python=False, tags=["test"])
def checks(session: nox.Session) -> None:
    """All but the tests, side by side. Meanwhile the tests get their environments."""
    sanity_tests = {f"sanity {pair.core}": [f"sanity_core({pair.name})"] for pair in ENDS}
    environments = {f"tests {pair.core}": [f"tests_at_end({pair.name})", "--", ONLY_PREPARE] for pair in ENDS}
    side_by_side(session, {**sanity_tests, **{name: [name] for name in CHECKS}, **environments})


@nox.session(python=False)
def sanity(session: nox.Session) -> None:
    """The sanity tests on the oldest and the newest core, side by side."""
    side_by_side(session, {pair.core: [f"sanity_core({pair.name})", "--", *session.posargs] for pair in ENDS})


def side_by_side(session: nox.Session, sessions: dict[str, list[str]]) -> None:
    """Run sessions at the same time, each in a nox of its own, and name those that failed."""
    commands = {name: [sys.executable, "-m", "nox", "-f", __file__, "-s", *arguments] for name, arguments in sessions.items()}
    failed = [name for name, code in streaming.side_by_side(commands).items() if code]
    if failed:
        session.error("Findings from " + " and ".join(failed))


@nox.session
@one_for_each(cores.sanity_pairs(PYTHONS))
def sanity_core(session: nox.Session, core: str) -> None:
    """The sanity tests on one core, by ansible-test."""
    install(session, f"ansible-core~={core}.0")
    name = f"sanity-{core}"
    copy = copy_collection(session, name)
    # Kept between runs, and apart per core: ansible-test stores the environments of its tests in there.
    home = ROOT / ".nox" / f"home-{name}"
    sandbox.ansible_test_home(home, str(Path(session.bin) / "python"))
    env = {name: value for name, value in clean_env(session, name, HOME=str(home)).items() if value is not None}
    command = [str(Path(session.bin) / "ansible-test"), "sanity", *session.posargs]
    code, output = streaming.run(command, env=env, cwd=copy)
    if code or "All targets skipped" in output:
        session.error("ansible-test sanity failed" if code else "ansible-test found nothing to test")


@nox.session
@one_for_each(cores.test_pairs(PYTHONS), newest="newest")
def tests(session: nox.Session, core: str) -> None:
    """The collection as built and installed, on one core with one Python, by pytest."""
    run_pytest(session, core, *(session.posargs or ["-m", "not matrix", "tests"]))


@nox.session
@one_for_each(ENDS, tag="test")
def tests_at_end(session: nox.Session, core: str) -> None:
    """The share of one end of the supported range in the tests of `make test`."""
    if session.posargs == [ONLY_PREPARE]:
        prepare(session, core)
        return
    run_pytest(session, core, "--end", "newest" if core == ENDS[-1].core else "oldest", "tests")


def prepare(session: nox.Session, core: str) -> Path:
    """Install what the tests need, unless it is there, and return the folder with awx.awx."""
    install(session, f"ansible-core~={core}.0", TESTS_REQUIREMENTS, *_if_there(SIMULATOR_REQUIREMENTS))
    return awx_collection.bring(str(Path(session.bin) / "python"), ROOT / f".nox/awx-py{session.python}")


def run_pytest(session: nox.Session, core: str, *arguments: str) -> None:
    """Build and install the collection, and test it."""
    awx = prepare(session, core)
    name = f"tests-{core}-py{session.python}"
    collections = os.pathsep.join([str(install_tarball(session, name)), str(awx)])
    session.run("pytest", *arguments, env=clean_env(session, name, ANSIBLE_COLLECTIONS_PATH=collections))


@nox.session(python=HERE, tags=["all"])
def declared(session: nox.Session) -> None:
    """One import with the Python packages of an execution environment only, as execution-environment.yml and the collection declare them."""
    _core, *others = declaration.packages(ROOT)
    # The core is the declared one where this Python runs it.
    install(session, NEWEST_CORE, *others, ROOT / "requirements.txt")
    for_simulator = BUILD / "declared" / "simulator"
    collections = install_tarball(session, "declared")
    session.run(*("python", "-m", "pip", "install", "--quiet", "--target", str(for_simulator), "-r", str(SIMULATOR_REQUIREMENTS)), silent=True)
    session.run(
        *("python", "-m", "tools.declared", str(for_simulator)),
        env=clean_env(session, "declared", ANSIBLE_COLLECTIONS_PATH=str(collections), PYTHONPATH=str(ROOT / "tests")),
    )


@nox.session(python=HERE)
def build(session: nox.Session) -> None:
    """The tarball, as it would be published."""
    install(session, NEWEST_CORE)
    tarball = build_tarball(session, "build", BUILD / "dist")
    session.log(f"Built {tarball.relative_to(ROOT)}")


@nox.session(python=HERE)
def release(session: nox.Session) -> None:
    """The tarball to publish: the same bytes from the same commit, checked by galaxy-importer, and signed if there is a key."""
    install(session, NEWEST_CORE, REQUIREMENTS / "release.txt")
    if reproducible.is_modified(ROOT):
        session.warn("Tracked files differ from the last commit: nobody else can build the same tarball.")
    if not changelog_files.tells_of(ROOT, version := changelog_files.version(ROOT)):
        session.warn(f"The changelog does not tell of {version} yet: run `make changelog` and commit before this is published.")
    tarball = build_tarball(session, "release", BUILD / "dist")
    importer = [str(Path(session.bin) / "python"), "-m", "galaxy_importer.main", str(tarball)]
    env = clean_env(session, "release", GALAXY_IMPORTER_CONFIG=str(ROOT / "tests/tools/galaxy-importer.cfg"))
    # It leaves its result in the folder in which it runs.
    code, output = streaming.run(importer, env={name: value for name, value in env.items() if value is not None}, cwd=BUILD / "release")
    if code or re.search(r"^(WARNING|ERROR|CRITICAL):", output, re.MULTILINE):
        session.error("galaxy-importer has findings")
    try:
        session.log(f"Signed: {signing.sign(tarball, *session.posargs).relative_to(ROOT)}")
    except signing.NotSigned as reason:
        session.warn(f"Not signed: {reason}")
    session.log(f"Built {tarball.relative_to(ROOT)}, SHA-256 {hashlib.sha256(tarball.read_bytes()).hexdigest()}")


@nox.session(python=HERE)
def changelog(session: nox.Session) -> None:
    """Turn the fragments into CHANGELOG.rst, for the version in galaxy.yml."""
    install(session, NEWEST_CORE, REQUIREMENTS / "docs.txt")
    copy = copy_collection(session, "changelog")
    with session.chdir(copy):
        env = clean_env(session, "changelog", ANSIBLE_COLLECTIONS_PATH=str(BUILD / "changelog"))
        session.run("antsibull-changelog", "release", *session.posargs, env=env)
    session.log("Written or removed, to be looked at and committed: " + " ".join(changelog_files.bring_back(copy, ROOT)))


@nox.session(python=HERE, tags=["all"])
def demo(session: nox.Session) -> None:
    """The whole way of a delta import against the simulator; it fails when something goes otherwise than promised."""
    run_tool(session, "demo", ROOT / "requirements.txt")


@nox.session(python=HERE)
def fuzz(session: nox.Session) -> None:
    """Look for bytes that break the reading of CSV files: by atheris, or by hypothesis where atheris has no wheel."""
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


@nox.session(python=HERE)
def faults(session: nox.Session) -> None:
    """The whole fault matrix, held against docs/fault-matrix.md, a kill at every step, and a concurrent run at every call."""
    install(session, NEWEST_CORE, TESTS_REQUIREMENTS, *_if_there(SIMULATOR_REQUIREMENTS))
    collections = install_tarball(session, "faults")
    session.run(
        *("pytest", "-m", "matrix or faults", *(session.posargs or ["tests"])),
        env=clean_env(session, "faults", ANSIBLE_COLLECTIONS_PATH=str(collections)),
    )


@nox.session(python=HERE)
def fault_matrix(session: nox.Session) -> None:
    """Run the whole fault matrix and write docs/fault-matrix.md from what came of it."""
    run_tool(session, "faults", TESTS_REQUIREMENTS)


@nox.session(python=HERE)
def guards(session: nox.Session) -> None:
    """Take each guard out of a copy of the collection and see its test fail; write docs/guards.md when all of them did."""
    run_tool(session, "guards", TESTS_REQUIREMENTS)


@nox.session(python=HERE)
def bench(session: nox.Session) -> None:
    """Measure the collection beside its peers, in the same run."""
    install(session, NEWEST_CORE, ROOT / "requirements.txt", ROOT / "tests/bench/requirements.txt", *_if_there(SIMULATOR_REQUIREMENTS))
    collections = str(install_tarball(session, "bench"))
    path = os.pathsep.join([collections, str(ROOT / "tests")])
    env = clean_env(session, "bench", ANSIBLE_COLLECTIONS_PATH=collections, PYTHONPATH=path)
    session.run(*("python", "-m", "bench", *session.posargs), env=env)


def run_tool(session: nox.Session, package: str, requirements: Path) -> None:
    """Run a package of tests/ beside the collection as built and installed."""
    install(session, NEWEST_CORE, requirements, *_if_there(SIMULATOR_REQUIREMENTS))
    collections = install_tarball(session, session.name)
    session.run(
        *("python", "-m", package, *session.posargs),
        env=clean_env(session, session.name, ANSIBLE_COLLECTIONS_PATH=str(collections), PYTHONPATH=str(ROOT / "tests")),
    )


@nox.session(python=HERE)
def simulator(session: nox.Session) -> None:
    """The simulator alone, until it is stopped. `make simulator ARGS=--help` explains its options."""
    install(session, *_if_there(SIMULATOR_REQUIREMENTS))
    session.run(
        *("python", "-m", "simulator", *session.posargs),
        env=clean_env(session, "simulator", PYTHONPATH=str(ROOT / "tests")),
    )


def _if_there(path: Path) -> list[Path]:
    return [path] if path.is_file() else []
