# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file that tells a later run that an upload may have been sent: there before the file is, and only then."""

from __future__ import annotations

import contextlib
import os
import shutil
import typing as t
from pathlib import Path

import pytest

from support.admin import Admin
from support.api_calls import LIST, POST
from support.small_tenant import CSV

FIRST_UPLOAD = [LIST, POST, LIST]
VARIANT = "0123456789ab"


def seen(path: Path) -> list[tuple[int, int]]:
    """Return mode and size of the file, or nothing if there is none."""
    with contextlib.suppress(FileNotFoundError):
        found = path.stat()
        return [(found.st_mode & 0o777, found.st_size)]
    return []


@pytest.fixture
def sending(tmp_path: Path) -> Path:
    return tmp_path / "people.sending"


def test_it_is_there_before_the_upload_is_sent(admin: Admin, sending: Path) -> None:
    at_call: dict[int, t.Any] = {}
    # `at_call` counts from the moment when it is set.
    admin.at_call(2, lambda: at_call.update({2: seen(sending)}))
    result = admin.upload(CSV, sending=str(sending))
    assert admin.calls() == FIRST_UPLOAD
    assert result["changed"]
    assert at_call == {2: [(0o600, 0)]}
    assert seen(sending) == [(0o600, 0)]
    assert os.listdir(sending.parent) == [sending.name]


def test_it_is_not_there_while_the_list_is_read(admin: Admin, sending: Path) -> None:
    at_call: list[t.Any] = []
    admin.at_call(1, lambda: at_call.append(seen(sending)))
    admin.upload(CSV, sending=str(sending))
    assert at_call == [[]]


@pytest.mark.parametrize("kind", ["status:400", "status:401", "status:413"])
def test_it_stays_when_the_upload_is_refused(admin: Admin, sending: Path, kind: str) -> None:
    admin.fault(kind, POST)
    assert admin.upload(CSV, variant=VARIANT, sending=str(sending)).failed
    assert admin.calls() == [LIST, POST]
    assert admin.sim.imports() == []
    assert seen(sending) == [(0o600, 0)]


def test_it_stays_when_it_is_not_known_what_became_of_the_upload(admin: Admin, sending: Path) -> None:
    admin.fault("lost_answer", POST)
    admin.fault("status:503", LIST, nth=2, times=None)
    assert admin.upload(CSV, variant=VARIANT, sending=str(sending)).failed
    assert admin.sim.writes() == [POST]
    assert seen(sending) == [(0o600, 0)]


def test_it_is_made_once_when_the_upload_is_sent_twice(admin: Admin, sending: Path) -> None:
    """Whoever has removed it meanwhile knows why."""
    admin.fault("status:429", POST)
    admin.at_call(3, sending.unlink)
    assert admin.upload(CSV, sending=str(sending))["changed"]
    assert admin.calls() == [LIST, POST, POST, LIST]
    assert seen(sending) == []


def test_it_is_not_made_when_an_import_is_reused(admin: Admin, sending: Path) -> None:
    admin.upload(CSV, variant=VARIANT)
    admin.calls()
    assert not admin.upload(CSV, variant=VARIANT, sending=str(sending))["changed"]
    assert admin.calls() == [LIST]
    assert seen(sending) == []


@pytest.mark.parametrize("force", [False, True])
def test_it_is_not_made_in_check_mode(admin: Admin, sending: Path, force: bool) -> None:
    assert admin.upload(CSV, sending=str(sending), force=force, check=True)["changed"]
    assert admin.calls() == [LIST]
    assert seen(sending) == []


def test_it_is_not_made_when_the_list_cannot_be_read(admin: Admin, sending: Path) -> None:
    admin.fault("status:401", LIST)
    assert admin.upload(CSV, sending=str(sending)).failed
    assert seen(sending) == []


def test_one_that_is_there_stays_and_gets_its_mode(admin: Admin, sending: Path) -> None:
    sending.touch(mode=0o644)
    assert admin.upload(CSV, sending=str(sending))["changed"]
    assert seen(sending) == [(0o600, 0)]


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(("place", "reason"), [
    ("folder", "is a directory"), ("nowhere/people.sending", "nowhere is not a directory"), ("link", "is a symbolic link"),
    ("fifo", "is not a regular file"),
])
def test_a_place_where_it_cannot_be_is_refused_before_any_call(admin: Admin, tmp_path: Path, place: str, reason: str, check: bool) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "target")
    os.mkfifo(tmp_path / "fifo")
    result = admin.upload(CSV, sending=str(tmp_path / place), check=check)
    assert result["msg"].startswith("sending: ")
    assert reason in result["msg"]
    assert admin.calls() == []


def test_when_it_cannot_be_made_nothing_is_sent(admin: Admin, tmp_path: Path) -> None:
    """Its folder goes away while the list is read."""
    folder = tmp_path / "folder"
    folder.mkdir()
    admin.at_call(1, lambda: shutil.rmtree(folder))
    result = admin.upload(CSV, sending=str(folder / "people.sending"))
    assert result["msg"] == f"sending: {folder / 'people.sending'} cannot be written: No such file or directory"
    assert admin.calls() == [LIST]
    assert admin.sim.imports() == []
