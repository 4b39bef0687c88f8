#!/usr/bin/python
# SPDX-FileCopyrightText: community.staffbase contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: staffbase_tenant_check
short_description: Check what this collection assumes about a Staffbase tenant
version_added: 0.1.0
author:
  - community.staffbase contributors (@ansible-collections)
description:
  - Finds out whether the CSV import of a tenant does what this collection assumes. Much of it is not documented by Staffbase.
  - It reads the list of imports, then uploads a few tiny drafts with invented people whose identifiers nobody has, configures them, has
    previews made, and deletes them. B(No draft is ever imported), and nobody is changed. No other import is written to.
  - The drafts are called C(staffbase-check-<random>.csv) and are removed, after a failure or a signal too. A draft that the service does not let
    be removed, for example because its preview takes longer than O(wait_timeout), makes the task fail and is listed in RV(left_behind). The next
    check removes it, and what a killed check has left. Two checks of one tenant at the same time disturb each other.
  - It fails when the service cannot be reached or used, and when the tenant does what the collection is not prepared for. It returns what
    was found out in this case too.
extends_documentation_fragment:
  - community.staffbase.attributes
  - community.staffbase.attributes.actiongroup_staffbase
  - community.staffbase.attributes.failure
  - community.staffbase.connection
attributes:
  check_mode:
    support: full
    details:
      - It only reads. What needs a draft is not found out.
  diff_mode:
    support: none
  idempotent:
    support: full
    details:
      - The drafts are removed in the end. RV(ignore:changed) is about the file O(report_dest) only.
options:
  mapping:
    description:
      - A mapping as M(community.staffbase.staffbase_import_config) takes it. The check finds out which of its fields the tenant knows. Its columns
        do not matter.
    type: dict
    default: {}
  report_dest:
    description:
      - A path for the findings as JSON, to be attached to an issue. It holds words, codes, states, and the names and types of keys, but no
        address, token, id, value, or name of a custom field.
      - The file is written with mode V(0600), and not in check mode.
    type: path
  wait_timeout:
    description: How many seconds a preview of two rows may take. If it takes longer, what it would show is not known.
    type: float
    default: 120
  wait_interval:
    description: The longest pause between two looks, in seconds.
    type: float
    default: 5
seealso:
  - module: community.staffbase.staffbase_import_config
"""

EXAMPLES = r"""
- name: Check the tenant
  community.staffbase.staffbase_tenant_check:
    api_url: https://intranet.example.com
    api_token: "{{ vault_staffbase_api_token }}"
    report_dest: /tmp/staffbase-check.json
  register: tenant

- name: Find out which fields of a mapping the tenant knows
  community.staffbase.staffbase_tenant_check:
    mapping:
      externalId: Personnel number
      profile-field:costcenter: Cost center
  register: tenant
"""

RETURN = r"""
table:
  description: The findings as lines of text.
  type: list
  elements: str
  returned: always
assumptions:
  description: The same as data, one entry for each assumption.
  type: list
  elements: dict
  returned: always
  contains:
    name:
      description: The name of the question, as C(x-open-question) in the OpenAPI description of this collection has it.
      type: str
    tag:
      description: Where the assumption comes from; C(D) documented, C(O) observed, C(C) a client's comment, C(I) inferred.
      type: str
    assumption:
      description: What it is about.
      type: str
    taken:
      description: What this collection assumes.
      type: str
    seen:
      description: What the tenant does, or V(null).
      type: str
    verdict:
      description: V(holds), V(differs) or V(unknown).
      type: str
    reason:
      description: Why it is not known.
      type: str
    advice:
      description: What covers a difference, or that it is new and should be reported.
      type: str
counts:
  description: How many assumptions hold, differ, and are unknown.
  type: dict
  returned: always
new:
  description: The names of what differs and is not covered by this collection.
  type: list
  elements: str
  returned: always
fields:
  description: Field ids, and whether the tenant knows each; V(null) where that could not be told.
  type: dict
  returned: always
states_seen:
  description: The names of the states that were seen.
  type: list
  elements: str
  returned: always
calls:
  description: How many calls were sent.
  type: int
  returned: always
leftovers_removed:
  description: How many drafts of an earlier check were found and removed.
  type: int
  returned: always
left_behind:
  description: The ids of drafts that could not be removed.
  type: list
  elements: str
  returned: when there are some
elapsed:
  description: How many seconds it took.
  type: float
  returned: always, unless an option was refused
"""

import json
import typing as t

from ansible_collections.community.staffbase.plugins.module_utils._ansible.invocation import Invocation
from ansible_collections.community.staffbase.plugins.module_utils._ansible.running import run
from ansible_collections.community.staffbase.plugins.module_utils._ansible.service import client_module, waiter_of
from ansible_collections.community.staffbase.plugins.module_utils._errors import StaffbaseError
from ansible_collections.community.staffbase.plugins.module_utils._steps.config_body import fields_of
from ansible_collections.community.staffbase.plugins.module_utils._files.private_file import PrivateFile
from ansible_collections.community.staffbase.plugins.module_utils._tenant.check import CheckOutcome, check
from ansible_collections.community.staffbase.plugins.module_utils._tenant.write_guard import GuardedClient


def check_tenant(invocation: Invocation, client: GuardedClient) -> dict[str, t.Any]:
    params = invocation.params
    waiter_of(params)
    dest = params["report_dest"]
    file = PrivateFile("report_dest", dest, write=not invocation.check_mode) if dest else None
    fields = [field for key in params["mapping"] for field in fields_of(key) if field]
    outcome = check(client, lambda: waiter_of(params), fields, read_only=invocation.check_mode)
    if file is not None and not invocation.check_mode:
        written = json.dumps(outcome.findings.report(), indent=2, sort_keys=False) + "\n"
        file.put([written.encode()])
    result = {**shown(outcome), "changed": bool(file and file.changed)}
    error = outcome.error or _objection(outcome)
    if error is not None:
        error.details = {**result, **error.details}
        raise error
    if outcome.removed:
        invocation.warn(f"{outcome.removed} drafts of an earlier check were still there and were removed")
    return result


def shown(outcome: CheckOutcome) -> dict[str, t.Any]:
    findings = outcome.findings
    return {
        "table": findings.table(), "assumptions": findings.to_result(), "counts": findings.counts(), "new": findings.new(), "fields": findings.fields,
        "states_seen": findings.states_seen(), "calls": outcome.calls, "leftovers_removed": outcome.removed,
    }


def _objection(outcome: CheckOutcome) -> StaffbaseError | None:
    new = outcome.findings.new()
    if not new:
        return None
    return StaffbaseError(
        f"The tenant does what this collection is not prepared for: {', '.join(new)}. Nobody was changed. See the table, and report this "
        "with the file that report_dest writes", stage="check")


DEFINITION = client_module({
    "mapping": {"type": "dict", "default": {}},
    "report_dest": {"type": "path"},
    "wait_timeout": {"type": "float", "default": 120.0},
    "wait_interval": {"type": "float", "default": 5.0},
}, check_tenant, GuardedClient)


def main() -> None:
    run(DEFINITION)


if __name__ == "__main__":
    main()
