# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small AWX: the part of its REST API that sets up jobs, on real HTTP, for the tests of playbooks/awx.yml.

It keeps objects and refuses what AWX refuses (read from the serializers and views of AWX 24). It runs no job.
"""

from __future__ import annotations

from .server import AwxApi

__all__ = ["AwxApi"]
