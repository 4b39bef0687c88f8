# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the sessions of noxfile.py do, a module for each kind. Only here nox is imported; the rest of tools gets along without it."""
