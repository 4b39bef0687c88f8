# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the service is: the API's base URL from what an admin writes."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit, urlunsplit

API_PATH = "/api"


def base_url(api_url: str) -> str:
    """Return the URL in front of every path, without a trailing slash.

    Takes the customer's own domain with or without `/api` and a trailing slash. Custom domains exist,
    so no suffix is forced (D); there is no version segment (O).

    Raises ValueError, with a text that names the fault and not the URL's secrets.
    """
    try:
        parts = urlsplit(api_url.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ValueError("it is not a URL that can be read") from None
    if parts.scheme not in ("https", "http") or not host:
        raise ValueError("it must be a URL like https://intranet.example.com")
    if "@" in parts.netloc:
        raise ValueError("it must not hold a user name or a password")
    if parts.query or parts.fragment:
        raise ValueError("it must not hold a query or a fragment")
    if any(ord(character) <= 32 or ord(character) == 127 for character in api_url.strip()):
        raise ValueError("it must not hold white space or control characters")
    if parts.scheme == "http" and not is_loopback(host):
        raise ValueError("http:// would show the token to the network: use https:// (http:// is for loopback only)")
    path = parts.path.rstrip("/")
    if not path.endswith(API_PATH):
        path += API_PATH
    shown = f"[{host}]" if ":" in host else host
    return urlunsplit((parts.scheme, shown if port is None else f"{shown}:{port}", path, "", ""))


def is_loopback(host: str) -> bool:
    """Tell whether `host` (a name or an address) is this machine itself."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def without_query(url: str) -> str:
    """Return `url` without user, query and fragment, for messages: each of them may hold a secret."""
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        return "an address that cannot be read"
    printable = urlunsplit((parts.scheme, host, parts.path, "", ""))
    return "".join(character if 32 < ord(character) < 127 else "?" for character in printable)[:300]
