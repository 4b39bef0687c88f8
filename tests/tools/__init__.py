# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the build and test sessions share. Standard library only, apart from sessions: it runs before anything is installed."""
