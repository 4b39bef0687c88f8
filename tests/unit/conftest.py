# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the unit tests look for counter-examples: the same ones in each run, and without leaving files behind."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import hypothesis
from hypothesis import configuration

hypothesis.settings.register_profile("same", deadline=None, derandomize=True, database=None, max_examples=100)
# More examples, and others each time: HYPOTHESIS_PROFILE=search make unit
hypothesis.settings.register_profile("search", deadline=None, database=None, max_examples=3000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))
configuration.set_hypothesis_home_dir(Path(tempfile.gettempdir()) / f"hypothesis-{os.getuid()}")
