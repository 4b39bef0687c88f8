# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lock of a baseline is its owner's only, also where it was made by somebody who was less careful."""

from __future__ import annotations

import os
import stat
import typing as t
from pathlib import Path

import pytest

from ansible_collections.community.staffbase.plugins.module_utils._errors import InputError
from ansible_collections.community.staffbase.plugins.module_utils._files.baseline_lock import locked, look
from ansible_collections.community.staffbase.plugins.module_utils._http.waiting import Waiter


def now() -> Waiter:
    return Waiter(0, 1)


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    """A lock that a run of `berlin` has."""
    path = tmp_path / "last.csv.source"
    with locked(str(path), now()) as made:
        made.take("berlin", None)
    return path


def test_a_new_one_is_its_owners_only_whatever_the_umask_is(tmp_path: Path) -> None:
    path, before = tmp_path / "last.csv.source", os.umask(0)
    try:
        with locked(str(path), now()):
            assert mode_of(path) == 0o600
    finally:
        os.umask(before)


@pytest.mark.parametrize("mode", [0o666, 0o644, 0o700, 0o4600])
def test_a_lock_that_others_can_write_is_tightened(lock: Path, mode: int) -> None:
    lock.chmod(mode)
    content = lock.read_bytes()
    with locked(str(lock), now()) as again:
        again.check_source("berlin")
        assert mode_of(lock) == 0o600
    assert (mode_of(lock), lock.read_bytes()) == (0o600, content)


def test_the_run_that_has_it_tightens_it_too(lock: Path) -> None:
    found = look(str(lock))
    assert found is not None
    lock.chmod(0o666)
    with locked(str(lock), now(), found.run):
        assert mode_of(lock) == 0o600


def test_a_look_changes_nothing(lock: Path) -> None:
    """Check mode looks only."""
    lock.chmod(0o666)
    assert look(str(lock)) is not None
    assert mode_of(lock) == 0o666


def test_nothing_is_tightened_through_a_link(lock: Path, tmp_path: Path) -> None:
    lock.chmod(0o666)
    link = tmp_path / "link.source"
    link.symlink_to(lock)
    with pytest.raises(InputError, match=r"^baseline: .* cannot be opened"), locked(str(link), now()):
        pass
    assert mode_of(lock) == 0o666


def test_a_file_system_that_refuses_is_no_failure(lock: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_descriptor: int, _mode: int) -> t.NoReturn:
        raise PermissionError

    lock.chmod(0o666)
    monkeypatch.setattr(os, "fchmod", refuse)
    with locked(str(lock), now()) as again:
        again.check_source("berlin")
    assert mode_of(lock) == 0o666
