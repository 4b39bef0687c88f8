#!/usr/bin/python
# SPDX-FileCopyrightText: community.staffbase contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: staffbase_import_config
short_description: Configure a Staffbase import and map its columns
version_added: 0.1.0
author:
  - community.staffbase contributors (@ansible-collections)
description:
  - Compares the configuration of an import with what is wanted, writes it if there is a difference, and reads it back.
  - The whole configuration is always sent, because the guess that the service makes from the file is not reliable, and because it
    is not documented whether a write merges or replaces.
  - When the service refuses the mapping, it does not say why. The module then finds out which keys are invalid, by trying parts of the
    mapping on the draft, and names all of them. Afterwards the draft has its former configuration, or, where the service does
    not take that back, it is deleted; a half-configured draft never stays. When it was deleted, the message says so, and the file has to be
    uploaded again.
extends_documentation_fragment:
  - community.staffbase.attributes
  - community.staffbase.attributes.actiongroup_staffbase
  - community.staffbase.attributes.failure
  - community.staffbase.connection
attributes:
  check_mode:
    support: full
    details:
      - Whether the service will accept the mapping can only be found out by writing, so it is not predicted.
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  import_id:
    description:
      - The id of the import, as M(community.staffbase.staffbase_import_upload) returns it.
      - In check mode it may be empty, because an upload that is only predicted has no id.
    type: str
    required: true
  mapping:
    description:
      - Which column feeds which field. The keys are Staffbase fields, the values are column headers, exactly as they stand in the file.
      - V(externalId) is required, because it tells who is meant. Other fields are V(userName), V(eMail), V(status), V(profile-field:firstName)
        and other V(profile-field:<id>).
      - A key with commas, such as V(externalId,userName), feeds several fields from one column.
    type: dict
    required: true
  delta:
    description:
      - With V(true) only the people in the file are touched.
      - With V(false) the import is a full one. B(Everybody who is not in the file is deactivated), and those who never logged in
        are deleted for good.
    type: bool
    default: true
  remove_all:
    description:
      - Whether a full import also removes people who did not come from a CSV. It is allowed only with O(delta=false).
      - If it is not set, a full import removes only people who came from a CSV.
      - The service is told so beside C(delta). Where it refuses both at once, it is told this alone, which means a full import, too.
    type: bool
  separator:
    description: The character between two cells of the file.
    type: str
    choices: [";", ","]
    default: ";"
  encoding:
    description: The encoding of the file.
    type: str
    choices: [UTF-8, windows-1252]
    default: UTF-8
  import_type:
    description: What is imported.
    type: str
    choices: [USER]
    default: USER
  generate_recovery_codes:
    description: Whether the service makes recovery codes for the people in the file.
    type: bool
    default: false
  send_mails_new:
    description: Whether new people are invited by mail.
    type: bool
    default: false
  send_mails_pending:
    description: Whether people who were invited before, but never logged in, are reminded by mail.
    type: bool
    default: false
seealso:
  - module: community.staffbase.staffbase_import_upload
  - module: community.staffbase.staffbase_import_state
"""

EXAMPLES = r"""
- name: Touch only the people in the file
  community.staffbase.staffbase_import_config:
    import_id: "{{ upload.import_id }}"
    separator: ";"
    mapping:
      externalId: Personalnummer
      eMail: E-Mail
      profile-field:firstName: Vorname
      profile-field:lastName: Nachname
      status: Status

- name: Use one column for two fields
  community.staffbase.staffbase_import_config:
    import_id: "{{ upload.import_id }}"
    mapping:
      externalId,userName: employee_id
      profile-field:lastName: last_name
"""

RETURN = r"""
config:
  description:
    - The configuration as the service has it now, under the names of the options. In check mode it is the one that would be written.
    - Further keys of the service are left out.
  type: dict
  returned: success
  contains:
    delta:
      description: Whether only the people in the file are touched. Missing if the service does not tell.
      type: bool
    remove_all:
      description: Whether a full import removes people who did not come from a CSV. Missing if the service does not tell.
      type: bool
    separator:
      description: The character between two cells.
      type: str
    encoding:
      description: The encoding as the service spells it.
      type: str
    import_type:
      description: What is imported.
      type: str
    generate_recovery_codes:
      description: Whether recovery codes are made.
      type: bool
    send_mails_new:
      description: Whether new people are invited.
      type: bool
    send_mails_pending:
      description: Whether pending people are reminded.
      type: bool
    mapping:
      description: Staffbase field to column header, one key for each field.
      type: dict
invalid_mapping:
  description:
    - The keys of O(mapping) that are invalid, each with the reason; either the file has no such column, or the tenant does not know the field.
  type: dict
  returned: when the mapping was refused
  sample:
    profile-field:shoesize: "the tenant does not know the field 'profile-field:shoesize'"
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
from ansible_collections.community.staffbase.plugins.module_utils._steps.config import Configure
from ansible_collections.community.staffbase.plugins.module_utils._steps.config_body import KEYS, WINDOWS_1252, Configuration, shown


def configure(invocation: Invocation, imports: Imports) -> dict[str, t.Any]:
    wanted = Configuration(**{option: invocation.params[option] for option in (*KEYS, "mapping")})
    if invocation.check_mode and not invocation.params["import_id"]:
        # The upload before this step was only predicted, so there is no import to look at.
        after = shown(wanted.checked().body())
        return {"changed": True, "config": after, "diff": {"before": {}, "after": after}}
    configured = Configure(imports, invocation.params["import_id"], wanted).run(check_mode=invocation.check_mode)
    diff = {"before": configured.before, "after": configured.after}
    return {"changed": configured.changed, "config": configured.after, "diff": diff}


DEFINITION = service_module({
    "import_id": {"type": "str", "required": True},
    "mapping": {"type": "dict", "required": True},
    "delta": {"type": "bool", "default": True},
    "remove_all": {"type": "bool"},
    "separator": {"type": "str", "choices": [";", ","], "default": ";"},
    "encoding": {"type": "str", "choices": ["UTF-8", WINDOWS_1252[0]], "default": "UTF-8"},
    "import_type": {"type": "str", "choices": ["USER"], "default": "USER"},
    "generate_recovery_codes": {"type": "bool", "default": False},
    "send_mails_new": {"type": "bool", "default": False},
    "send_mails_pending": {"type": "bool", "default": False},
}, configure)


def main() -> None:
    run(DEFINITION)


if __name__ == "__main__":
    main()
