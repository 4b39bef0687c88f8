# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a session has installed, and which variables its commands see."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

import nox

from .. import interpreters, sandbox
from .setting import BUILD


def install(session: nox.Session, *wanted: str | Path) -> None:
    """Install into the session's environment, unless exactly this was installed there before."""
    arguments: list[str] = []
    text = ""
    for item in wanted:
        arguments += ["-r", str(item)] if isinstance(item, Path) else [item]
        text += _requirement_text(item) if isinstance(item, Path) else item + "\n"
    digest = hashlib.sha256(text.encode()).hexdigest()
    stamp = Path(session.virtualenv.location) / "installed.sha256"
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == digest:
        session.log("The requirements are installed.")
        return
    # Of what is installed, most is never imported; what is, is compiled then. As pip has it, 0 is "do not compile".
    session.install(*arguments, env={"PIP_NO_COMPILE": "0"})
    stamp.write_text(digest, encoding="utf-8")


def _requirement_text(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    included = re.findall(r"^-r\s+(\S+)", text, re.MULTILINE)
    return text + "".join(_requirement_text(path.parent / name) for name in included)


def clean_env(session: nox.Session, home: str, **more: str) -> dict[str, str | None]:
    """Return an environment for session.run in which only what sandbox.py allows is set."""
    path = os.pathsep.join([*(session.bin_paths or []), interpreters.clean_path()])
    wanted = {**sandbox.environment(BUILD / "home" / home, path), **more}
    return {**dict.fromkeys(os.environ), **wanted}


def only_set(env: dict[str, str | None]) -> dict[str, str]:
    """Return the same for a command that nox does not run."""
    return {name: value for name, value in env.items() if value is not None}
