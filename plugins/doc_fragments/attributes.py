# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    # What a module can do, said once for all modules.
    DOCUMENTATION = r"""
options: {}
attributes:
  action:
    description: Indicates this has a corresponding action plugin so some parts of the options can be executed on the controller.
    support: full
    details:
      - With the connection C(local), and without C(become), C(async) and C(environment), the module runs inside the worker process of
        C(ansible-playbook). That is faster, and its options, the token among them, are written to no file. There it runs with the Python of
        C(ansible-playbook), whatever C(ansible_python_interpreter) says, and that Python needs C(requests) where the module does. If it lacks
        C(requests), the module runs in a process of its own.
      - Everywhere else it is transferred and run like any other module, with pipelining if the connection can do it.
      - Set the variable C(staffbase_in_worker) to V(false) to have a process of its own everywhere. On macOS that is the default, unless the
        environment names a proxy or C(no_proxy), because asking the system for its proxies can crash a worker there.
      - Set the variable C(staffbase_pipelining) to V(false) to leave pipelining as it is configured, for a host whose C(sudo) wants a terminal.
        Then the options are in a file on that host while the module runs.
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
  diff_mode:
    description: Will return details on what has changed (or possibly needs changing in C(check_mode)), when in diff mode.
  idempotent:
    description:
      - When run twice in a row outside check mode, with the same arguments, the second invocation indicates no change.
      - This assumes that the system controlled/queried by the module has not changed in a relevant way.
  platform:
    description: Target OS/families that can be operated against.
    support: full
    platforms: posix
"""

    # For modules that only read.
    INFO_MODULE = r"""
options: {}
attributes:
  check_mode:
    support: full
    details:
      - This action does not modify state.
  diff_mode:
    support: N/A
    details:
      - This action does not modify state.
  idempotent:
    support: full
    details:
      - This action does not modify state.
"""

    ACTIONGROUP_STAFFBASE = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/community.staffbase.staffbase) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - community.staffbase.staffbase
"""

    # Returned by every module that talks to Staffbase. A fragment cannot hold return values; this text keeps them documented once.
    FAILURE = r"""
options: {}
notes:
  - >-
    A failure returns RV(ignore:msg) and RV(ignore:failure), a dictionary with C(stage), C(method), C(url), C(status), C(code), C(message),
    C(import_id) and C(attempts). It never holds a header, a request body, a row of the file, or the token.
"""
