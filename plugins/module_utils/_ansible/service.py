# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules that talk to Staffbase: the connection from their options, and the imports for their step."""

from __future__ import annotations

import os
import typing as t
import warnings

from .._errors import InputError
from .._http.client import Client
from .._http.transport import REQUESTS_MISSING
from .._http.waiting import Waiter
from .._imports.imports import Imports
from .arguments import connection_arguments, connection_of
from .invocation import Definition, Invocation, Result

ServiceStep = t.Callable[[Invocation, Imports], Result]
AnyClient = t.TypeVar("AnyClient", bound=Client)


def service_module(arguments: dict[str, t.Any], step: ServiceStep, **rules: t.Any) -> Definition:
    """Define a module that talks to Staffbase: the connection options are added."""
    return client_module(arguments, lambda invocation, client: step(invocation, Imports(client)), Client, **rules)


def client_module(
    arguments: dict[str, t.Any], step: t.Callable[[Invocation, AnyClient], Result], kind: type[AnyClient], **rules: t.Any,
) -> Definition:
    """Define a module that talks to Staffbase with a client of its own kind."""
    def connected(invocation: Invocation) -> Result:
        client = kind(connection_of(_checked(invocation)), read_only=invocation.check_mode)
        try:
            return step(invocation, client)
        finally:
            client.close()

    return Definition({**connection_arguments(), **arguments}, connected, rules, missing="requests" if REQUESTS_MISSING else None)


def waiter_of(params: dict[str, t.Any]) -> Waiter:
    """Return the waiter that a module's options describe; raise InputError for times that cannot be."""
    if not params["wait_timeout"] >= 0:
        raise InputError("wait_timeout", "it must not be negative")
    if not params["wait_interval"] > 0:
        raise InputError("wait_interval", "it must be more than 0 seconds")
    return Waiter(params["wait_timeout"], params["wait_interval"])


def _checked(invocation: Invocation) -> dict[str, t.Any]:
    params = invocation.params
    if params["ca_path"] is not None and not os.path.exists(params["ca_path"]):
        raise InputError("ca_path", f"{params['ca_path']} does not exist")
    if not params["validate_certs"]:
        # Said once below; the library would repeat it at every call, on a stream that no admin reads.
        warnings.filterwarnings("ignore", message="Unverified HTTPS request")
        invocation.warn("validate_certs is false: the certificate of the service is not checked, so the token may reach somebody else")
    return params
