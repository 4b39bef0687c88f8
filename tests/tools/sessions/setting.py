# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where things lie, and which ansible-core runs with which Python on this machine."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from .. import cores, interpreters

ROOT = Path(__file__).parents[3].resolve()
BUILD = ROOT / "build"

# nox looks for pythonX.Y on PATH, where the shim of a version manager may stand that does not run.
os.environ["PATH"] = interpreters.clean_path()

PYTHONS = list(interpreters.usable())
#: The Python that make chose is the one that nox runs with.
HERE = "{}.{}".format(*sys.version_info[:2])
#: The oldest and the newest core that can be tested here.
ENDS = cores.oldest_and_newest(PYTHONS, limit=HERE)
NEWEST_CORE = f"ansible-core~={ENDS[-1].core}.0"

REQUIREMENTS = ROOT / "tests/tools/requirements"
COLLECTION_REQUIREMENTS = ROOT / "requirements.txt"
TESTS_REQUIREMENTS = ROOT / "tests/requirements.txt"
SIMULATOR_REQUIREMENTS = ROOT / "tests/simulator/requirements.txt"
