# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Environments in which nothing of the developer's own set-up takes part."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from . import pip_settings

# All that a test may see of the outer environment. No proxies, no credentials, no ANSIBLE_* and no STAFFBASE_*.
KEPT = ("CI", "COLUMNS", "FORCE_COLOR", "LD_LIBRARY_PATH", "NO_COLOR", "TERM", "TMPDIR", "USER")

# The name of the file that each ansible-test looks for before it downloads: one per pinned version of pip.
# 2.16 and 2.17; 2.18 and 2.19; 2.20 and newer.
GET_PIP = ("get_pip_23_1_2.py", "get_pip_24_2.py", "get_pip_25_2.py")


def environment(home: Path, path: str) -> dict[str, str]:
    """Return the whole environment of a run: own HOME, own ANSIBLE_HOME, an empty ansible.cfg."""
    home.mkdir(parents=True, exist_ok=True)
    config = home / "ansible.cfg"
    config.write_text("", encoding="utf-8")
    env = {name: os.environ[name] for name in KEPT if name in os.environ}
    env.update(
        ANSIBLE_CONFIG=str(config),
        ANSIBLE_HOME=str(home / ".ansible"),
        HOME=str(home),
        LC_ALL="C.UTF-8",
        PATH=path,
        PYTHONUNBUFFERED="1",
    )
    if not sys.stdout.isatty() and "FORCE_COLOR" not in env:
        env["NO_COLOR"] = "1"  # some tools colour their output even into a file
    return env


def ansible_test_home(home: Path, python: str) -> None:
    """Prepare a HOME for ansible-test: the get-pip files, and pip's settings, which it would otherwise not see."""
    cache = home / ".ansible/test/cache"
    cache.mkdir(parents=True, exist_ok=True)
    for name in GET_PIP:
        real = Path.home() / ".ansible/test/cache" / name
        source = real if real.is_file() else Path(__file__).with_name("get_pip_stand_in.py")
        if not (cache / name).exists():
            shutil.copyfile(source, cache / name)
    (cache / "python.txt").write_text(python, encoding="utf-8")  # for the stand-in
    _copy_pip_settings(home, python)


def _copy_pip_settings(home: Path, python: str) -> None:
    """Write what pip is told into one file below `home`, and share its cache.

    ansible-test passes on neither the variables nor the real HOME. Without this a machine that installs from a mirror,
    or trusts an own certificate, could not run it.
    """
    told = pip_settings.settings(python)
    # Else the findings drown in the packages that each sanity test installs. Errors are still shown.
    told["global", "quiet"] = "1"
    cache = subprocess.run([python, "-m", "pip", "cache", "dir"], capture_output=True, text=True, check=False)
    if cache.returncode == 0:
        told["global", "cache-dir"] = cache.stdout.strip()
    pip_settings.write(told, home / ".config/pip/pip.conf")
