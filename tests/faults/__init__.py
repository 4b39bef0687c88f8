# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fault matrix: every call of the role meets every fault, once and lasting, and the table of what came of it."""
