# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measurements beside a peer's in the same run. No test asserts a time."""
