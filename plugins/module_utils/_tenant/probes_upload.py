# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Probes of the upload: what is answered, and which bytes are taken."""

from __future__ import annotations

from urllib.parse import urlsplit

from .._http.errors import CallError
from .._imports.states import State
from .._steps.config_body import IDENTIFIER
from .drafts import IN_NO_ENCODING, NOT_UTF_8, Draft, body_of, table, two_people
from .findings import shape_of
from .probe import Tenant, Unclear, is_taken, json_of, probe

RECORD_KEYS = ("id", "createdAt", "fileName", "fileSize", "recordCount", "state", "owner")

#: The recordCount of a file of two people.
COUNTS: dict[int | None, str] = {2: "without_header", 3: "with_header"}


@probe("location")
def location(tenant: Tenant, draft: Draft) -> None:
    if tenant.client.location is None:
        raise Unclear("the answer to the upload was lost")
    tenant.tell("location", _form(tenant.client.location, draft.id))


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


@probe("upload", "record_keys", "first_state", "file_name", "record_count")
def record(tenant: Tenant, draft: Draft) -> None:
    answer = draft.ask("GET")
    found = json_of(answer)
    if not is_taken(answer) or not isinstance(found, dict):
        tenant.tell("upload", "not to be read")
        return
    tenant.tell("upload", "taken")
    tenant.findings.shapes["import"] = shape_of(found)
    missing = [key for key in RECORD_KEYS if key not in found]
    tenant.tell("record_keys", f"without {', '.join(missing)}" if missing else "all")
    tenant.tell("file_name", "kept" if found.get("fileName") == draft.file_name else "changed")
    read = draft.record()
    tenant.findings.states.add(read.state)
    tenant.tell("first_state", read.state if read.state in State.__members__ else "another one")
    tenant.tell("record_count", COUNTS.get(read.record_count, "neither"))


def _upload(tenant: Tenant, content: bytes) -> Draft | None:
    """Return the draft, or None if its bytes are refused."""
    try:
        return tenant.drafts.make(content)
    except CallError as error:
        if error.status not in (400, 415, 422):
            raise
        return None


def _is_uploaded(tenant: Tenant, content: bytes) -> bool:
    draft = _upload(tenant, content)
    if draft is not None:
        tenant.drafts.remove(draft)
    return draft is not None


@probe("encoding_check")
def encoding_check(tenant: Tenant) -> None:
    draft = _upload(tenant, two_people(some=IN_NO_ENCODING))
    if draft is None:
        tenant.tell("encoding_check", "undecodable" if _is_uploaded(tenant, two_people(some=NOT_UTF_8)) else "strict")
    else:
        tenant.tell("encoding_check", "replace" if is_taken(draft.configure(body_of())) else "config")
        tenant.drafts.remove(draft)


@probe("separator_check")
def separator_check(tenant: Tenant) -> None:
    if _is_uploaded(tenant, table((IDENTIFIER, "firstName"), ("", ""), separator="\t")):
        tenant.tell("separator_check", "off")
    else:
        alone = _is_uploaded(tenant, table((IDENTIFIER,), ("staffbase-check",)))
        tenant.tell("separator_check", "foreign" if alone else "required")


OF_A_DRAFT = (location, record)
OF_BYTES = (encoding_check, separator_check)
