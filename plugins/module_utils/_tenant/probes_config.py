# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Probes of the configuration, on a draft that is never previewed: what a write does, and which keys and fields are known."""

from __future__ import annotations

import secrets
import typing as t

from .._errors import StaffbaseError
from .._steps.config_body import IDENTIFIER, WINDOWS_1252, Body, mapped
from .catalogue import DOCUMENTED_FIELDS, LOCALE_FIELDS
from .drafts import DOMAIN, MAIL, Draft, body_of, same_person_twice, two_people
from .findings import safe_key, shape_of
from .probe import Probe, Tenant, Unclear, is_good, is_taken, json_of, probe

#: A column whose header stands in quotes.
QUOTED = "check column"

#: How the key of the report mail's recipient may be spelt (I). No draft is imported, so no mail is sent.
REPORT_KEYS = ("reportEmail", "reportRecipient", "notificationEmail")

#: What a good guess makes of the first columns.
GOOD_GUESS = {IDENTIFIER: IDENTIFIER, "eMail": "eMail", "profile-field:firstName": "firstName"}


def content(host_fields: t.Iterable[str]) -> bytes:
    """Return the file of the draft."""
    return two_people((f'"{QUOTED}"', *_columns(host_fields).values()))


def _columns(host_fields: t.Iterable[str]) -> dict[str, str]:
    """Return each field that is asked for with a column of its own."""
    fields = dict.fromkeys((*DOCUMENTED_FIELDS, *LOCALE_FIELDS, *host_fields))
    fields.pop(IDENTIFIER)
    return {field: f"column_{number}" for number, field in enumerate(fields)}


def _mapping(mapping: dict[str, str | None]) -> Body:
    """Return a configuration with exactly this mapping."""
    return {**body_of(), "mapping": mapping}


@probe("config_guess")
def guess(tenant: Tenant, draft: Draft) -> None:
    stored = draft.config()
    tenant.findings.shapes["config_before"] = shape_of(stored)
    found = mapped(stored)
    good = stored.get("separator") == ";" and all(GOOD_GUESS.get(field) == column for field, column in found.items())
    tenant.tell("config_guess", "empty" if not found else "good" if good else "wrong")


def find_verb(tenant: Tenant, draft: Draft) -> None:
    """Find the verb that everything else needs. Raises StaffbaseError when there is none that takes a whole configuration."""
    found = [verb for verb in ("PATCH", "PUT") if draft.ask(verb, "/config", stage="config", body=body_of()).status != 405]
    tenant.tell("config_verb", "both" if len(found) == 2 else found[0].lower() if found else "neither")
    if found:
        tenant.client.config_verb = found[0]
    answer = draft.configure(body_of())
    if is_good(answer):
        tenant.tell("config", "taken")
        return
    tenant.tell("config", "refused", f"HTTP {answer.status}")
    raise StaffbaseError(
        f"HTTP {answer.status}: the service does not accept a whole configuration, so nothing can be imported; please report this", stage="config",
        import_id=draft.id)


@probe("config_echo", "config_write")
def echo_and_write(tenant: Tenant, draft: Draft) -> None:
    sent = body_of(MAIL, sendMailsPending=True)
    is_taken(draft.configure(sent))
    stored = draft.config()
    tenant.findings.shapes["config"] = shape_of(stored)
    found = {
        "adds": sorted(set(stored) - set(sent)),
        "omits": sorted(set(sent) - set(stored)),
        "changes": [key for key in sent if key in stored and key != "mapping" and stored[key] != sent[key]],
    }
    keys = [safe_key(key) for keys in found.values() for key in keys]
    tenant.tell("config_echo", " and ".join(word for word in found if found[word]) or "same", ", ".join(keys))
    if "sendMailsPending" in found["omits"]:
        raise Unclear("GET does not show what was sent")
    if not is_taken(draft.configure({"delta": True, "separator": ";", "encoding": "UTF-8", "mapping": {IDENTIFIER: IDENTIFIER}})):
        raise Unclear("a part of a configuration is refused")
    after = draft.config()
    if after.get("sendMailsPending") is not True:
        tenant.tell("config_write", "replace")
    else:
        tenant.tell("config_write", "deep_merge" if "eMail" in mapped(after) else "merge")


@probe("unknown_field", "unknown_field_message")
def unknown_field(tenant: Tenant, draft: Draft) -> None:
    answer = draft.configure(body_of({f"profile-field:staffbasecheck{secrets.token_hex(4)}": "eMail"}))
    tenant.tell("unknown_field", "accepted" if is_taken(answer) else "refused")
    if is_taken(answer):
        raise Unclear("an unknown field is not refused")
    body = json_of(answer)
    message = str(body.get("message", "")) if isinstance(body, dict) else ""
    found = next((word for word in ("mapping_values", "body") if word in message), None)
    if found is None:
        raise Unclear("the message of the refusal is not known")
    tenant.tell("unknown_field_message", found)


@probe("missing_external_id")
def missing_identifier(tenant: Tenant, draft: Draft) -> None:
    """Where a write is merged into what stands there, null takes the identifier out of it."""
    merged = tenant.findings.seen("config_write") == "deep_merge"
    answer = draft.configure(_mapping({**MAIL, IDENTIFIER: None} if merged else {**MAIL}))
    tenant.tell("missing_external_id", "accepted" if is_taken(answer) else "refused")


def _first_taken(question: str, bodies: dict[str, Body], otherwise: str = "") -> Probe:
    """Return the probe that sends bodies in turn: the first that is taken tells its word; if none is, `otherwise` is told, if it is given."""
    @probe(question)
    def ask(tenant: Tenant, draft: Draft) -> None:
        seen = next((word for word, body in bodies.items() if is_taken(draft.configure(body))), otherwise)
        if not seen:
            raise Unclear("no spelling of the column is accepted")
        tenant.tell(question, seen)

    return ask


WRITES = (
    _first_taken("unknown_config_key", {"ignored": body_of(staffbaseCheck=True)}, "refused"),
    missing_identifier,
    _first_taken("external_id_spelling", {"both": _mapping({"externalID": IDENTIFIER})}, "externalId"),
    _first_taken("joint_keys", {"accepted": _mapping({"externalId,userName": IDENTIFIER})}, "refused"),
    _first_taken("one_column_twice", {"allowed": body_of({"userName": IDENTIFIER})}, "refused"),
    _first_taken("quoting", {"rfc4180": body_of({"eMail": QUOTED}), "literal": body_of({"eMail": f'"{QUOTED}"'})}),
)

_bom_of = _first_taken("bom", {"stripped": body_of(), "kept": body_of(identifier=f"\ufeff{IDENTIFIER}")})


@probe("bom")
def byte_order_mark(tenant: Tenant) -> None:
    with tenant.drafts.made(same_person_twice()) as draft:
        _bom_of.ask(tenant, draft)


@probe("windows_1252")
def windows_1252(tenant: Tenant, draft: Draft) -> None:
    found = [literal for literal in WINDOWS_1252 if is_taken(draft.configure(body_of(encoding=literal)))]
    tenant.tell("windows_1252", found[0] if found else "none", f"also {', '.join(found[1:])}" if found[1:] else "")


@probe("report_key")
def report_key(tenant: Tenant, draft: Draft) -> None:
    """A key counts as known when it is shown after the write: where unknown ones are ignored, all of them are taken."""
    nobody = f"nobody@{DOMAIN}"
    shown = [key for key in REPORT_KEYS if is_taken(draft.configure({**body_of(), key: nobody})) and key in draft.config()]
    if not shown:
        raise Unclear("none of the likely names is known")
    tenant.tell("report_key", shown[0])


@probe("documented_fields", "host_fields", "locale_key")
def known_fields(tenant: Tenant, draft: Draft) -> None:
    """No call lists the fields; a mapping with one that is not known is refused as a whole (O)."""
    if tenant.findings.seen("unknown_field") != "refused":
        raise Unclear("an unknown field is not refused, so the known ones cannot be told apart")
    columns = _columns(tenant.host_fields)
    known = tenant.findings.fields
    known[IDENTIFIER] = True
    for group in (DOCUMENTED_FIELDS, tenant.host_fields):
        wanted = [field for field in group if field not in known and field not in LOCALE_FIELDS]
        unknown = set(_unknown(draft, wanted, columns))
        known.update({field: field not in unknown for field in wanted})
    for field in LOCALE_FIELDS:
        # Most likely the tenant knows one of them at most, so nothing would be gained by sending several.
        known[field] = not list(_unknown(draft, [field], columns))
    _tell_unknown(tenant, "documented_fields", DOCUMENTED_FIELDS)
    if tenant.host_fields:
        _tell_unknown(tenant, "host_fields", tenant.host_fields)
    else:
        tenant.findings.unknown("host_fields", "no mapping was given")
    tenant.tell("locale_key", next((field for field in LOCALE_FIELDS if known[field]), "none"))


def _unknown(draft: Draft, fields: list[str], columns: dict[str, str]) -> t.Iterator[str]:
    """Halving finds the unknown ones with few calls, as each call tells whether there is at least one among those it sends."""
    if not fields or is_taken(draft.configure(body_of({field: columns[field] for field in fields}))):
        return
    if len(fields) == 1:
        yield fields[0]
        return
    half = len(fields) // 2
    yield from _unknown(draft, fields[:half], columns)
    yield from _unknown(draft, fields[half:], columns)


def _tell_unknown(tenant: Tenant, question: str, group: t.Sequence[str]) -> None:
    unknown = [field for field in group if tenant.findings.fields.get(field) is False]
    tenant.tell(question, f"{len(unknown)} unknown" if unknown else "all", ", ".join(unknown))


OF_THE_CONFIGURATION = (echo_and_write, unknown_field, *WRITES, windows_1252, report_key, known_fields)
