# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control plane below /_simulator: for tests in other processes. Needs no token and is not logged.

GET people, deleted_people, imports[?gone=1], imports/<id>, imports/<id>/content, requests, calls, writes, switches,
faults; DELETE requests, faults; POST people (a list), faults (a Fault), clock ({"seconds": n}),
imports?file_name=&state= (the bytes), imports/<id>/state ({"state": ..., "hold": bool}), imports/<id>/cancel;
PATCH switches.
"""

from __future__ import annotations

import json
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
    parts = path.strip("/").split("/")
    call = f"{request.method} {path}"
    if call == "DELETE /requests":
        world.log.forget()
    elif call == "DELETE /faults":
        world.faults.clear()
    elif call == "POST /faults":
        world.faults.schedule(Fault(**body))
    elif call == "POST /clock":
        steering.advance(float(body["seconds"]))
    elif call == "POST /people":
        steering.add_people(body)
    elif call == "PATCH /switches":
        world.switches = world.switches.with_(**body)
    elif call == "POST /imports":
        return {
            "id": steering.upload(request.get_data(), request.args["file_name"], request.args.get("state", "DRAFT"))
        }
    elif request.method == "POST" and parts[0] == "imports" and parts[2:] == ["state"]:
        steering.set_state(parts[1], body["state"], hold=bool(body.get("hold")))
    elif request.method == "POST" and parts[0] == "imports" and parts[2:] == ["cancel"]:
        steering.cancel(parts[1])
    else:
        raise KeyError(call)
    return {}
