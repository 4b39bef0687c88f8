# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    # The option that keeps several runs of one source apart. Its argument spec: plugins/module_utils/_ansible/arguments.py.
    DOCUMENTATION = r"""
options:
  lock:
    description:
      - What M(community.staffbase.staffbase_csv_baseline) returned as
        RV(community.staffbase.staffbase_csv_baseline#module:lock) when the run was begun. If another run has taken the baseline over since, this
        one must not go on.
      - While a task with it runs, no other run can take over. A run of the same export may share the lock; it is waited for, for
        O(wait_timeout) seconds at most.
    type: dict
    aliases: [claim]
    suboptions:
      path:
        description: The file that tells which run has the baseline.
        type: path
        required: true
      run:
        description: The run that must have it.
        type: str
        required: true
"""
