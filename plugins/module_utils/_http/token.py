# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The token: how it is checked, and how it gets onto a request."""

from __future__ import annotations

import typing as t

SCHEME = "Basic"


def plain_token(api_token: str) -> str:
    """Return the token without a leading `Basic`.

    The token that Studio shows is already base64 of `id:secret` and is sent unchanged (D, O).

    Raises ValueError with a text that does not hold the token.
    """
    token = api_token.strip()
    scheme, *rest = token.split(maxsplit=1) or [""]
    if scheme.lower() == SCHEME.lower():
        token = "".join(rest)
    if not token:
        raise ValueError("it is empty")
    if not all(32 < ord(character) < 127 for character in token):
        raise ValueError("it holds white space, a line end or another character that no token has")
    return token


class TokenAuth:
    """Puts the token on a request.

    Given to the session as its `auth`: with one set there, a matching entry in `~/.netrc` cannot replace the header.
    """

    def __init__(self, token: str) -> None:
        self._header = f"{SCHEME} {token}"

    def __call__(self, request: t.Any) -> t.Any:
        request.headers["Authorization"] = self._header
        return request
