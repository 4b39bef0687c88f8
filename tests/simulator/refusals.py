# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the API refuses, and the body of such an answer."""

from __future__ import annotations

import html
import json
import uuid

from .switches import Switches

NOT_FOUND = "Resource could not be found"
BAD_MAPPING = "Parameter 'mapping_values' is invalid"
BAD_BODY = "Parameter 'body' is invalid"
BAD_UTF8 = "invalid UTF8 format"
BAD_SEPARATOR = "invalid separator selected"
NO_FILE = "Missing form file"


class Refusal(Exception):
    """An error answer: status code, message and extra headers (D for the messages above, 404 and 400)."""

    def __init__(self, status: int, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = headers or {}


def not_found() -> Refusal:
    """A wrong, expired or deleted id, or a token without the right (D)."""
    return Refusal(404, NOT_FOUND)


def error_answer(status: int, message: str, switches: Switches) -> tuple[str, bytes]:
    """Content type and body of an error: the platform's JSON (O, seen on a 401) or what a proxy makes of it (I)."""
    if switches.error_body == "empty":
        return "text/plain", b""
    if switches.error_body == "html":
        return "text/html; charset=utf-8", html_page(status, message)
    body: dict[str, object] = {"message": message}
    if switches.error_body == "json":
        body = {
            "traceId": uuid.uuid4().hex,
            "type": "about:blank",
            "ref": "https://developers.example.invalid/errors",
            "statusCode": status,
            "message": message,
            "identifier": "IMPORT_" + str(status),
        }
    return "application/json", json.dumps(body).encode()


def html_page(status: int, message: str) -> bytes:
    """A page as a proxy writes it (D: do not rely on JSON)."""
    title = f"{status} {html.escape(message)}"
    return f"<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>\n".encode()
