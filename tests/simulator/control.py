# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control plane below /_simulator: for tests in other processes. Needs no token and is not logged.

GET people, deleted_people, imports[?gone=1], imports/<id>, imports/<id>/content, requests, calls, writes, switches,
faults, refused; DELETE requests, faults, imports/<id>, people/<identifier>; POST people (a list), faults (a Fault),
clock ({"seconds": n}), refuse and accept (a list of identifiers), end_counts ({"deactivated": n, ...}),
imports?file_name=&state= (the bytes), imports/<id>/state ({"state": ..., "hold": bool}), imports/<id>/cancel;
PATCH switches, people/<identifier> ({"status": ..., ...}).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from werkzeug.wrappers import Request

from .answer import Answer, json_answer
from .faults import Fault
from .request_log import calls_of, writes_of
from .steering import Steering
from .world import World


def control(world: World, request: Request, path: str) -> Answer:
    """Answer one control call; 400 with a message for anything unknown or malformed."""
    try:
        found = (
            _read(Steering(world), request, path) if request.method == "GET" else _write(Steering(world), request, path)
        )
    except (KeyError, TypeError, ValueError) as error:
        return json_answer({"message": f"{type(error).__name__}: {error}"}, 400)
    if isinstance(found, bytes):
        return Answer(200, found, "application/octet-stream")
    return json_answer(found)


def _read(steering: Steering, request: Request, path: str) -> Any:
    world = steering.world
    plain: dict[str, Any] = {
        "/people": steering.people,
        "/deleted_people": steering.deleted_people,
        "/imports": lambda: steering.imports(gone=request.args.get("gone") == "1"),
        "/requests": lambda: [record.as_dict() for record in world.log.all()],
        "/calls": lambda: calls_of(world.log.all()),
        "/writes": lambda: writes_of(world.log.all()),
        "/switches": world.switches.as_dict,
        "/faults": lambda: [fault.as_dict() for fault in world.faults.pending()],
        "/refused": lambda: sorted(world.refused),
    }
    if path in plain:
        return plain[path]()
    parts = path.strip("/").split("/")
    if parts[0] == "imports" and len(parts) == 2:
        return steering.import_(parts[1])
    if parts[0] == "imports" and len(parts) == 3 and parts[2] == "content":
        return steering.uploaded_bytes(parts[1])
    raise KeyError(path)


def _write(steering: Steering, request: Request, path: str) -> Any:
    world = steering.world
    body: Any = json.loads(request.get_data() or b"{}") if request.mimetype == "application/json" else {}
    plain: dict[str, Callable[[], None]] = {
        "DELETE /requests": world.log.forget,
        "DELETE /faults": world.faults.clear,
        "POST /faults": lambda: world.faults.schedule(Fault(**body)),
        "POST /clock": lambda: steering.advance(float(body["seconds"])),
        "POST /people": lambda: steering.add_people(body),
        "POST /refuse": lambda: steering.refuse(*body),
        "POST /accept": lambda: steering.accept(*body),
        "POST /end_counts": lambda: _set_end_counts(steering, body),
    }
    call = f"{request.method} {path}"
    parts = path.strip("/").split("/")
    if call in plain:
        plain[call]()
    elif call == "PATCH /switches":
        world.switches = world.switches.with_(**body)
    elif call == "POST /imports":
        return {
            "id": steering.upload(request.get_data(), request.args["file_name"], request.args.get("state", "DRAFT"))
        }
    elif len(parts) > 1:
        _write_to_one(steering, f"{request.method} {' '.join((parts[0], *parts[2:]))}", parts[1], body)
    else:
        raise KeyError(call)
    return {}


def _set_end_counts(steering: Steering, counts: dict[str, int]) -> None:
    steering.set_end_counts(**counts)


def _write_to_one(steering: Steering, call: str, name: str, body: Any) -> None:
    """A call about one import or one person."""
    if call == "POST imports state":
        steering.set_state(name, body["state"], hold=bool(body.get("hold")))
    elif call == "POST imports cancel":
        steering.cancel(name)
    elif call == "DELETE imports":
        steering.delete_import(name)
    elif call == "PATCH people":
        steering.alter_person(name, **body)
    elif call == "DELETE people":
        steering.remove_person(name)
    else:
        raise KeyError(call)
