# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the service is: the API's base URL from what an admin writes."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit, urlunsplit

API_PATH = "/api"

#: In the place of an address of which nothing can be shown for sure.
NOT_SHOWN = "(not shown: it is no address, and may hold a secret)"

# A host with what may stand around it, and nothing in which a password could be mistaken for one of them.
_BARE = re.compile(r"(https?://)?([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?", re.IGNORECASE)


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


def showable(api_url: str) -> str:
    """Return what an admin wrote as it may be shown: what `base_url` takes as it is, of anything else only scheme, host, port and path.

    A user, a password, a query and a fragment are left out, also where a typing mistake has put them into another place.
    """
    text = api_url.strip()
    if not text or ("@" not in text and _is_taken(text)):
        return text
    head, *tail = re.split("[?#]", text, maxsplit=1)
    scheme, separator, rest = head.partition("://")
    bare = scheme + separator + rest.rpartition("@")[2] if separator else head.rpartition("@")[2]
    # An "@" behind a "?" or "#" may end a password that holds one: then what stands in front of it is no host.
    return bare if _BARE.fullmatch(bare) and "@" not in "".join(tail) else NOT_SHOWN


def _is_taken(api_url: str) -> bool:
    try:
        base_url(api_url)
    except ValueError:
        return False
    return True


def without_query(url: str) -> str:
    """Return `url` without user, query and fragment, for messages: each of them may hold a secret."""
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        return "an address that cannot be read"
    printable = urlunsplit((parts.scheme, host, parts.path, "", ""))
    return "".join(character if 32 < ord(character) < 127 else "?" for character in printable)[:300]
