# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A model that tries to make a green run untrue.

A `World` (world.py) has an export, tenants, a baseline and the variables of the role, and steps that change them or run the role. What each run must
have come to stands in truth.py, which knows nothing of how the role decides: it looks at the people in the tenant, at what the export says, and at
what the tenant was really told (told.py). machine.py lets hypothesis choose the steps, found.py keeps the sequences that were found.
"""
