# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The API's calls, behind authentication and before faults."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .answer import Answer, Call, json_answer, no_content
from .configuration import check_body, check_config, merged, shown, usable
from .error_report import error_report
from .import_list import page, record_of
from .import_store import Import
from .progress import catch_up, running
from .refusals import BAD_BODY, Refusal, not_found
from .routes import CHANGELOG, COLLECTION, CONFIG, ERRORS, SINGLE, STATUS, VERBS
from .states import (
    CANCELLED,
    CONFIGURABLE,
    DRAFT,
    IMPORT_PENDING,
    MOVING,
    PREVIEW_PENDING,
    PREVIEW_READY,
    check_transition,
    transition_refused,
)
from .status_body import status_body
from .upload import receive_upload
from .world import World


def act(world: World, call: Call) -> Answer:
    """Carry a call out; raises ``Refusal``."""
    _authorise(world, call)
    template = call.template
    if template.endswith("/") and world.switches.trailing_slash == "accepted":
        template = template.rstrip("/")
    if template not in VERBS or (template == CHANGELOG and world.switches.changelog_path == "none"):
        raise not_found()
    if call.method not in _verbs(template, world):
        raise Refusal(405, "Method Not Allowed", {"Allow": ", ".join(_verbs(template, world))})
    if template == COLLECTION and call.method == "POST":
        return receive_upload(world, call)
    with world.database.lock:
        catch_up(world)
        answer = HANDLERS[call.method, template](world, call)
        catch_up(world)
        return answer


def _authorise(world: World, call: Call) -> None:
    """Basic with the token as it is (D, O): else 401. No right: 404 since 2025-11-17 (D), or 403. Feature off (D)."""
    scheme, _blank, token = call.request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic" or token not in (world.token, world.powerless_token):
        raise Refusal(401, "Unauthorized", {"WWW-Authenticate": 'Basic realm="Staffbase"'})
    answers = {"not_found": not_found(), "forbidden": Refusal(403, "Forbidden")}
    if world.switches.feature != "on":
        raise answers[world.switches.feature]
    if token == world.powerless_token and token != world.token:
        raise answers[world.switches.no_right]


def _verbs(template: str, world: World) -> tuple[str, ...]:
    """PATCH for the configuration today (O), PUT in the older guides (D); the state takes PATCH, PUT is a 405 (O)."""
    if template == CONFIG and world.switches.config_verb != "both":
        return ("GET", world.switches.config_verb.upper())
    return VERBS[template]


def _entry(world: World, call: Call) -> Import:
    entry = world.imports.get(call.import_id or "")
    if entry is None or entry.gone:
        raise not_found()
    return entry


def _list(world: World, call: Call) -> Answer:
    return json_answer(page(world.imports.all(), call.query, world.switches))


def _show(world: World, call: Call) -> Answer:
    return json_answer(record_of(_entry(world, call), world.switches))


def _status(world: World, call: Call) -> Answer:
    return json_answer(status_body(_entry(world, call), world.switches))


def _errors(world: World, call: Call) -> Answer:
    return error_report(_entry(world, call).errors, world.switches)


def _changelog(world: World, call: Call) -> Answer:
    """Exists since 2025-11-03 (D); path and shape are guesses (I)."""
    entry = _entry(world, call)
    return json_answer({"entries": [], "state": entry.state})


def _show_config(world: World, call: Call) -> Answer:
    entry = _entry(world, call)
    return json_answer(shown(entry.config, entry.id, world.switches))


def _write_config(world: World, call: Call) -> Answer:
    """204 (O); refused once the import runs or is over (I)."""
    entry = _entry(world, call)
    sent = check_body(_json_body(call), world.switches)
    if entry.state not in CONFIGURABLE:
        raise transition_refused(world.switches)
    config = merged(entry.config, sent, world.switches)
    check_config(config, world.imports.path(entry.id), world.custom_fields, world.switches)
    entry.config = config
    entry.configured = True
    if entry.state == PREVIEW_READY and world.switches.config_at_preview_ready == "draft":
        entry.state = DRAFT
        entry.expected = None
        entry.errors = []
    world.imports.save(entry)
    return no_content()


def _move(world: World, call: Call) -> Answer:
    """PATCH of the state: 204 (O)."""
    entry = _entry(world, call)
    body = _json_body(call)
    target = body.get("state") if isinstance(body, dict) else None
    check_transition(entry.state, target, world.switches)
    if target == entry.state:
        return no_content()
    if target == CANCELLED:
        cancel(world, entry)
        return no_content()
    if not world.imports.path(entry.id).exists():
        raise transition_refused(world.switches)
    usable(entry.config, world.imports.path(entry.id), world.custom_fields, world.switches)
    if target == IMPORT_PENDING:
        _check_slot(world, entry)
    entry.state = str(target)
    entry.since = world.clock.now()
    entry.held = False
    if target == PREVIEW_PENDING:
        entry.expected = None
        entry.errors = []
    world.imports.save(entry)
    return no_content()


def _check_slot(world: World, entry: Import) -> None:
    """Another import runs: queued (D for delta imports), or refused (I)."""
    other = running(world)
    if other is None or other.id == entry.id or world.switches.second_import == "queued":
        return
    if world.switches.second_import == "conflict":
        raise Refusal(409, "Another import is running")
    raise transition_refused(world.switches)


def cancel(world: World, entry: Import) -> None:
    """CANCELLED removes the file (D), unless an import from there is allowed (C: the two contradict)."""
    entry.state = CANCELLED
    entry.since = world.clock.now()
    entry.held = False
    world.imports.save(entry)
    if world.switches.import_from_cancelled == "refused":
        world.imports.remove_file(entry.id)


def delete(world: World, entry: Import) -> None:
    """The record and its file are gone."""
    entry.gone = "deleted"
    world.imports.save(entry)
    world.imports.remove_file(entry.id)


def _delete(world: World, call: Call) -> Answer:
    """204 (I); a finished import's people stay as they are (D); a running one is a switch (I)."""
    entry = _entry(world, call)
    if entry.state in MOVING and world.switches.delete_running == "refused":
        raise transition_refused(world.switches)
    delete(world, entry)
    if world.switches.delete_answer == 200:
        return json_answer({})
    return no_content()


def _json_body(call: Call) -> Any:
    if not call.body_is_json:
        raise Refusal(400, BAD_BODY)
    return call.body


HANDLERS: dict[tuple[str, str], Callable[[World, Call], Answer]] = {
    ("GET", COLLECTION): _list,
    ("GET", SINGLE): _show,
    ("PATCH", SINGLE): _move,
    ("DELETE", SINGLE): _delete,
    ("GET", STATUS): _status,
    ("GET", CONFIG): _show_config,
    ("PATCH", CONFIG): _write_config,
    ("PUT", CONFIG): _write_config,
    ("GET", ERRORS): _errors,
    ("GET", CHANGELOG): _changelog,
}
