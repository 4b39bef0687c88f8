# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    # The counters that a limit can be set on. Their names: plugins/module_utils/_imports/counters.py.
    DOCUMENTATION = r"""
options:
  limits:
    type: dict
    suboptions:
      created:
        description: New people.
        type: int
      updated:
        description: People whose data change.
        type: int
      deactivated:
        description: People who can no longer log in.
        type: int
      reactivated:
        description: Deactivated people who can log in again.
        type: int
      deleted:
        description: People who are deleted for good.
        type: int
"""
