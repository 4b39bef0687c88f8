# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where and how the service is reached."""

from __future__ import annotations

import dataclasses

from .._errors import InputError
from .address import base_url
from .token import plain_token

#: A day. A longer one is a typing mistake, and from some length on the machine cannot hold it.
LONGEST_TIMEOUT = 86400


@dataclasses.dataclass(frozen=True)
class Connection:
    """Where and how to reach the service.

    `timeout` in seconds for one exchange; `retries` how often one call is tried again after a passing fault.
    """

    api_url: str
    api_token: str
    validate_certs: bool = True
    ca_path: str | None = None
    timeout: float = 60.0
    retries: int = 5

    def checked(self) -> Connection:
        """Return the connection with the base URL and the plain token; raise InputError for what cannot be right."""
        if not 0 < self.timeout <= LONGEST_TIMEOUT:
            raise InputError("timeout", f"it must be more than 0 seconds, and {LONGEST_TIMEOUT} at most")
        if self.retries < 0:
            raise InputError("retries", "it must not be negative")
        try:
            url = base_url(self.api_url)
        except ValueError as error:
            raise InputError("api_url", str(error)) from None
        try:
            token = plain_token(self.api_token)
        except ValueError as error:
            raise InputError("api_token", str(error)) from None
        return dataclasses.replace(self, api_url=url, api_token=token)
