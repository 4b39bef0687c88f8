#!/usr/bin/python
# SPDX-FileCopyrightText: community.staffbase contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: staffbase_csv_delta
short_description: Write the difference between two full exports as a CSV for a delta import
version_added: 0.1.0
author:
  - community.staffbase contributors (@ansible-collections)
description:
  - Compares two full exports and writes the people who are new (joiners), whose data have changed (movers) and, if wanted, who are missing (leavers).
  - People are recognised by their identifier, which must be unique in both files. Cells are compared under the names of their columns, so another
    order of columns or rows, another separator or encoding, other quoting and other line ends are no change.
  - A column that only the current file has counts as empty before, so everybody who has something in it is a mover. A column that only the
    previous file has is left out, and its absence is no change.
  - The limits are compared before anything is written. The output is written whole or not at all, with the mode C(0600).
extends_documentation_fragment:
  - community.staffbase.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details:
      - Shows numbers, and with O(show_identifiers) identifiers; never other cells.
  idempotent:
    support: full
options:
  previous:
    description: Path of the export that went through before. Without it, everybody in O(current) is a joiner.
    type: path
  current:
    description: Path of the export of now.
    type: path
    required: true
  dest:
    description:
      - Path of the CSV to write. It has the header, the separator and the encoding of O(current).
      - It is not written through a symbolic link, nor in place of one, of a folder, of a FIFO or of a device.
    type: path
    required: true
  identifier:
    description: The column that identifies a person.
    type: str
    required: true
  status_column:
    description: The column of the status. If O(current) has no such column, it is added to the output.
    type: str
  leavers:
    description:
      - V(ignore) leaves people who are missing in O(current) alone.
      - V(deactivate) writes each of them with the previous cells and V(Deactivated) as status. Staffbase then deactivates registered people
        and B(deletes) those who never logged in.
    type: str
    choices: [ignore, deactivate]
    default: ignore
  joiners_status:
    description:
      - What the status cell of a joiner holds. If it is not set, it is what O(current) has there.
      - With V(Activated), people who come back are reactivated.
    type: str
  separator:
    description: The character between two cells, in both files. With V(auto) it is told from each header.
    type: str
    choices: [auto, ";", ","]
    default: auto
  encoding:
    description: The encoding of both files. With V(auto) it is told from the bytes of each.
    type: str
    choices: [auto, UTF-8, windows-1252]
    default: auto
  limits:
    description:
      - How many people may have joined, moved or left; a number, or a percentage of the previous rows such as V(5%). With V(5% at least 10),
        ten people are allowed in any case.
      - When a limit is exceeded, the module fails and nothing is written. This is what stops a short export.
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
        description: People who are missing. They are counted with O(leavers=ignore), too.
        type: str
  mapping:
    description:
      - Staffbase field to column, as M(community.staffbase.staffbase_import_config) takes it. Then only the cells of these columns are compared, so a
        column that nobody maps makes nobody a mover.
    type: dict
    version_added: 0.1.0
  told:
    description:
      - Path of what the tenant was told beside the rows of O(previous), as M(community.staffbase.staffbase_import_begin) returns it.
      - With it, rows that were refused are sent again, a field of O(mapping) that was never told makes everybody a mover, and people who have left
        and were not deactivated are still leavers. Without it, the rows of O(previous) are taken to be told under O(mapping).
      - It needs O(mapping).
    type: path
    version_added: 0.1.0
  told_dest:
    description: Path where it is written what the tenant is told once all of the output is accepted, with the mode C(0600).
    type: path
    version_added: 0.1.0
  resend:
    description:
      - Whether unchanged people are in the output, too. The numbers and O(limits) are of what has changed all the same.
      - Leavers are not in the output then; they are still leavers in the next run.
    type: bool
    default: false
    version_added: 0.1.0
  protected:
    description:
      - Identifiers of people who are never deactivated or deleted, whatever the export says, or the path of a file with one a line.
      - They are not in the output as leavers, and a status that would deactivate them is left out.
    type: raw
    version_added: 0.1.0
  people_dest:
    description:
      - Path of a CSV, with the mode C(0600), that gets a line for each person who would be touched. The columns are C(identifier), C(change) and
        C(columns), in which a mover differs.
      - The change is V(joiner), V(mover), V(leaver) or V(protected), and with O(resend) also V(unchanged). Behind it stands C(, refused earlier) for
        people whose row was refused before, and C(, left alone) for leavers who are not sent.
      - It is written in check mode, too, and also when a limit is exceeded.
    type: path
    version_added: 0.1.0
  show_identifiers:
    description: Whether the diff shows the identifiers of joiners, movers and leavers. They are persons' data.
    type: bool
    default: false
seealso:
  - module: community.staffbase.staffbase_csv_info
  - module: community.staffbase.staffbase_import_upload
"""

EXAMPLES = r"""
- name: Send only what has changed since the last export
  community.staffbase.staffbase_csv_delta:
    previous: /srv/hr/people.last.csv
    current: /srv/hr/people.csv
    dest: /srv/hr/people.delta.csv
    identifier: Personnel number
    status_column: Status
    leavers: deactivate
    limits:
      leavers: 5%

- name: See how much has changed, without writing
  community.staffbase.staffbase_csv_delta:
    previous: /srv/hr/people.last.csv
    current: /srv/hr/people.csv
    dest: /srv/hr/people.delta.csv
    identifier: Personnel number
  check_mode: true
  register: run
"""

RETURN = r"""
joiners:
  description: The number of people who are new.
  type: int
  returned: success, or when a limit is exceeded
movers:
  description: The number of people whose data have changed.
  type: int
  returned: success, or when a limit is exceeded
leavers:
  description: The number of people who are missing.
  type: int
  returned: success, or when a limit is exceeded
unchanged:
  description: The number of people of whom nothing has changed.
  type: int
  returned: success, or when a limit is exceeded
refused_earlier:
  description: How many of RV(joiners) and RV(movers) are people whose row was refused before, and who are sent again.
  type: int
  returned: success, or when a limit is exceeded
refused_since:
  description: The day of the oldest of these refusals, or V(null).
  type: str
  returned: success
sent_again:
  description: The number of rows in the output of people whose row was refused before, leavers among them.
  type: int
  returned: success, or when a limit is exceeded
protected:
  description: The number of people who would have been deactivated if they were not in O(protected).
  type: int
  returned: success, or when a limit is exceeded
earlier_leavers:
  description: How many of RV(leavers) had left before and were not deactivated. Where leavers are left alone, O(limits) does not count them.
  type: int
  returned: success, or when a limit is exceeded
status_added:
  description: The status column, if O(current) has none and the output has it; else V(null).
  type: str
  returned: success
row_count:
  description: The number of rows in the output, without the header.
  type: int
  returned: success
dest:
  description: The path of the output.
  type: str
  returned: success
sha256:
  description: The SHA-256 of the output, in hexadecimal digits.
  type: str
  returned: success
empty:
  description: Whether nothing has changed, so that the output has a header only.
  type: bool
  returned: success
elapsed:
  description: How many seconds it took.
  type: float
  returned: always, unless an option was refused
"""

import typing as t

from ansible_collections.community.staffbase.plugins.module_utils._ansible.invocation import Definition, Invocation
from ansible_collections.community.staffbase.plugins.module_utils._ansible.running import run
from ansible_collections.community.staffbase.plugins.module_utils._csv.delta import KINDS, DeltaRules
from ansible_collections.community.staffbase.plugins.module_utils._files.identifiers import read_identifiers
from ansible_collections.community.staffbase.plugins.module_utils._files.told_file import read_told
from ansible_collections.community.staffbase.plugins.module_utils._steps.config_body import fields_to_columns
from ansible_collections.community.staffbase.plugins.module_utils._steps.export_delta import Made, DeltaRequest, make_delta, warnings_of


def write_delta(invocation: Invocation) -> dict[str, t.Any]:
    params = invocation.params
    told = read_told(params["told"]) if params["told"] else None
    rules = DeltaRules(
        params["status_column"], params["leavers"] == "deactivate", params["joiners_status"],
        fields=fields_to_columns(params["mapping"]) if params["mapping"] is not None else None, told=told, everybody=params["resend"],
        protected=read_identifiers(params["protected"], "protected"), listed=bool(params["people_dest"]))
    made = make_delta(DeltaRequest(
        previous=params["previous"], current=params["current"], dest=params["dest"], identifier=params["identifier"], rules=rules,
        separator=params["separator"], encoding=params["encoding"],
        limits={kind: limit for kind, limit in params["limits"].items() if limit is not None},
        told=params["told"], told_dest=params["told_dest"], people_dest=params["people_dest"],
    ), check_mode=invocation.check_mode)
    since = told.refused_since if told is not None and made.delta.sent_again else None
    for warning in warnings_of(made.delta, rules, since):
        invocation.warn(warning)
    return {"changed": made.changed, "diff": _diff(made, params["show_identifiers"]), **made.to_result(), "refused_since": since}


def _diff(made: Made, show_identifiers: bool) -> dict[str, t.Any]:
    nothing = {kind: [] if show_identifiers else 0 for kind in KINDS}
    found = {kind: made.delta.identifiers[kind] if show_identifiers else made.delta.count(kind) for kind in KINDS}
    return {"before": nothing, "after": found}


DEFINITION = Definition({
    "previous": {"type": "path"},
    "current": {"type": "path", "required": True},
    "dest": {"type": "path", "required": True},
    "identifier": {"type": "str", "required": True},
    "status_column": {"type": "str"},
    "leavers": {"type": "str", "choices": ["ignore", "deactivate"], "default": "ignore"},
    "joiners_status": {"type": "str"},
    "separator": {"type": "str", "choices": ["auto", ";", ","], "default": "auto"},
    "encoding": {"type": "str", "choices": ["auto", "UTF-8", "windows-1252"], "default": "auto"},
    "limits": {"type": "dict", "default": {}, "options": {kind: {"type": "str"} for kind in KINDS}},
    "mapping": {"type": "dict"},
    "told": {"type": "path"},
    "told_dest": {"type": "path"},
    "resend": {"type": "bool", "default": False},
    "protected": {"type": "raw"},
    "people_dest": {"type": "path"},
    "show_identifiers": {"type": "bool", "default": False},
}, write_delta)


def main() -> None:
    run(DEFINITION)


if __name__ == "__main__":
    main()
