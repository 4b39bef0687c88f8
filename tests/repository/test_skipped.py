# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run says what would run the tests that it skipped."""

from __future__ import annotations

import ast
import subprocess
import sys
import typing as t
from pathlib import Path

from support import skipped

TESTS = Path(__file__).parents[1]


def text_of(node: ast.expr) -> str:
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    return "".join(part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str))


def reasons(tree: ast.Module) -> t.Iterator[str]:
    """Yield the reasons for which a file skips tests."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("pytest.skip", "pytest.importorskip", "pytest.mark.skip", "pytest.mark.skipif"):
            told = [each.value for each in node.keywords if each.arg == "reason"]
            yield text_of((told or node.args)[0])


def test_each_reason_has_what_would_run_the_test() -> None:
    found = {reason for path in TESTS.rglob("*.py") if path != Path(__file__) for reason in reasons(ast.parse(path.read_text(encoding="utf-8")))}
    assert len(found) > 5
    assert [reason for reason in found if "of its own" in skipped.told([reason])] == []
    for part in (*skipped.PACKAGES, *skipped.NEEDS):
        assert any(part in reason for reason in found), part


def test_a_new_reason_would_be_seen() -> None:
    code = "pytest.skip(f'no moon {x}')\n@pytest.mark.skipif(y, reason='no sun')\ndef test(): pass"
    assert list(reasons(ast.parse(code))) == ["no moon ", "no sun"]
    assert skipped.told(["no moon"]) == "1 skipped: 1 for a reason of its own, see above"


def test_the_line_counts_what_each_would_run() -> None:
    chromium, gpg = "there is no Chromium on this machine", "gpg is not installed, so nothing can be signed"
    root, readable = "becoming another user needs root and setpriv", "this user (root) may read every file"
    assert skipped.told([]) == ""
    assert skipped.told([gpg, chromium, root, chromium]) == "4 skipped: 1 needs root; install chromium to run 2, gpg to run 1"
    assert skipped.told([readable] * 3) == "3 skipped: 3 need another user than root"
    assert skipped.told(["x", readable, "y"]) == "3 skipped: 1 needs another user than root; 2 for reasons of their own, see above"


def test_it_is_said_at_the_end_of_a_run(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text("import pytest\n\ndef test_one():\n    pytest.skip('gpg is not installed')\n", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "--rootdir", str(TESTS.parent), "-c", str(TESTS.parent / "pyproject.toml"), "-p", "no:cacheprovider"]
    command += ["-p", "conftest", "--numprocesses", "0", str(tmp_path)]
    run = subprocess.run(command, cwd=TESTS.parent, capture_output=True, text=True, check=False)
    last, banner = run.stdout.splitlines()[-2:]
    assert last == "1 skipped: install gpg to run 1", run.stdout + run.stderr
    assert "1 skipped in" in banner
