#!/usr/bin/python
# SPDX-FileCopyrightText: community.staffbase contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: staffbase_csv_baseline
short_description: Keep the last export that went through
version_added: 0.1.0
author:
  - community.staffbase contributors (@ansible-collections)
description:
  - Keeps, beside each other, the last export of a source that went through (the baseline), the current export, and the delta between them.
  - Nothing is written through a symbolic link, nor in place of one.
  - As long as the current export and its delta are there, the run is not over, so a run that follows a run that died can finish it.
  - If another run has the baseline of O(lock) now, O(state=dropped) fails, O(state=begun) fails unless it finds a run of the same export or
    none, and O(state=finished) leaves everything to the other run.
  - The role P(community.staffbase.delta_import#role) uses it; there is seldom a reason to use it alone.
extends_documentation_fragment:
  - community.staffbase.attributes
  - community.staffbase.lock
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
    details:
      - The files hold persons' data.
  idempotent:
    support: partial
    details:
      - A run can be finished only once.
options:
  baseline:
    description:
      - Path of the baseline. The current export is kept under this path with C(.next) added, its delta with C(.delta.csv) added.
    type: path
    required: true
  state:
    description:
      - V(begun) keeps a copy of O(src) as the current export, unless a run is pending.
      - V(finished) replaces the baseline by the current export. Rows that were refused keep what the baseline had, so they stay in the next delta.
      - V(dropped) forgets the current export.
    type: str
    required: true
    choices: [begun, finished, dropped]
  src:
    description: Path of the current export. Required if O(state=begun).
    type: path
  sha256:
    description:
      - The digest that the export had when it was checked. If O(src), or with O(state=finished) the copy of it, has another one now, the
        module fails.
    type: str
  source:
    description:
      - Whose baseline this is. It is written down at the first O(state=begun), with C(.source) added to the path; for another source
        the module fails. Compared with the baseline of another source, everybody would have left.
      - Without it, several runs at the same moment are not kept apart.
    type: str
  wait_timeout:
    description: How many seconds to wait at most for another run that works with the same baseline.
    type: float
    default: 3600
  identifier:
    description: The column that identifies a person. Required if O(state=finished).
    type: str
  errors:
    description: Path of the error CSV of the service for the delta. Without it, no row was refused.
    type: path
  nothing_sent:
    description:
      - With O(state=finished), whether nobody had changed, so that nothing was sent. What the tenant was told of mails and recovery codes, and when,
        is then what it was.
    type: bool
    default: false
  import_id:
    description: With O(state=finished), the import that has told the tenant. It is remembered.
    type: str
  created_at:
    description: With O(state=finished), the time of its upload, as the service told it.
    type: str
  errors_dest:
    description:
      - Where the refused rows will be put at the end of the run. With O(state=begun), the module fails if nothing can be written there,
        so that this shows before anything is sent.
    type: path
seealso:
  - module: community.staffbase.staffbase_csv_delta
"""

EXAMPLES = r"""
- name: Begin a run
  community.staffbase.staffbase_csv_baseline:
    baseline: /srv/hr/people.last.csv
    state: begun
    src: /srv/hr/people.csv
  register: begun

- name: Finish it when the import is completed
  community.staffbase.staffbase_csv_baseline:
    baseline: /srv/hr/people.last.csv
    state: finished
    identifier: Personnel number
    errors: /srv/hr/people.last.csv.errors.csv
"""

RETURN = r"""
exists:
  description: Whether there was a baseline before.
  type: bool
  returned: success
pending:
  description: Whether a run was begun before and is not over. Then O(state=begun) has done nothing.
  type: bool
  returned: success
same:
  description: Whether the run that was begun before is of an export with this O(sha256).
  type: bool
  returned: success
superseded:
  description: Whether another run has taken the baseline over, so that O(state=finished) has done nothing.
  type: bool
  returned: success
lock:
  description:
    - With O(source), the run that has the baseline now. Runs of the same export may share it. V(null) in check mode.
  type: dict
  returned: success
  contains:
    path:
      description: The file that tells which run has the baseline.
      type: str
    run:
      description: The run that has it.
      type: str
claim:
  description: The same as RV(lock), under its earlier name.
  type: dict
  returned: success
refused:
  description:
    - With O(state=finished), how many people have a row that was refused and is sent again in the next run. V(null) for a run of which nothing is
      remembered but the rows.
  type: int
  returned: success
refused_since:
  description: The day of the oldest of these refusals, or V(null).
  type: str
  returned: success
next_path:
  description: The path of the current export.
  type: str
  returned: success
delta_path:
  description: The path of its delta.
  type: str
  returned: success
elapsed:
  description: How many seconds it took.
  type: float
  returned: always, unless an option was refused
"""

import typing as t

from ansible_collections.community.staffbase.plugins.module_utils._ansible.arguments import lock_argument
from ansible_collections.community.staffbase.plugins.module_utils._ansible.invocation import Definition, Invocation
from ansible_collections.community.staffbase.plugins.module_utils._ansible.running import run
from ansible_collections.community.staffbase.plugins.module_utils._http.waiting import Waiter
from ansible_collections.community.staffbase.plugins.module_utils._files.baseline import Baseline
from ansible_collections.community.staffbase.plugins.module_utils._files.baseline_lock import LONGEST_PAUSE
from ansible_collections.community.staffbase.plugins.module_utils._files.baseline_run import SUPERSEDED, BaselineRequest, check_places, keep
from ansible_collections.community.staffbase.plugins.module_utils._files.next_told import End, planned_told


def keep_baseline(invocation: Invocation) -> dict[str, t.Any]:
    params = invocation.params
    if params["state"] == "begun":
        check_places(params["baseline"], params["errors_dest"])
    baseline = Baseline(params["baseline"])
    wanted = BaselineRequest(
        params["state"], src=params["src"], sha256=params["sha256"], source=params["source"], run=(params["lock"] or {}).get("run"),
        identifier=params["identifier"], errors=params["errors"],
        end=End(nothing_sent=params["nothing_sent"], import_id=params["import_id"] or "", created_at=params["created_at"] or ""))
    kept = keep(baseline, wanted, Waiter(params["wait_timeout"], LONGEST_PAUSE), check_mode=invocation.check_mode)
    if kept.superseded:
        invocation.warn(SUPERSEDED)
    lock = baseline.lock_of(kept.run)
    told = planned_told(baseline.told_path) if params["state"] == "finished" else None
    return {
        "refused": len(told.refused) if told is not None else None, "refused_since": told.refused_since if told is not None else None,
        "changed": kept.changed, "exists": kept.exists, "pending": kept.pending, "same": kept.same, "superseded": kept.superseded,
        "next_path": baseline.next_path, "delta_path": baseline.delta_path,
        "lock": lock, "claim": lock,
    }


DEFINITION = Definition({
    "baseline": {"type": "path", "required": True},
    "state": {"type": "str", "required": True, "choices": ["begun", "finished", "dropped"]},
    "src": {"type": "path"},
    "sha256": {"type": "str"},
    "source": {"type": "str"},
    "lock": lock_argument(),
    "identifier": {"type": "str"},
    "errors": {"type": "path"},
    "nothing_sent": {"type": "bool", "default": False},
    "import_id": {"type": "str"},
    "created_at": {"type": "str"},
    "errors_dest": {"type": "path"},
    "wait_timeout": {"type": "float", "default": 3600.0},
}, keep_baseline, {"required_if": [("state", "begun", ["src"]), ("state", "finished", ["identifier"])]})


def main() -> None:
    run(DEFINITION)


if __name__ == "__main__":
    main()
