#!/usr/bin/python
# SPDX-FileCopyrightText: community.staffbase contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: staffbase_import_info
short_description: Read the imports of a Staffbase tenant
version_added: 0.1.0
author:
  - community.staffbase contributors (@ansible-collections)
description:
  - Reads one import, or lists the imports of the tenant with filters, newest first. The service forgets an import 30 days after its upload.
  - It can gather the counts, the configuration and the refused rows of each.
extends_documentation_fragment:
  - community.staffbase.attributes
  - community.staffbase.attributes.info_module
  - community.staffbase.attributes.actiongroup_staffbase
  - community.staffbase.attributes.failure
  - community.staffbase.connection
options:
  import_id:
    description: The id of one import. It excludes all filters.
    type: str
  file_name:
    description:
      - Only imports of this file; either the name of a source, such as V(people.csv), or the exact name under which a file is stored.
    type: str
  states:
    description: Only imports in one of these states.
    type: list
    elements: str
    choices:
      - DRAFT
      - PREVIEW_PENDING
      - CREATING_PREVIEW
      - PREVIEW_READY
      - IMPORT_PENDING
      - IMPORTING
      - COMPLETED
      - CANCELLED
  created_after:
    description: Only imports created after this time, in ISO 8601, such as V(2026-01-31T02:00:00Z). Without a zone it is UTC.
    type: str
  limit:
    description: How many imports are returned at most; the newest ones are.
    type: int
  gather:
    description:
      - What else is read of each import. Each part costs one call per import.
    type: list
    elements: str
    choices: [status, config, errors]
    default: []
seealso:
  - module: community.staffbase.staffbase_import_state
"""

EXAMPLES = r"""
- name: See what became of the last import of a source
  community.staffbase.staffbase_import_info:
    file_name: people.csv
    limit: 1
    gather: [status, errors]
  register: last

- name: Find the imports that are still under way
  community.staffbase.staffbase_import_info:
    states: [IMPORT_PENDING, IMPORTING]
"""

RETURN = r"""
imports:
  description: The imports, newest first.
  type: list
  elements: dict
  returned: success
  contains:
    id:
      description: The id of the import.
      type: str
    file_name:
      description: The name under which the file is stored.
      type: str
    file_size:
      description: The size in bytes.
      type: int
    record_count:
      description: The number of records. Whether the service counts the header is not documented.
      type: int
    state:
      description: The state, such as V(COMPLETED).
      type: str
    created_at:
      description: When the service created it, in ISO 8601.
      type: str
    status:
      description: The five counters C(created), C(updated), C(deactivated), C(reactivated) and C(deleted), or V(null).
      type: dict
      returned: O(gather) contains V(status)
    config:
      description:
        - The configuration, under the names of the options of M(community.staffbase.staffbase_import_config). V(null) when the service has none,
          which it says with the status 404 or 409.
      type: dict
      returned: O(gather) contains V(config)
    row_error_count:
      description: How many rows were refused. V(null) when the service does not tell, which it says with the status 404 or 409.
      type: int
      returned: O(gather) contains V(errors)
    errors:
      description: The first 100 refused rows, each with C(line) and C(message). Words that may come from the file are hidden.
        V(null) when RV(imports[].row_error_count) is.
      type: list
      elements: dict
      returned: O(gather) contains V(errors)
elapsed:
  description: How many seconds it took.
  type: float
  returned: always, unless an option was refused
"""

import typing as t

from ansible_collections.community.staffbase.plugins.module_utils._ansible.invocation import Invocation
from ansible_collections.community.staffbase.plugins.module_utils._ansible.running import run
from ansible_collections.community.staffbase.plugins.module_utils._ansible.service import service_module
from ansible_collections.community.staffbase.plugins.module_utils._imports.imports import Imports
from ansible_collections.community.staffbase.plugins.module_utils._imports.states import State
from ansible_collections.community.staffbase.plugins.module_utils._steps.look_up import GATHER, Filter, look_up

FILTERS = ("file_name", "states", "created_after", "limit")


def read_imports(invocation: Invocation, imports: Imports) -> dict[str, t.Any]:
    params = invocation.params
    wanted = Filter(params["file_name"], tuple(params["states"] or ()), params["created_after"], params["limit"]).checked()
    return {"changed": False, "imports": look_up(imports, params["import_id"], wanted, params["gather"])}


DEFINITION = service_module({
    "import_id": {"type": "str"},
    "file_name": {"type": "str"},
    "states": {"type": "list", "elements": "str", "choices": [state.value for state in State]},
    "created_after": {"type": "str"},
    "limit": {"type": "int"},
    "gather": {"type": "list", "elements": "str", "choices": list(GATHER), "default": []},
}, read_imports, mutually_exclusive=[("import_id", name) for name in FILTERS])


def main() -> None:
    run(DEFINITION)


if __name__ == "__main__":
    main()
