# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where awx.awx comes from: two sessions that bring it at the same moment do not disturb each other."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.awx_collection import PLACE, put_there


def unpacked(folder: Path) -> Path:
    (folder / PLACE).mkdir(parents=True)
    (folder / PLACE / "MANIFEST.json").write_text("{}", encoding="utf-8")
    return folder


def test_whoever_comes_second_takes_what_is_there(tmp_path: Path) -> None:
    target = tmp_path / "awx"
    put_there(unpacked(tmp_path / "first"), target)
    put_there(unpacked(tmp_path / "second"), target)
    assert (target / PLACE / "MANIFEST.json").is_file()


def test_a_folder_of_something_else_is_an_error(tmp_path: Path) -> None:
    target = tmp_path / "awx"
    (target / "other").mkdir(parents=True)
    with pytest.raises(OSError, match="not empty"):
        put_there(unpacked(tmp_path / "first"), target)
