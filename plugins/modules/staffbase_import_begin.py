#!/usr/bin/python
# SPDX-FileCopyrightText: community.staffbase contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: staffbase_import_begin
short_description: Begin a run of a source with a baseline, and finish the run before it
version_added: 0.1.0
author:
  - community.staffbase contributors (@ansible-collections)
description:
  - Keeps a copy of the current export beside the baseline, so that what is compared, sent and kept is the same. See
    M(community.staffbase.staffbase_csv_baseline) for the files.
  - If a run before this one died, its delta is still there. Then the module first asks the service what became of that delta. An import that was
    started is waited for, and its people are taken into the baseline, less those whose rows were refused. An import that was not started is
    cancelled, unless it is of the same export, so that this run can go on with it.
  - It sends no request if the run before came to its end.
  - The role P(community.staffbase.delta_import#role) uses it; there is seldom a reason to use it alone.
extends_documentation_fragment:
  - community.staffbase.attributes
  - community.staffbase.attributes.actiongroup_staffbase
  - community.staffbase.attributes.failure
  - community.staffbase.connection
attributes:
  check_mode:
    support: full
    details:
      - Neither a copy is made nor is a run before finished. What that would change is not predicted.
  diff_mode:
    support: none
    details:
      - The files hold persons' data.
  idempotent:
    support: partial
    details:
      - A run before can be finished only once.
options:
  baseline:
    description:
      - Path of the baseline. The refused rows of a finished run are kept under this path with C(.errors.csv) added.
    type: path
    required: true
  src:
    description: Path of the current export.
    type: path
    required: true
  sha256:
    description: The digest that the export had when it was checked. If it has another one now, the module fails.
    type: str
    required: true
  source:
    description: Whose baseline this is. For another source than before, the module fails.
    type: str
    required: true
  file_name:
    description: The name under which M(community.staffbase.staffbase_import_upload) uploads the deltas of this source.
    type: str
    required: true
  identifier:
    description: The column that identifies a person.
    type: str
    required: true
  errors_dest:
    description:
      - A further path for the refused rows, with the mode C(0600). The module fails if nothing can be written there, so that this shows before
        anything is sent.
    type: path
  cancel_unstarted:
    description:
      - Whether an import of another export is cancelled that a run before uploaded and did not start.
      - With V(false), that import is left alone, and the module fails.
    type: bool
    default: true
  asked:
    description:
      - What this run is asked for. It is kept beside the baseline until the run is over, and tells this run apart from one that wants something else.
      - Without it, nothing is remembered of what the tenant is told but the rows.
    type: dict
    suboptions:
      mapping:
        description: Staffbase field to column.
        type: dict
        required: true
      flags:
        description: What else the import is told, such as whether mails are sent.
        type: dict
        default: {}
      rules:
        description: What else decides about the rows that are sent.
        type: dict
        default: {}
  resend:
    description: Whether the whole export is to be sent, whatever the tenant was told before.
    type: bool
    default: false
  wait_timeout:
    description: How many seconds to wait at most, for another run of this source and for an import that was started.
    type: float
    default: 3600
  wait_interval:
    description: The longest pause between two looks at an import, in seconds.
    type: float
    default: 10
  progress:
    description: Whether to print a line while an import is waited for; see M(community.staffbase.staffbase_import_state).
    type: bool
    default: true
seealso:
  - module: community.staffbase.staffbase_csv_baseline
  - module: community.staffbase.staffbase_csv_delta
"""

EXAMPLES = r"""
- name: Check the export
  community.staffbase.staffbase_csv_info:
    src: /srv/hr/people.csv
    mapping:
      externalId: Personnel number
  register: check

- name: Begin a run
  community.staffbase.staffbase_import_begin:
    baseline: /srv/hr/people.last.csv
    src: /srv/hr/people.csv
    sha256: "{{ check.sha256 }}"
    source: berlin
    file_name: berlin-people.csv
    identifier: Personnel number
  register: begun
"""

RETURN = r"""
exists:
  description: Whether there is a baseline.
  type: bool
  returned: success
pending:
  description: Whether a run before was not over.
  type: bool
  returned: success
export:
  description: The path of what is to be compared with the baseline. In check mode it is O(src), because there is no copy.
  type: str
  returned: success
next_path:
  description: The path of the copy of the current export.
  type: str
  returned: success
delta_path:
  description: The path of its delta.
  type: str
  returned: success
errors_path:
  description: The path of the refused rows.
  type: str
  returned: success
lock:
  description: The run that has the baseline now. Runs of the same export may share it. V(null) in check mode.
  type: dict
  returned: success
  contains:
    path:
      description: The file that tells which run has the baseline.
      type: str
    run:
      description: The run that has it.
      type: str
resumed:
  description: What became of the import of the run before, if it had been started, or if it was cancelled. V(null) otherwise.
  type: dict
  returned: success
  contains:
    import:
      description: The import's record.
      type: dict
    state:
      description: Its state.
      type: str
    changes:
      description: How many people it has changed in each way.
      type: dict
    expected:
      description: Always V(null), because its preview is not read any more.
      type: dict
    row_error_count:
      description: How many of its rows were refused.
      type: int
    row_errors:
      description: The first 100 refused rows.
      type: list
      elements: dict
    elapsed:
      description: How many seconds it took.
      type: float
token:
  description: What the name of this run's import has in it, so that it is recognised. V(null) in check mode, and without O(asked).
  type: str
  returned: success
told:
  description: The path of what the tenant was told beside the rows of the baseline, if it counts for this run, else V(null).
  type: str
  returned: success
told_next_path:
  description: The path of what the tenant is told when this run is over.
  type: str
  returned: success
sending_path:
  description: The path of a file that is to be made just before the delta is uploaded.
  type: str
  returned: success
everybody:
  description: Whether the whole export has to be sent, because that was asked for, or because it is not known what the tenant was told.
  type: bool
  returned: success
last_import:
  description: The last import of this source that told the tenant something, with RV(last_import.id) and RV(last_import.created_at), or V(null).
  type: dict
  returned: success
  contains:
    id:
      description: Its id.
      type: str
    created_at:
      description: The time of its upload.
      type: str
switched_on:
  description: Which of the flags of O(asked) are on and were not when the tenant was told last.
  type: list
  elements: str
  returned: success
unstarted_id:
  description: The import that a run before has uploaded of the same export and not started, or V(null). This run may go on with it.
  type: str
  returned: success
resuming:
  description: V(true) if the module failed because the run before could not be finished.
  type: bool
  returned: failure
elapsed:
  description: How many seconds it took.
  type: float
  returned: always, unless an option was refused
"""

import typing as t

from ansible_collections.community.staffbase.plugins.module_utils._ansible.invocation import Invocation
from ansible_collections.community.staffbase.plugins.module_utils._ansible.running import run
from ansible_collections.community.staffbase.plugins.module_utils._ansible.service import service_module, waiter_of
from ansible_collections.community.staffbase.plugins.module_utils._files.baseline import Baseline
from ansible_collections.community.staffbase.plugins.module_utils._files.baseline_run import check_places
from ansible_collections.community.staffbase.plugins.module_utils._files.run_record import Asked
from ansible_collections.community.staffbase.plugins.module_utils._imports.imports import Imports
from ansible_collections.community.staffbase.plugins.module_utils._steps.begin import Begin, Beginning
from ansible_collections.community.staffbase.plugins.module_utils._steps.config_body import fields_to_columns

OPTIONS = ("resend", "src", "sha256", "source", "file_name", "identifier", "errors_dest", "cancel_unstarted", "wait_timeout", "wait_interval")


def begin(invocation: Invocation, imports: Imports) -> dict[str, t.Any]:
    params = invocation.params
    # For its checks alone: each wait of this step has a waiter of its own.
    waiter_of(params)
    check_places(params["baseline"], params["errors_dest"])
    baseline = Baseline(params["baseline"])
    asked = params["asked"]
    wanted = Beginning(
        asked=Asked(imports.tenant, fields_to_columns(asked["mapping"]), asked["flags"], asked["rules"]) if asked is not None else None,
        **{name: params[name] for name in OPTIONS})
    begun = Begin(imports, baseline, wanted, tell=invocation.tell).run(check_mode=invocation.check_mode)
    for warning in begun.warnings:
        invocation.warn(warning)
    kept = begun.kept
    return {
        "token": kept.record.token if kept.record is not None else None, "told": kept.memory.path or None, "everybody": kept.memory.everybody,
        "last_import": kept.memory.last_import, "switched_on": begun.switched_on,
        "told_next_path": baseline.told_next_path, "sending_path": baseline.sending_path,
        "changed": begun.changed, "exists": begun.kept.exists, "pending": begun.pending,
        "export": wanted.src if invocation.check_mode else baseline.next_path,
        "next_path": baseline.next_path, "delta_path": baseline.delta_path, "errors_path": baseline.errors_path,
        "lock": baseline.lock_of(begun.kept.run), "resumed": begun.resumed.to_result() if begun.resumed else None,
        "unstarted_id": begun.unstarted_id,
    }


DEFINITION = service_module({
    "baseline": {"type": "path", "required": True},
    "src": {"type": "path", "required": True},
    "sha256": {"type": "str", "required": True},
    "source": {"type": "str", "required": True},
    "file_name": {"type": "str", "required": True},
    "identifier": {"type": "str", "required": True},
    "errors_dest": {"type": "path"},
    "cancel_unstarted": {"type": "bool", "default": True},
    "asked": {"type": "dict", "options": {
        "mapping": {"type": "dict", "required": True}, "flags": {"type": "dict", "default": {}}, "rules": {"type": "dict", "default": {}}}},
    "resend": {"type": "bool", "default": False},
    "wait_timeout": {"type": "float", "default": 3600.0},
    "wait_interval": {"type": "float", "default": 10.0},
    "progress": {"type": "bool", "default": True},
}, begin)


def main() -> None:
    run(DEFINITION)


if __name__ == "__main__":
    main()
