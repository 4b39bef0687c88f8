# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sessions that build, check and test the collection. `make help` names the commands that call them, tests/tools/sessions does the work.

Why not antsibull-nox: its sanity tests need containers, its licence check does not read REUSE.toml, findings of galaxy-importer only make it
warn, and its sessions run with the developer's HOME and variables. Its other checks are the ones below, by the same tools.
"""

from __future__ import annotations

import sys
from pathlib import Path

import nox

sys.path.insert(0, str(Path(__file__).parent / "tests"))

from tools import cores
from tools.sessions import linting, packaging, programs, publishing, testing
from tools.sessions.at_once import side_by_side
from tools.sessions.setting import COLLECTION_REQUIREMENTS, ENDS, HERE, PYTHONS, TESTS_REQUIREMENTS

# What hangs on no version of ansible-core. The longest comes first.
CHECKS = ("docs", "lint", "demo", "docs_lint", "types", "declared")

nox.needs_version = ">=2025.5.1"
nox.options.reuse_venv = "yes"
nox.options.default_venv_backend = "venv"
nox.options.error_on_missing_interpreters = True
nox.options.tags = ["test"]


def on_each(pairs: list[cores.Pair], tag: str, newest: str = "") -> object:
    """Make one session of each core with its Python. The one of the newest core gets another tag, too."""
    tags = {pair: [tag, newest] if newest and pair == ENDS[-1] else [tag] for pair in pairs}
    return nox.parametrize("python,core", [nox.param(pair.python, pair.core, id=pair.name, tags=tags[pair]) for pair in pairs])


@nox.session(python=HERE, tags=["all"])
def lint(session: nox.Session) -> None:
    """Code by ruff, YAML by yamllint, licences by REUSE, playbooks and roles by ansible-lint, CI files and rulebooks by their schemas."""
    linting.lint(session)


@nox.session(python=HERE, tags=["all"])
def types(session: nox.Session) -> None:
    """Static types in module_utils and plugin_utils, by mypy."""
    linting.types(session)


@nox.session(python=HERE, tags=["all"])
def docs_lint(session: nox.Session) -> None:
    """The plugins' and the role's documentation, the changelog, and the markup and links in both."""
    linting.docs_lint(session)


@nox.session
@on_each(cores.sanity_pairs(PYTHONS), tag="all")
def sanity_core(session: nox.Session, core: str) -> None:
    """The sanity tests on one core, by ansible-test."""
    linting.sanity(session, core)


@nox.session(python=False)
def sanity(session: nox.Session) -> None:
    """The sanity tests on the oldest and the newest core, side by side."""
    side_by_side(session, {pair.core: [f"sanity_core({pair.name})", "--", *session.posargs] for pair in ENDS})


@nox.session(python=False)
def check(session: nox.Session) -> None:
    """Lint, types and the quick unit tests on the newest core, side by side."""
    side_by_side(session, {"lint": ["lint"], "types": ["types"], "unit": [f"tests_at_end({ENDS[-1].name})", "--", testing.QUICK, *session.posargs]})


@nox.session(python=False, tags=["test"])
def checks(session: nox.Session) -> None:
    """All but the tests, side by side. Meanwhile the tests get their environments."""
    sanity_tests = {f"sanity {pair.core}": [f"sanity_core({pair.name})"] for pair in ENDS}
    environments = {f"tests {pair.core}": [f"tests_at_end({pair.name})", "--", testing.ONLY_PREPARE] for pair in ENDS}
    side_by_side(session, {**sanity_tests, **{name: [name] for name in CHECKS}, **environments})


@nox.session
@on_each(cores.test_pairs(PYTHONS), tag="all")
def tests(session: nox.Session, core: str) -> None:
    """The collection as built and installed, on one core with one Python, by pytest."""
    testing.on_core(session, core)


@nox.session
@on_each(ENDS, tag="test", newest="newest")
def tests_at_end(session: nox.Session, core: str) -> None:
    """The share of one end of the supported range in the tests of `make test`; on the newest core, any tests that are asked for."""
    testing.at_end(session, core)


@nox.session(python=HERE)
def faults(session: nox.Session) -> None:
    """The whole fault matrix, held against docs/fault-matrix.md, a kill at every step, and a concurrent run at every call."""
    testing.faults(session)


@nox.session(python=HERE)
def fault_matrix(session: nox.Session) -> None:
    """Run the whole fault matrix and write docs/fault-matrix.md from what came of it."""
    programs.run_program(session, "faults", TESTS_REQUIREMENTS)


@nox.session(python=HERE)
def guards(session: nox.Session) -> None:
    """Take each guard out of a copy of the collection and see its test fail; write docs/guards.md when all of them did."""
    programs.run_program(session, "guards", TESTS_REQUIREMENTS)


@nox.session(python=HERE, tags=["all"])
def demo(session: nox.Session) -> None:
    """The whole way of a delta import against the simulator; it fails when something goes otherwise than promised."""
    programs.run_program(session, "demo", COLLECTION_REQUIREMENTS)


@nox.session(python=HERE, tags=["all"])
def declared(session: nox.Session) -> None:
    """One import with the Python packages of an execution environment only, as execution-environment.yml and the collection declare them."""
    programs.declared(session)


@nox.session(python=HERE)
def fuzz(session: nox.Session) -> None:
    """Look for bytes that break the reading of CSV files: by atheris, or by hypothesis where atheris has no wheel."""
    programs.fuzz(session)


@nox.session(python=HERE)
def bench(session: nox.Session) -> None:
    """Measure the collection beside its peers, in the same run."""
    programs.bench(session)


@nox.session(python=HERE)
def simulator(session: nox.Session) -> None:
    """The simulator alone, until it is stopped. `make simulator ARGS=--help` explains its options."""
    programs.simulator(session)


@nox.session(python=HERE, tags=["all"])
def docs(session: nox.Session) -> None:
    """The documentation site: modules, role and guides, without a warning and without the network."""
    publishing.docs(session)


@nox.session(python=HERE)
def build(session: nox.Session) -> None:
    """The tarball, as it would be published."""
    packaging.build(session)


@nox.session(python=HERE)
def changelog(session: nox.Session) -> None:
    """Turn the fragments into CHANGELOG.rst, for the version in galaxy.yml."""
    publishing.changelog(session)


@nox.session(python=HERE)
def release(session: nox.Session) -> None:
    """The tarball to publish: the same bytes from the same commit, checked by galaxy-importer, and signed if there is a key."""
    publishing.release(session)
