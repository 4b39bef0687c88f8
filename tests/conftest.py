# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""For every test: the installed collection is what is tested, and the developer's own set-up takes no part."""

from __future__ import annotations

import os
import typing as t
from pathlib import Path

import pytest

from support import share, skipped

COLLECTION = "ansible_collections/community/staffbase/MANIFEST.json"


def pytest_configure(config: pytest.Config) -> None:
    """Stop when the working tree would be tested in place of the built collection."""
    paths = os.environ.get("ANSIBLE_COLLECTIONS_PATH", "").split(os.pathsep)
    if not any((Path(path) / COLLECTION).is_file() for path in paths if path):
        raise pytest.UsageError(
            "ANSIBLE_COLLECTIONS_PATH holds no installed community.staffbase. "
            "Run the tests with make: `make unit`, `make system`, `make test`."
        )


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let `make test` share the tests out between the two ends of the supported range."""
    parser.addoption("--end", choices=share.ENDS, help="run only this end's share of the tests: see tests/support/share.py")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Do not even read what holds nothing for this end."""
    return True if config.option.end and not share.is_for(config.option.end, collection_path.relative_to(config.rootpath).as_posix()) else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that at the end no worker waits for another."""
    share.mark_further_cases(items)
    if config.option.end:
        mine = {item: config.option.end in share.ends_of(item.nodeid) for item in items}
        config.hook.pytest_deselected(items=[item for item in items if not mine[item]])
        items[:] = [item for item in items if mine[item]]
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> t.Generator[None, None, None]:
    """Say last what would run the tests that were skipped."""
    yield
    if line := skipped.told(report.longrepr[2] for report in terminalreporter.stats.get("skipped", []) if isinstance(report.longrepr, tuple)):
        terminalreporter.write_line(line)


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each test an empty HOME, and none of the variables that change what Ansible or requests do."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("ANSIBLE_HOME", str(home / ".ansible"))
    for name in os.environ:
        if name.startswith("STAFFBASE_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
