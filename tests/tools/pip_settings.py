# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What pip is told on this machine, by its files and by PIP_* variables: for a pip that sees neither."""

from __future__ import annotations

import ast
import configparser
import os
import subprocess
from pathlib import Path


def settings(python: str) -> dict[tuple[str, str], str]:
    """Return section and key -> value."""
    found = {}
    listing = subprocess.run([python, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True).stdout
    # Variables come last in pip's list and win, as they do for pip itself.
    for line in sorted(listing.splitlines(), key=lambda text: text.startswith(":env:")):
        section, _dot, rest = line.partition(".")
        key, _equals, value = rest.partition("=")
        if value and key not in ("config-file", "require-virtualenv"):
            found["global" if section == ":env:" else section, key] = str(ast.literal_eval(value))
    return found


def write(told: dict[tuple[str, str], str], target: Path) -> None:
    """Write them into a file that only its owner may read: the address of an index can carry a password."""
    parser = configparser.RawConfigParser()
    for (section, key), value in told.items():
        if not parser.has_section(section):
            parser.add_section(section)
        parser.set(section, key, value.replace("\n", "\n  "))
    target.parent.mkdir(parents=True, exist_ok=True)
    with open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as stream:
        parser.write(stream)
