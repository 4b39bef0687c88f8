# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Probes of the configuration, on a draft that is never previewed."""

from __future__ import annotations

import secrets
import typing as t

from .._errors import StaffbaseError
from .._steps.config_body import IDENTIFIER, WINDOWS_1252, mapped
from .drafts import Draft
from .people import same_person_twice, two_people
from .probing import IDENTIFIER_COLUMN, Tenant, Unclear, answers, body_of, is_taken, json_of
from .shapes import safe_key, shape_of

#: A column whose header stands in quotes, and one for each further field that is asked for.
QUOTED = "check column"
MAIL = {"eMail": "eMail"}

#: Who would get a report mail, if the draft were imported; the domain cannot exist.
NOBODY = "nobody@staffbase-check.invalid"
REPORT_KEYS = ("reportEmail", "reportRecipient", "notificationEmail")

#: What a good guess makes of the first columns.
GOOD_GUESS = {"externalId": "externalId", "eMail": "eMail", "profile-field:firstName": "firstName"}


def content_for(fields: t.Sequence[str]) -> bytes:
    """Return the file of the draft: a column for each field that is asked for."""
    return two_people((f'"{QUOTED}"', *columns_of(fields).values()))


def columns_of(fields: t.Sequence[str]) -> dict[str, str]:
    return {field: f"column_{number}" for number, field in enumerate(fields)}


@answers("config_guess")
def guess(tenant: Tenant, draft: Draft) -> None:
    stored = draft.config()
    tenant.findings.shapes["config_before"] = shape_of(stored)
    found = mapped(stored)
    if not found:
        seen = "empty"
    else:
        good = stored.get("separator") == ";" and all(GOOD_GUESS.get(field) == column for field, column in found.items())
        seen = "good" if good else "wrong"
    tenant.findings.tell("config_guess", seen)


def verbs(tenant: Tenant, draft: Draft) -> None:
    """Find the verb that everything else needs. Raises StaffbaseError when there is none that takes a whole configuration."""
    found = [verb for verb in ("PATCH", "PUT") if draft.ask(verb, "/config", stage="config", body=body_of()).status != 405]
    tenant.findings.tell("config_verb", "both" if len(found) == 2 else found[0].lower() if found else "neither")
    draft.verbs[:] = found or draft.verbs
    answer = draft.configure(body_of())
    if 200 <= answer.status < 300:
        tenant.findings.tell("config", "taken")
        return
    tenant.findings.tell("config", "refused", f"HTTP {answer.status}")
    raise StaffbaseError(
        f"HTTP {answer.status}: the service does not take a whole configuration, so nothing can be imported; please report this", stage="config",
        import_id=draft.id)


@answers("config_echo", "config_write")
def echo_and_write(tenant: Tenant, draft: Draft) -> None:
    sent = body_of(MAIL, sendMailsPending=True)
    is_taken(draft.configure(sent))
    stored = draft.config()
    tenant.findings.shapes["config"] = shape_of(stored)
    added, left_out = sorted(set(stored) - set(sent)), sorted(set(sent) - set(stored))
    changed = [key for key in sent if key in stored and key != "mapping" and stored[key] != sent[key]]
    seen = " and ".join(word for word, keys in (("adds", added), ("omits", left_out), ("changes", changed)) if keys) or "same"
    tenant.findings.tell("config_echo", seen, ", ".join(map(safe_key, (*added, *left_out, *changed))))
    if "sendMailsPending" in left_out:
        raise Unclear("GET does not show what was sent")
    if not is_taken(draft.configure({"delta": True, "separator": ";", "encoding": "UTF-8", "mapping": {IDENTIFIER: IDENTIFIER_COLUMN}})):
        raise Unclear("a part of a configuration is refused")
    after = draft.config()
    if after.get("sendMailsPending") is not True:
        tenant.findings.tell("config_write", "replace")
    else:
        tenant.findings.tell("config_write", "deep_merge" if "eMail" in mapped(after) else "merge")


@answers("unknown_field", "unknown_field_message")
def unknown_field(tenant: Tenant, draft: Draft) -> None:
    answer = draft.configure(body_of({f"profile-field:staffbasecheck{secrets.token_hex(4)}": "eMail"}))
    tenant.findings.tell("unknown_field", "accepted" if is_taken(answer) else "refused")
    if is_taken(answer):
        raise Unclear("an unknown field is not refused")
    body = json_of(answer)
    message = str(body.get("message", "")) if isinstance(body, dict) else ""
    found = next((word for word in ("mapping_values", "body") if word in message), None)
    if found is None:
        raise Unclear("the refusal has no message that is known")
    tenant.findings.tell("unknown_field_message", found)


@answers("unknown_config_key")
def unknown_key(tenant: Tenant, draft: Draft) -> None:
    tenant.findings.tell("unknown_config_key", "ignored" if is_taken(draft.configure(body_of(staffbaseCheck=True))) else "refused")


@answers("missing_external_id")
def missing_identifier(tenant: Tenant, draft: Draft) -> None:
    """Where a write is merged into what stands there, null takes the identifier out of it."""
    mapping: dict[str, str | None] = {"eMail": "eMail"}
    if tenant.findings.seen("config_write") == "deep_merge":
        mapping[IDENTIFIER] = None
    answer = draft.configure({**body_of(), "mapping": mapping})
    tenant.findings.tell("missing_external_id", "accepted" if is_taken(answer) else "refused")


def _accepts(draft: Draft, mapping: dict[str, str]) -> bool:
    return is_taken(draft.configure({**body_of(), "mapping": mapping}))


@answers("external_id_spelling")
def older_spelling(tenant: Tenant, draft: Draft) -> None:
    tenant.findings.tell("external_id_spelling", "both" if _accepts(draft, {"externalID": IDENTIFIER_COLUMN}) else "externalId")


@answers("joint_keys")
def joint_keys(tenant: Tenant, draft: Draft) -> None:
    tenant.findings.tell("joint_keys", "accepted" if _accepts(draft, {"externalId,userName": IDENTIFIER_COLUMN}) else "refused")


@answers("one_column_twice")
def one_column_twice(tenant: Tenant, draft: Draft) -> None:
    taken = _accepts(draft, {IDENTIFIER: IDENTIFIER_COLUMN, "userName": IDENTIFIER_COLUMN})
    tenant.findings.tell("one_column_twice", "allowed" if taken else "refused")


@answers("quoting")
def quoting(tenant: Tenant, draft: Draft) -> None:
    for kind, column in (("rfc4180", QUOTED), ("literal", f'"{QUOTED}"')):
        if _accepts(draft, {IDENTIFIER: IDENTIFIER_COLUMN, "eMail": column}):
            tenant.findings.tell("quoting", kind)
            return
    raise Unclear("neither spelling of the column is taken")


@answers("windows_1252")
def windows_1252(tenant: Tenant, draft: Draft) -> None:
    found = [literal for literal in WINDOWS_1252 if is_taken(draft.configure(body_of(encoding=literal)))]
    tenant.findings.tell("windows_1252", found[0] if found else "none", f"also {', '.join(found[1:])}" if found[1:] else "")


@answers("report_key")
def report_key(tenant: Tenant, draft: Draft) -> None:
    """A key counts as known when it is shown after the write: where unknown ones are ignored, all of them are taken."""
    shown = [key for key in REPORT_KEYS if is_taken(draft.configure({**body_of(), key: NOBODY})) and key in draft.config()]
    if not shown:
        raise Unclear("none of the names that are likely")
    tenant.findings.tell("report_key", shown[0])


@answers("bom")
def byte_order_mark(tenant: Tenant) -> None:
    with tenant.drafts.made(same_person_twice()) as draft:
        for kind, column in (("stripped", IDENTIFIER_COLUMN), ("kept", f"\ufeff{IDENTIFIER_COLUMN}")):
            if is_taken(draft.configure(body_of(identifier=column))):
                tenant.findings.tell("bom", kind)
                break


OF_THE_CONFIGURATION = (
    echo_and_write, unknown_field, unknown_key, missing_identifier, older_spelling, joint_keys, one_column_twice, quoting, windows_1252, report_key)
