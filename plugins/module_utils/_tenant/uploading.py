# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Probes of the upload: what is answered, and which bytes are taken."""

from __future__ import annotations

from urllib.parse import urlsplit

from .._http.errors import CallError
from .._imports.states import State
from .drafts import Draft
from .people import IN_NO_ENCODING, NOT_UTF_8, table, with_bytes
from .probing import Tenant, Unclear, answers, body_of, is_taken, json_of
from .shapes import shape_of

RECORD_KEYS = ("id", "createdAt", "fileName", "fileSize", "recordCount", "state", "owner")

#: Rows of people in the first draft.
ROWS = 2


@answers("location")
def location(tenant: Tenant, draft: Draft) -> None:
    if tenant.client.location is None:
        raise Unclear("the answer to the upload was lost")
    tenant.findings.tell("location", _form(tenant.client.location, draft.id))


def _form(written: str, import_id: str) -> str:
    if written == import_id:
        return "id_only"
    try:
        parts = urlsplit(written)
    except ValueError:
        return "other"
    if not parts.path.rstrip("/").endswith(f"/{import_id}"):
        return "without the id" if written else "no Location"
    if parts.path.endswith("/"):
        return "trailing_slash"
    return "absolute" if parts.scheme else "relative" if parts.path.startswith("/api/") else "relative_without_api"


@answers("upload", "record_keys", "first_state", "file_name", "record_count")
def record(tenant: Tenant, draft: Draft) -> None:
    answer = draft.ask("GET")
    found = json_of(answer)
    if not is_taken(answer) or not isinstance(found, dict):
        tenant.findings.tell("upload", "not to be read")
        return
    tell = tenant.findings.tell
    tell("upload", "taken")
    tenant.findings.shapes["import"] = shape_of(found)
    missing = [key for key in RECORD_KEYS if key not in found]
    tell("record_keys", f"without {', '.join(missing)}" if missing else "all")
    tell("file_name", "kept" if found.get("fileName") == draft.file_name else "changed")
    state = draft.record().state
    tenant.findings.states.add(state)
    tell("first_state", state if state in State.__members__ else "another one")
    kind = {ROWS: "without_header", ROWS + 1: "with_header"}.get(found.get("recordCount", -1))
    tell("record_count", kind or "neither")


def _is_uploaded(tenant: Tenant, content: bytes) -> bool:
    """Tell whether bytes are taken; what is made of them is deleted again."""
    try:
        draft = tenant.drafts.make(content)
    except CallError as error:
        if error.status not in (400, 415, 422):
            raise
        return False
    tenant.drafts.remove(draft)
    return True


@answers("encoding_check")
def encoding_check(tenant: Tenant) -> None:
    try:
        draft = tenant.drafts.make(with_bytes(IN_NO_ENCODING))
    except CallError as error:
        if error.status not in (400, 422):
            raise
        tenant.findings.tell("encoding_check", "undecodable" if _is_uploaded(tenant, with_bytes(NOT_UTF_8)) else "strict")
        return
    tenant.findings.tell("encoding_check", "replace" if is_taken(draft.configure(body_of())) else "config")
    tenant.drafts.remove(draft)


@answers("separator_check")
def separator_check(tenant: Tenant) -> None:
    if _is_uploaded(tenant, table(("externalId", "firstName"), ("", ""), separator="\t")):
        tenant.findings.tell("separator_check", "off")
    else:
        alone = _is_uploaded(tenant, table(("externalId",), ("staffbase-check",)))
        tenant.findings.tell("separator_check", "foreign" if alone else "required")


OF_A_DRAFT = (location, record)
OF_BYTES = (encoding_check, separator_check)
