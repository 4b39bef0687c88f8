# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `make` prints: the table of `make test-all`, the lines of runs side by side, the Pythons."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tools import interpreters, matrix, streaming


def test_the_table_tells_what_ran_and_why_the_rest_did_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matrix, "usable", lambda: {"3.12": None})
    ran = {"lint": "ok", "tests(2.16-py3.12)": "FAILED", "sanity_core(2.16-py3.12)": "ok"}
    lines = matrix.table(ran).splitlines()
    assert lines[0].split() == ["ansible-core", "py3.10", "py3.11", "py3.12", "py3.13", "py3.14", "sanity"]
    row = [cell.strip() for cell in lines[1].split("  ") if cell.strip()]
    assert row == ["2.16", "no Python", "no Python", "FAILED", "no Python", "-", "ok (py3.12)"]
    assert [cell.strip() for cell in lines[3].split("  ") if cell.strip()][3] == "not run"
    assert "lint: ok" in lines


def test_runs_side_by_side_keep_their_names_and_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    commands = {"one": [sys.executable, "-c", "print('a')"], "two": [sys.executable, "-c", "print('b'); exit(3)"]}
    assert streaming.side_by_side(commands) == {"one": 0, "two": 3}
    assert sorted(capsys.readouterr().out.split("\n")) == ["", "[one] a", "[two] b"]


def test_a_shim_that_does_not_run_is_skipped_with_its_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shim = tmp_path / "shims" / "python3.12"
    shim.parent.mkdir()
    shim.write_text("#!/bin/sh\necho 'command not found' >&2\nexit 127\n", encoding="utf-8")
    shim.chmod(0o755)
    for name in ("PYENV_ROOT", "UV_PYTHON_INSTALL_DIR", "ASDF_DATA_DIR", "MISE_DATA_DIR"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("PATH", str(shim.parent))
    found, skipped = interpreters.search.__wrapped__()
    assert found == {}
    assert [(item.version, item.problem) for item in skipped] == [("3.12", "does not run (command not found)")]
