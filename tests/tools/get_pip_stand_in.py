# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stand-in for the get-pip script that ansible-test downloads.

The download needs a host that a machine behind a firewall often cannot reach. This takes get-pip's arguments and installs the wanted
version with a pip that is there: that of the Python whose path sandbox.py wrote beside this file, or, where that one cannot work for another
Python (before 22.3), the one that each Python brings along, which takes twice as long. sandbox.py copies it to where ansible-test looks.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

arguments = ["install", "--no-compile", *(argument for argument in sys.argv[1:] if argument not in ("--no-setuptools", "--no-wheel"))]
outer = Path(__file__).with_name("python.txt").read_text(encoding="utf-8")
if subprocess.run([outer, "-m", "pip", "--python", sys.executable, *arguments], check=False).returncode:
    subprocess.run([sys.executable, "-m", "ensurepip", "--default-pip"], check=True)
    subprocess.run([sys.executable, "-m", "pip", *arguments], check=True)
