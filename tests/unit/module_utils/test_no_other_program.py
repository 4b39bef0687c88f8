# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection starts no other program, so the environment with the token goes to none."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from ansible_collections.community.staffbase.plugins.module_utils._http import client

PLUGINS = Path(client.__file__).parents[2]

#: Modules and names with which a program or another process is started.
STARTERS = frozenset("""
    subprocess multiprocessing pty popen2 asyncio concurrent run_command system popen fork forkpty posix_spawn posix_spawnp startfile
    execl execle execlp execlpe execv execve execvp execvpe spawnl spawnle spawnlp spawnlpe spawnv spawnve spawnvp spawnvpe
""".split())


def starters(code: str) -> list[str]:
    """Return what starts a program in this code."""
    found: list[str] = []
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            found += [alias.name.partition(".")[0] for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found += [(node.module or "").partition(".")[0], *(alias.name for alias in node.names)]
        elif isinstance(node, ast.Attribute):
            found.append(node.attr)
    return [name for name in found if name in STARTERS]


#: Every folder with code, so that a new one is looked at, too.
LAYERS = sorted({str(path.parent.relative_to(PLUGINS)) for path in PLUGINS.rglob("*.py")})


def test_every_layer_is_looked_at() -> None:
    rooms = (f"module_utils/_{name}" for name in "ansible csv files http imports report steps tenant".split())
    assert set(LAYERS) >= {"action", "modules", "plugin_utils", *rooms}


@pytest.mark.parametrize("layer", LAYERS)
def test_nothing_starts_another_program(layer: str) -> None:
    files = sorted((PLUGINS / layer).glob("*.py"))
    assert files
    assert {file.name: found for file in files if (found := starters(file.read_text(encoding="utf-8")))} == {}


@pytest.mark.parametrize("code", ["import subprocess", "from os import execv", "import os\nos.system('x')", "module.run_command(['x'])"])
def test_that_something_did_would_be_seen(code: str) -> None:
    assert starters(code)
