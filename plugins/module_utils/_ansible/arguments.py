# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that several modules share, spelt once for Ansible (their texts: the doc fragments `connection` and `lock`)."""

from __future__ import annotations

import os
import typing as t

from ansible.module_utils.basic import env_fallback
from ansible.module_utils.errors import AnsibleFallbackNotFound

from .._http.connection import Connection


def _not_empty(*names: str) -> str:
    """Return a variable of the environment. An empty one is not set: AWX makes such of inputs of a credential that were left out."""
    value: str = env_fallback(*names)
    if not value:
        raise AnsibleFallbackNotFound
    return value


def _from_environment(name: str) -> tuple[t.Any, list[str]]:
    return (_not_empty, [f"STAFFBASE_{name}"])


#: The option with the address of the service.
ADDRESS = "api_url"


def address_given(given: t.Mapping[str, t.Any]) -> str:
    """Return the address that a task, or else the environment, gives; empty if there is none."""
    return str(given.get(ADDRESS) or os.environ.get(f"STAFFBASE_{ADDRESS.upper()}", ""))


def connection_arguments() -> dict[str, t.Any]:
    """Return a fresh argument spec for how to reach the service."""
    return {
        ADDRESS: {"type": "str", "required": True, "fallback": _from_environment("API_URL")},
        "api_token": {"type": "str", "required": True, "no_log": True, "fallback": _from_environment("API_TOKEN")},
        "validate_certs": {"type": "bool", "default": True, "fallback": _from_environment("VALIDATE_CERTS")},
        "ca_path": {"type": "path", "fallback": _from_environment("CA_PATH")},
        # One slow answer of the service is no fault, a minute without one is.
        "timeout": {"type": "float", "default": 60.0, "fallback": _from_environment("TIMEOUT")},
        # With the pauses of the retry rule, five tries ride out about 15 seconds, or about a minute of too many calls.
        "retries": {"type": "int", "default": 5, "fallback": _from_environment("RETRIES")},
    }


def connection_of(params: dict[str, t.Any]) -> Connection:
    """Return the connection that a module's options describe."""
    return Connection(**{name: params[name] for name in connection_arguments()})


def lock_argument() -> dict[str, t.Any]:
    """Return a fresh spec for the run that must have a baseline."""
    return {
        "type": "dict", "aliases": ["claim"],
        "options": {"path": {"type": "path", "required": True}, "run": {"type": "str", "required": True}},
    }
