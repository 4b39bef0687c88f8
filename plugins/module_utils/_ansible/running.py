# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a module's options to the imports and back: how a step is run, and how its errors reach the admin."""

from __future__ import annotations

import os
import typing as t
import warnings

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from .._api.client import Client
from .._api.errors import InputError, StaffbaseError
from .._api.imports import Imports
from .._api.transport import REQUESTS_MISSING
from .._api.waiting import Waiter
from .arguments import connection_arguments, connection_of
from .local import end

Step = t.Callable[[AnsibleModule, Imports], dict[str, t.Any]]


def module_of(arguments: dict[str, t.Any], **rules: t.Any) -> AnsibleModule:
    """Return the module with the connection options added; every module here supports check mode."""
    return AnsibleModule(argument_spec={**connection_arguments(), **arguments}, supports_check_mode=True, **rules)


def run(module: AnsibleModule, step: Step) -> None:
    """Run `step` and end the module with what it returns, or with `msg` and `failure`."""
    if REQUESTS_MISSING is not None:
        module.fail_json(msg=missing_required_lib("requests"))
    end(module, _outcome(module, step))


def _outcome(module: AnsibleModule, step: Step) -> dict[str, t.Any] | StaffbaseError:
    client: Client | None = None
    try:
        client = Client(connection_of(_checked(module)), read_only=module.check_mode)
        return step(module, Imports(client))
    except StaffbaseError as error:
        return error
    finally:
        if client is not None:
            client.close()


def waiter_of(params: dict[str, t.Any]) -> Waiter:
    """Return the waiter that a module's options describe; raise InputError for times that cannot be."""
    if not params["wait_timeout"] >= 0:
        raise InputError("wait_timeout", "it must not be negative")
    if not params["wait_interval"] > 0:
        raise InputError("wait_interval", "it must be more than 0 seconds")
    return Waiter(params["wait_timeout"], params["wait_interval"])


def _checked(module: AnsibleModule) -> dict[str, t.Any]:
    params = module.params
    if params["ca_path"] is not None and not os.path.exists(params["ca_path"]):
        raise InputError("ca_path", f"{params['ca_path']} does not exist")
    if not params["validate_certs"]:
        # Said once below; the library would repeat it at every call, on a stream that no admin reads.
        warnings.filterwarnings("ignore", message="Unverified HTTPS request")
        module.warn("validate_certs is false: the certificate of the service is not checked, so the token may reach somebody else")
    return params
