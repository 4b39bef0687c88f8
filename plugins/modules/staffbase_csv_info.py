#!/usr/bin/python
# SPDX-FileCopyrightText: community.staffbase contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: staffbase_csv_info
short_description: Say what is wrong with a CSV export before anything is sent
version_added: 0.1.0
author:
  - community.staffbase contributors (@ansible-collections)
description:
  - Reads an export once and reports its encoding, its separator, its header, the number of its rows, its digest, and everything that is
    wrong with it.
  - A short or broken export is the greatest danger of a nightly import. This module finds it before the first request.
  - A problem names the line and the column, never the content of a cell.
extends_documentation_fragment:
  - community.staffbase.attributes
  - community.staffbase.attributes.info_module
options:
  src:
    description: Path of the CSV file on the host where the module runs.
    type: path
    required: true
  separator:
    description: The character between two cells. With V(auto) it is told from the header.
    type: str
    choices: [auto, ";", ","]
    default: auto
  encoding:
    description:
      - The encoding of the file. With V(auto) it is UTF-8, with or without a byte order mark, unless bytes come that are none; then windows-1252.
    type: str
    choices: [auto, UTF-8, windows-1252]
    default: auto
  mapping:
    description:
      - Staffbase fields and the columns that feed them, as for M(community.staffbase.staffbase_import_config).
      - Its columns must be in the header. It also tells which column is the identifier, the status, the user name, the e-mail address and the locale.
    type: dict
    default: {}
  fail_on_problems:
    description: Whether the module fails when there is a problem.
    type: bool
    default: true
  tolerate:
    description:
      - Codes of problems that the module only warns of. Staffbase refuses such a row by itself and imports the others.
    type: list
    elements: str
    default: []
    choices: [email_duplicate, email_malformed, locale_malformed, status_unknown, user_name_at, user_name_duplicate]
seealso:
  - module: community.staffbase.staffbase_csv_delta
  - module: community.staffbase.staffbase_import_upload
"""

EXAMPLES = r"""
- name: Refuse a broken export
  community.staffbase.staffbase_csv_info:
    src: /srv/hr/people.csv
    mapping:
      externalId: Personnel number
      eMail: Mail
      status: Status

- name: Look at an export without failing
  community.staffbase.staffbase_csv_info:
    src: /srv/hr/people.csv
    fail_on_problems: false
  register: export
"""

RETURN = r"""
encoding:
  description: The encoding, or V(null) when it could not be told.
  type: str
  returned: always
  sample: UTF-8
separator:
  description: The separator, or V(null) when it could not be told.
  type: str
  returned: always
  sample: ;
header:
  description: The names of the columns. It is empty when the first line may be a person, because none of the expected columns is in it.
  type: list
  elements: str
  returned: always
row_count:
  description: The number of rows, without the header.
  type: int
  returned: always
without_status:
  description: The number of rows with an empty status, or V(null) if O(mapping) has no status.
  type: int
  returned: success, or when there are problems
sha256:
  description: The SHA-256 of the file, in hexadecimal digits.
  type: str
  returned: always
problem_count:
  description: The number of all problems.
  type: int
  returned: always
problems:
  description: The first 100 problems.
  type: list
  elements: dict
  returned: always
  contains:
    line:
      description: The physical line on which the row starts, the header being line 1; V(null) if the whole file is meant.
      type: int
    column:
      description: The name of the column, or V(null).
      type: str
    code:
      description: A stable name of the problem, such as V(identifier_duplicate).
      type: str
    message:
      description: What is wrong.
      type: str
elapsed:
  description: How many seconds it took.
  type: float
  returned: always, unless an option was refused
"""

import typing as t

from ansible_collections.community.staffbase.plugins.module_utils._ansible.invocation import Definition, Invocation
from ansible_collections.community.staffbase.plugins.module_utils._ansible.running import run
from ansible_collections.community.staffbase.plugins.module_utils._csv.problems import OF_CELLS
from ansible_collections.community.staffbase.plugins.module_utils._steps.export_check import check_export, refusal, sentence


def check(invocation: Invocation) -> dict[str, t.Any]:
    params = invocation.params
    report = check_export(params["src"], params["mapping"], params["separator"], params["encoding"])
    if params["fail_on_problems"]:
        if report.problems.beyond(params["tolerate"]):
            raise refusal(params["src"], report)
        if report.problems.count:
            invocation.warn(sentence(params["src"], report))
    return {"changed": False, **report.to_result()}


DEFINITION = Definition({
    "src": {"type": "path", "required": True},
    "separator": {"type": "str", "choices": ["auto", ";", ","], "default": "auto"},
    "encoding": {"type": "str", "choices": ["auto", "UTF-8", "windows-1252"], "default": "auto"},
    "mapping": {"type": "dict", "default": {}},
    "fail_on_problems": {"type": "bool", "default": True},
    "tolerate": {"type": "list", "elements": "str", "default": [], "choices": list(OF_CELLS)},
}, check)


def main() -> None:
    run(DEFINITION)


if __name__ == "__main__":
    main()
