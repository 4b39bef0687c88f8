#!/usr/bin/python
# SPDX-FileCopyrightText: community.staffbase contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: staffbase_import_state
short_description: Preview, run, cancel or delete a Staffbase import, and wait for it
version_added: 0.1.0
author:
  - community.staffbase contributors (@ansible-collections)
description:
  - Takes an import from wherever it stands to the wanted state, waits, and reads the counts and the refused rows.
  - A run that was interrupted is gone on with; what is done already is not done again.
extends_documentation_fragment:
  - community.staffbase.attributes
  - community.staffbase.attributes.actiongroup_staffbase
  - community.staffbase.attributes.failure
  - community.staffbase.connection
  - community.staffbase.lock
  - community.staffbase.limits
attributes:
  check_mode:
    support: full
    details:
      - O(limits) can be compared only if a preview is there already.
  diff_mode:
    support: full
    details:
      - Shows the state before and after.
  idempotent:
    support: full
options:
  import_id:
    description: The id of the import. In check mode it may be empty, because an upload that is only predicted has no id.
    type: str
    required: true
  state:
    description:
      - V(previewed) has the service work out what the import would do. Nobody is changed.
      - V(imported) runs the import. On a C(COMPLETED) import nothing is changed.
      - V(cancelled) stops an import that has not begun. Where the service does not let a client cancel, the draft is deleted instead. When there is
        no such import any more, nothing is changed, and a warning says so.
      - V(absent) deletes the record and, before the import, the upload. It does not undo an import. An import that is running is waited for first.
    type: str
    required: true
    choices: [previewed, imported, cancelled, absent]
  limits:
    description:
      - The highest number of people that may be touched in each way. With a limit, O(state=imported) has a preview made, compares
        it, and does not start the import when a limit is exceeded.
      - When the service gives no numbers to compare, that is a failure too.
      - When another client starts the import before it could be compared, its end is waited for and compared with the limits.
      - With O(state=previewed) the preview is compared as well.
      - At its end, what the import has done is compared with the limits and with the preview. Where it has created, deactivated or deleted more
        people than the preview had shown, that is a failure which says how many, although it is too late to stop it. Somebody who logs in for
        the first time meanwhile is deactivated and not deleted; that is expected. More people updated or reactivated than previewed are
        warned of.
  accept_zero_preview:
    description:
      - What a preview means that shows zeros only although the file has records. It is not documented whether the service counts before it
        imports, so with V(false) such a preview gives no numbers to compare with O(limits). A delta import with no more records than the
        smallest limit passes all the same, because it cannot touch more people than it has records.
      - Set it to V(true) once you have seen that the previews of your tenant do show numbers. Then an export that changes nobody passes.
    type: bool
    default: false
  max_row_errors:
    description:
      - How many refused rows are tolerated. The service skips a faulty row and goes on, so C(COMPLETED) does not mean that all rows were applied.
      - If it is not set, refused rows are only warned of.
    type: int
  errors_dest:
    description:
      - A path for the error CSV of the service, on the host where the module runs. The file is written when the import is C(COMPLETED), and
        it is empty when no row was refused.
      - It may hold persons' data, so it gets the mode C(0600). It is not written through a symbolic link, nor in place of one, of a folder, of
        a FIFO or of a device.
    type: path
  errors_copy:
    description: A second path for the same. It is written in the same way.
    type: path
  wait:
    description:
      - Whether to wait until the state is reached. With V(false) the module returns when the service has taken the order; only a preview that
        is needed before the import is waited for.
    type: bool
    default: true
  wait_timeout:
    description: How many seconds to wait at most. After that the service goes on by itself, and a further run waits on.
    type: float
    default: 3600
  wait_interval:
    description: The longest pause between two looks, in seconds. The first pauses are shorter, so a short import is seen sooner.
    type: float
    default: 10
  progress:
    description:
      - Whether to print a line while it waits, when the state changes and every five seconds at most in between.
      - It is printed only where the module runs on the controller itself, with the connection C(local) and without C(become), C(async) and
        C(environment). It costs no request, and check mode prints none.
    type: bool
    default: true
  delete_previewed:
    description:
      - Whether a draft is deleted once its preview has been read, if O(state=previewed). An import that is C(COMPLETED) by then is left alone.
      - The return values are those of the preview then, with the state C(absent).
    type: bool
    default: false
  last_known_state:
    description:
      - The state in which an earlier task has seen this import, such as
        RV(community.staffbase.staffbase_import_upload#module:import.state).
      - When the import had been started by then, but no longer shows that, the task fails in place of starting it a second time.
    aliases: [seen_state]
    type: str
seealso:
  - module: community.staffbase.staffbase_import_config
  - module: community.staffbase.staffbase_import_info
"""

EXAMPLES = r"""
- name: Import, but stop before anything happens if more than ten people would be switched off
  community.staffbase.staffbase_import_state:
    import_id: "{{ upload.import_id }}"
    state: imported
    limits:
      deactivated: 10
      deleted: 5
    max_row_errors: 0
    errors_dest: /srv/hr/refused-rows.csv

- name: Only work out what would happen
  community.staffbase.staffbase_import_state:
    import_id: "{{ upload.import_id }}"
    state: previewed
  register: preview

- name: Delete a draft
  community.staffbase.staffbase_import_state:
    import_id: "{{ upload.import_id }}"
    state: absent
"""

RETURN = r"""
import:
  description: The import as the service keeps it; V(null) when there is none any more.
  type: dict
  returned: always, unless an option was refused
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
      description: Same as RV(state).
      type: str
    created_at:
      description: When the service created it, in ISO 8601.
      type: str
state:
  description: The state of the import at the service, such as V(COMPLETED), or V(absent).
  type: str
  returned: always, unless an option was refused
changes:
  description:
    - How many people were touched in each way, or after a preview, would be touched. V(null) when the service gives no numbers.
    - A counter that the service does not tell is V(null).
  type: dict
  returned: always, unless an option was refused
  contains:
    created:
      description: New people.
      type: int
    updated:
      description: People whose data change.
      type: int
    deactivated:
      description: People who can no longer log in.
      type: int
    reactivated:
      description: People who can log in again.
      type: int
    deleted:
      description: People who are deleted for good.
      type: int
expected:
  description:
    - The counters of the preview, in the same form as RV(changes), to be compared with those of the end. V(null) when this task has read no
      preview, as without O(limits), or when the service gives no numbers for it.
  type: dict
  returned: always, unless an option was refused
  contains:
    created:
      description: New people.
      type: int
    updated:
      description: People whose data would change.
      type: int
    deactivated:
      description: People who could no longer log in.
      type: int
    reactivated:
      description: People who could log in again.
      type: int
    deleted:
      description: People who would be deleted for good.
      type: int
row_error_count:
  description: How many rows were refused; V(null) as long as the import is not C(COMPLETED).
  type: int
  returned: always, unless an option was refused
row_errors:
  description: The first 100 refused rows.
  type: list
  elements: dict
  returned: always, unless an option was refused
  contains:
    line:
      description: The line as the service counts, or V(null).
      type: int
    message:
      description:
        - The reason. Words that may come from the file are replaced by C(...), because the message may quote a person's data. The
          whole text is in O(errors_dest).
      type: str
elapsed:
  description: How many seconds it took.
  type: float
  returned: always, unless an option was refused
"""

import typing as t

from ansible_collections.community.staffbase.plugins.module_utils._ansible.arguments import lock_argument
from ansible_collections.community.staffbase.plugins.module_utils._ansible.invocation import Invocation
from ansible_collections.community.staffbase.plugins.module_utils._ansible.running import run
from ansible_collections.community.staffbase.plugins.module_utils._ansible.service import service_module, waiter_of
from ansible_collections.community.staffbase.plugins.module_utils._imports.counters import COUNTERS
from ansible_collections.community.staffbase.plugins.module_utils._errors import InputError
from ansible_collections.community.staffbase.plugins.module_utils._imports.imports import Imports
from ansible_collections.community.staffbase.plugins.module_utils._imports.states import State
from ansible_collections.community.staffbase.plugins.module_utils._steps import limits as limits_of
from ansible_collections.community.staffbase.plugins.module_utils._files.baseline_lock import held
from ansible_collections.community.staffbase.plugins.module_utils._files.private_file import PrivateFile, PrivateFiles
from ansible_collections.community.staffbase.plugins.module_utils._steps.outcome import Outcome
from ansible_collections.community.staffbase.plugins.module_utils._steps.advance import Advance, ImportRules
from ansible_collections.community.staffbase.plugins.module_utils._steps.cancel import CancelOrDelete

GOALS = {"previewed": State.PREVIEW_READY, "imported": State.COMPLETED}


def bring_to_state(invocation: Invocation, imports: Imports) -> dict[str, t.Any]:
    outcome = _outcome(invocation, imports)
    for warning in outcome.warnings:
        invocation.warn(warning)
    diff = {"before": {"state": outcome.started_as or outcome.state}, "after": {"state": outcome.state}}
    return {"changed": outcome.changed, "diff": diff, **outcome.to_result()}


def _outcome(invocation: Invocation, imports: Imports) -> Outcome:
    params = invocation.params
    rules = _rules(params)
    waiter = waiter_of(params)
    paths = {option: params[option] for option in ("errors_dest", "errors_copy") if params[option] is not None}
    error_files = PrivateFiles(*(PrivateFile(option, path, write=not invocation.check_mode) for option, path in paths.items()))
    goal = GOALS.get(params["state"])
    if invocation.check_mode and not params["import_id"]:
        # The upload before this step was only predicted, so there is no import to look at.
        return Outcome(changed=goal is not None)
    if goal is not None:
        with held(None if invocation.check_mode else params["lock"], waiter):
            step = Advance(imports, params["import_id"], rules, waiter, error_files, tell=invocation.tell)
            outcome = step.run(goal, check_mode=invocation.check_mode)
        if params["delete_previewed"] and params["state"] == "previewed" and outcome.state != State.COMPLETED.value:
            end = CancelOrDelete(imports, params["import_id"], waiter_of(params), wait=rules.wait)
            return end.remove_previewed(outcome, check_mode=invocation.check_mode)
        return outcome
    end = CancelOrDelete(imports, params["import_id"], waiter, wait=rules.wait)
    return (end.cancel if params["state"] == "cancelled" else end.remove)(check_mode=invocation.check_mode)


def _rules(params: dict[str, t.Any]) -> ImportRules:
    if params["max_row_errors"] is not None and params["max_row_errors"] < 0:
        raise InputError("max_row_errors", "it must not be negative")
    return ImportRules(
        limits_of.checked(params["limits"]), params["max_row_errors"], params["accept_zero_preview"], params["wait"], params["wait_timeout"],
        params["last_known_state"] or "")


DEFINITION = service_module({
    "import_id": {"type": "str", "required": True},
    "state": {"type": "str", "required": True, "choices": [*GOALS, "cancelled", "absent"]},
    "limits": {"type": "dict", "options": {name: {"type": "int"} for name in COUNTERS}},
    "accept_zero_preview": {"type": "bool", "default": False},
    "max_row_errors": {"type": "int"},
    "errors_dest": {"type": "path"},
    "errors_copy": {"type": "path"},
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "float", "default": 3600.0},
    "wait_interval": {"type": "float", "default": 10.0},
    "progress": {"type": "bool", "default": True},
    "delete_previewed": {"type": "bool", "default": False},
    "last_known_state": {"type": "str", "aliases": ["seen_state"]},
    "lock": lock_argument(),
}, bring_to_state)


def main() -> None:
    run(DEFINITION)


if __name__ == "__main__":
    main()
