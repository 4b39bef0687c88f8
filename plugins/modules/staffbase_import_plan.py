#!/usr/bin/python
# SPDX-FileCopyrightText: community.staffbase contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: staffbase_import_plan
short_description: Decide what comes next in a run of the role delta_import
version_added: 0.1.0
author:
  - community.staffbase contributors (@ansible-collections)
description:
  - Decides, from the inputs of the role P(community.staffbase.delta_import#role) and from what its tasks have returned so far, whether the next
    steps have something to do and with what, and what is told of the run in the end.
  - It runs on the controller whatever the connection is, and neither sends a request nor reads or writes a file.
  - It is part of that role. There is no reason to use it alone, and its return values may change with any version.
extends_documentation_fragment:
  - community.staffbase.attributes
  - community.staffbase.attributes.info_module
options:
  decide:
    description:
      - What is decided. V(inputs) begins a run and fails if its inputs cannot be right. V(next) decides what the next steps do. V(approval) does the
        same, and fails if only what was approved may be imported and this is something else. V(outcome) does the same, and fails if every row was
        refused. V(result) decides what is told of the run.
    type: str
    required: true
    choices: [inputs, next, approval, outcome, result]
  inputs:
    description:
      - The inputs of the role, without C(delta_import_) in their names. If it is not set, they are read from the variables of the host.
    type: dict
    default: {}
    suboptions:
      src:
        description: Path of the export.
        type: str
      mapping:
        description: Which column feeds which field.
        type: dict
      baseline:
        description: Path of the baseline.
        type: str
      baseline_limits:
        description: How many people may have joined, moved or left.
        type: dict
      leavers:
        description: What happens to people who are missing in the export.
        type: str
      resend:
        description: Whether the whole export is sent once more.
        type: bool
      protected:
        description: Who is never deactivated.
        type: raw
      people_dest:
        description: Path for the people who would be touched.
        type: str
      separator:
        description: The character between two cells.
        type: str
      encoding:
        description: The encoding of the export.
        type: str
      generate_recovery_codes:
        description: Whether recovery codes are made.
        type: bool
      send_mails_new:
        description: Whether new people are invited by mail.
        type: bool
      send_mails_pending:
        description: Whether people who have not registered are reminded by mail.
        type: bool
      limits:
        description: How many people may be touched in each way.
        type: dict
      max_row_errors:
        description: How many refused rows are tolerated.
        type: int
      errors_dest:
        description: Path for the refused rows.
        type: str
      target:
        description: What the run leads to.
        type: str
      remove_previewed:
        description: Whether the draft is deleted after the preview.
        type: bool
      report:
        description: Path of the report.
        type: str
      report_details:
        description: Whether the report holds people's data.
        type: bool
      approved_only:
        description: Whether only what was previewed may be imported.
        type: bool
      results:
        description: What a run up to the preview has handed on, by source.
        type: dict
      wait_timeout:
        description: How many seconds to wait.
        type: float
      wait_interval:
        description: The longest pause between two looks, in seconds.
        type: float
  source:
    description: The name of the source. If it is not set, it is the name of the host in the inventory.
    type: str
    default: ""
  plan:
    description: What the plan before this one has returned. It holds the results of the steps that were handed to it.
    type: dict
    default: {}
  steps:
    description: What the tasks of further steps have returned, by step, as it was registered.
    type: dict
    default: {}
"""

EXAMPLES = r"""
- name: Check the inputs
  community.staffbase.staffbase_import_plan:
    decide: inputs
  register: plan

- name: Check the export
  community.staffbase.staffbase_csv_info:
    src: "{{ delta_import_src }}"
    mapping: "{{ delta_import_mapping }}"
    tolerate: "{{ plan.tolerate }}"
  register: check

- name: Decide what is sent
  community.staffbase.staffbase_import_plan:
    decide: next
    plan: "{{ plan }}"
    steps:
      check: "{{ check }}"
  register: plan
"""

RETURN = r"""
results:
  description: The results of the steps so far, by step.
  type: dict
  returned: always
upload:
  description: Whether something is uploaded, and what.
  type: dict
  returned: always
config:
  description: Whether the import is configured, and how.
  type: dict
  returned: always
state:
  description: Whether the import is taken to its target, and how.
  type: dict
  returned: always
finish:
  description: When the baseline is replaced.
  type: dict
  returned: always
result:
  description: What is known of the run, as C(delta_import_result).
  type: dict
  returned: if O(decide=result)
sentence:
  description: What happened, in words. Empty if the run has failed, because the failure has told it.
  type: str
  returned: if O(decide=result)
report:
  description: Whether there is a report, and what it is made of.
  type: dict
  returned: if O(decide=result)
elapsed:
  description: How many seconds it took.
  type: float
  returned: always, unless an option was refused
"""

import typing as t

from ansible_collections.community.staffbase.plugins.module_utils._ansible.invocation import Definition, Invocation
from ansible_collections.community.staffbase.plugins.module_utils._ansible.running import run
from ansible_collections.community.staffbase.plugins.module_utils._errors import StaffbaseError
from ansible_collections.community.staffbase.plugins.module_utils._run.inputs import Inputs
from ansible_collections.community.staffbase.plugins.module_utils._run.plan import Plan, gathered
from ansible_collections.community.staffbase.plugins.module_utils._run.result import report_of, result_of


def decide(invocation: Invocation) -> dict[str, t.Any]:
    params = invocation.params
    inputs = Inputs.read(params["source"], params["inputs"])
    what = params["decide"]
    plan = Plan(inputs, {} if what == "inputs" else gathered(params["plan"], params["steps"]), invocation.check_mode)
    found = {"changed": False, **plan.to_result()}
    try:
        if what == "inputs":
            inputs.check()
        elif what == "approval":
            plan.check_approval()
        elif what == "outcome":
            plan.check_outcome()
    except StaffbaseError as error:
        error.details = {**error.details, **found}
        raise
    if what == "result":
        result = result_of(plan)
        for warning in plan.warnings:
            invocation.warn(warning)
        found.update(result=result, sentence="" if result["failed"] else result["msg"], report=report_of(plan))
    return found


INPUTS = {
    "src": {"type": "str"}, "mapping": {"type": "dict"}, "baseline": {"type": "str"}, "baseline_limits": {"type": "dict"}, "leavers": {"type": "str"},
    "limits": {"type": "dict"}, "max_row_errors": {"type": "int"}, "errors_dest": {"type": "str"}, "target": {"type": "str"},
    "remove_previewed": {"type": "bool"}, "report": {"type": "str"}, "report_details": {"type": "bool"}, "approved_only": {"type": "bool"},
    "resend": {"type": "bool"}, "protected": {"type": "raw"}, "people_dest": {"type": "str"}, "separator": {"type": "str"},
    "encoding": {"type": "str"},
    "generate_recovery_codes": {"type": "bool"}, "send_mails_new": {"type": "bool"}, "send_mails_pending": {"type": "bool"},
    "results": {"type": "dict"}, "wait_timeout": {"type": "float"}, "wait_interval": {"type": "float"},
}

DEFINITION = Definition({
    "decide": {"type": "str", "required": True, "choices": ["inputs", "next", "approval", "outcome", "result"]},
    "inputs": {"type": "dict", "default": {}, "options": INPUTS},
    "source": {"type": "str", "default": ""},
    "plan": {"type": "dict", "default": {}},
    "steps": {"type": "dict", "default": {}},
}, decide)


def main() -> None:
    run(DEFINITION)


if __name__ == "__main__":
    main()
