# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing of the developer's own set-up reaches a test, and ansible-test finds what it would download."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tools import sandbox


def test_only_the_listed_variables_reach_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAFFBASE_API_TOKEN", "a token of the developer")
    monkeypatch.setenv("ANSIBLE_STDOUT_CALLBACK", "minimal")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example.com")
    monkeypatch.setenv("TERM", "xterm")
    env = sandbox.environment(tmp_path, "/usr/bin")
    assert env["HOME"] == str(tmp_path)
    assert env["TERM"] == "xterm"
    assert Path(env["ANSIBLE_CONFIG"]).read_text(encoding="utf-8") == ""
    assert not {"STAFFBASE_API_TOKEN", "ANSIBLE_STDOUT_CALLBACK", "HTTPS_PROXY"} & set(env)


def test_a_get_pip_that_was_really_downloaded_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real_home = tmp_path / "real"
    real = real_home / ".ansible/test/cache" / sandbox.GET_PIP[0]
    real.parent.mkdir(parents=True)
    real.write_text("# downloaded\n", encoding="utf-8")
    monkeypatch.setenv("HOME", str(real_home))
    sandbox.ansible_test_home(tmp_path / "own", sys.executable)
    cache = tmp_path / "own/.ansible/test/cache"
    assert (cache / sandbox.GET_PIP[0]).read_text(encoding="utf-8") == "# downloaded\n"
    assert "ensurepip" in (cache / sandbox.GET_PIP[1]).read_text(encoding="utf-8")


def test_pip_is_told_the_same_inside_as_outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "https://user:100%25@packages.example.com/simple")
    sandbox.ansible_test_home(tmp_path, sys.executable)
    config = tmp_path / ".config/pip/pip.conf"
    assert "index-url = https://user:100%25@packages.example.com/simple" in config.read_text(encoding="utf-8")
    assert config.stat().st_mode & 0o077 == 0
