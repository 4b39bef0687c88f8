#!/usr/bin/python
# SPDX-FileCopyrightText: community.staffbase contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: staffbase_import_report
short_description: Write a report about an import that people like to read
version_added: 0.1.0
author:
  - community.staffbase contributors (@ansible-collections)
description:
  - Writes what became of an import as one HTML file that needs neither the network nor a script, follows light and dark surroundings, and
    prints well. Its verdict comes first, then what to do next, the numbers as pictures, the limits and how close they came, the refused rows
    by reason with their lines, and how long each step took.
  - The same is written beside it as JSON for machines and as Markdown for the page of a job. All three get the mode C(0600) and are written
    whole or not at all.
  - It reads results that other modules have returned, so it sends nothing. The results may be those of a run that failed.
  - Nobody's data are in it unless O(details) is set.
  - The role P(community.staffbase.delta_import#role) uses it.
extends_documentation_fragment:
  - community.staffbase.attributes
  - community.staffbase.limits
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
    details:
      - The files may hold persons' data.
  idempotent:
    support: none
    details:
      - The report tells when it was written.
options:
  dest:
    description:
      - Path of the HTML file; it must end in V(.html) or V(.htm). The JSON has V(.json) and the Markdown V(.md) in the place of that.
      - The folder must be there. Files of these names are replaced.
    type: path
    required: true
  steps:
    description:
      - What was done, in order. A result of a task that was skipped, or an empty one, is left out. The first one that failed ends the run; what
        stands behind it is left out too.
    type: list
    elements: dict
    required: true
    suboptions:
      step:
        description:
          - Which step it was. There may be several results of one step.
          - V(check) is M(community.staffbase.staffbase_csv_info), V(delta) is M(community.staffbase.staffbase_csv_delta), V(upload) is
            M(community.staffbase.staffbase_import_upload), V(config) is M(community.staffbase.staffbase_import_config), and V(state) is
            M(community.staffbase.staffbase_import_state). V(remove) is the same with the state V(absent).
          - The others are steps of the role. V(night_before) is an earlier name of V(resume).
        type: str
        required: true
        choices: [inputs, check, begin, resume, delta, upload, config, approval, replace, state, remove, baseline, outcome, night_before]
      result:
        description: What the task returned, as it was registered.
        type: dict
        required: true
  source:
    description: The name of the source, such as a branch.
    type: str
    default: ""
  target:
    description: What was asked for.
    type: str
    choices: [imported, previewed]
    default: imported
  limits:
    description: The limits that the state module was given.
    default: {}
  baseline_limits:
    description: The limits that M(community.staffbase.staffbase_csv_delta) was given.
    type: dict
    default: {}
    suboptions:
      joiners:
        description: New people.
        type: str
      movers:
        description: People whose data have changed.
        type: str
      leavers:
        description: People who are missing.
        type: str
  max_row_errors:
    description: How many refused rows were tolerated.
    type: int
  leavers:
    description: What happened to people who are missing in the export.
    type: str
    choices: [ignore, deactivate]
    default: ignore
  errors:
    description: Path of the error CSV of the service. It is read only with O(details), and only when rows were refused.
    type: path
  details:
    description:
      - Whether the HTML and the JSON hold the first 500 rows of O(errors) as they stand there. They are persons' data; which, is up to the service.
      - Nothing else is added, and the Markdown never holds them.
    type: bool
    default: false
seealso:
  - module: community.staffbase.staffbase_import_state
"""

EXAMPLES = r"""
- name: Import
  community.staffbase.staffbase_import_state:
    import_id: "{{ upload.import_id }}"
    state: imported
  register: outcome

- name: Tell people about it
  community.staffbase.staffbase_import_report:
    dest: /srv/hr/reports/berlin.html
    source: berlin
    steps:
      - step: upload
        result: "{{ upload }}"
      - step: state
        result: "{{ outcome }}"
"""

RETURN = r"""
verdict:
  description:
    - V(imported), V(previewed) or V(nothing_new); V(stopped) when a limit or a check of this collection stopped the run before anybody
      was changed; V(failed) for any other failure; V(unfinished) when nobody waited for the end.
  type: str
  returned: success
  sample: imported
headline:
  description: The verdict in words.
  type: str
  returned: success
  sample: Imported, but 2 rows were refused
dest:
  description: The path of the HTML file.
  type: str
  returned: success
json:
  description: The path of the JSON file.
  type: str
  returned: success
summary:
  description: The path of the Markdown file.
  type: str
  returned: success
elapsed:
  description: How many seconds it took.
  type: float
  returned: always, unless an option was refused
"""

import datetime
import typing as t

from ansible_collections.community.staffbase.plugins.module_utils._ansible.invocation import Definition, Invocation
from ansible_collections.community.staffbase.plugins.module_utils._ansible.running import run
from ansible_collections.community.staffbase.plugins.module_utils._imports.counters import COUNTERS
from ansible_collections.community.staffbase.plugins.module_utils._errors import InputError, StaffbaseError
from ansible_collections.community.staffbase.plugins.module_utils._csv.delta import KINDS
from ansible_collections.community.staffbase.plugins.module_utils._run.facts import EARLIER_NAMES, STEPS
from ansible_collections.community.staffbase.plugins.module_utils._report.files import ReportFiles, read_error_file
from ansible_collections.community.staffbase.plugins.module_utils._report.report import Asked, ErrorFile, compose


def write_report(invocation: Invocation) -> dict[str, t.Any]:
    params = invocation.params
    asked = Asked(**{name: params[name] for name in ("source", "target", "limits", "baseline_limits", "max_row_errors", "leavers", "details")})
    now = datetime.datetime.now().astimezone()
    report = compose(asked, params["steps"], now)
    if params["details"] and params["errors"] and report.refused.count:
        report = compose(asked, params["steps"], now, _error_file(invocation))
    try:
        files = ReportFiles(params["dest"], write=not invocation.check_mode)
        changed = files.put(report)
    except InputError as error:
        # What became of the run must not be lost with the report.
        raise StaffbaseError(f"The report is missing. {error}. What it would have told: {report.verdict.sentence}", stage="report") from None
    return {
        "changed": changed, "verdict": report.verdict.kind.value, "headline": report.verdict.headline,
        "dest": files.page_path, "json": files.json_path, "summary": files.summary_path,
    }


def _error_file(invocation: Invocation) -> ErrorFile:
    try:
        return read_error_file(invocation.params["errors"])
    except InputError as error:
        # A report without them is better than none.
        invocation.warn(f"The report lacks the refused rows. {error}")
        return [], []


DEFINITION = Definition({
    "dest": {"type": "path", "required": True},
    "steps": {"type": "list", "elements": "dict", "required": True, "options": {
        "step": {"type": "str", "required": True, "choices": [*STEPS, *EARLIER_NAMES]},
        "result": {"type": "dict", "required": True},
    }},
    "source": {"type": "str", "default": ""},
    "target": {"type": "str", "choices": ["imported", "previewed"], "default": "imported"},
    "limits": {"type": "dict", "default": {}, "options": {name: {"type": "int"} for name in COUNTERS}},
    "baseline_limits": {"type": "dict", "default": {}, "options": {kind: {"type": "str"} for kind in KINDS}},
    "max_row_errors": {"type": "int"},
    "leavers": {"type": "str", "choices": ["ignore", "deactivate"], "default": "ignore"},
    "errors": {"type": "path"},
    "details": {"type": "bool", "default": False},
}, write_report)


def main() -> None:
    run(DEFINITION)


if __name__ == "__main__":
    main()
