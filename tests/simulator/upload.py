# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""POST /users/imports: a multipart upload that goes straight to disk."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request

from .answer import Answer, Call
from .csv_file import check_upload
from .refusals import NO_FILE, Refusal
from .world import World


class SpoolingRequest(Request):
    """A request whose file parts are written to the simulator's folder while they arrive: memory stays flat."""

    max_form_memory_size = 1 << 20

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        folder: Path = self.environ["simulator.folder"]
        stream = (folder / f"part-{uuid.uuid4().hex}").open("w+b")
        self.environ.setdefault("simulator.parts", []).append(stream)
        return stream


def receive_upload(world: World, call: Call) -> Answer:
    """201 with the id only in Location (D+O); one part ``file`` with a file name (O), other fields are ignored (I)."""
    request = call.request
    parts: list[IO[bytes]] = request.environ.setdefault("simulator.parts", [])
    try:
        part = _file_part(request)
        part.stream.close()
        spooled = Path(part.stream.name)
        check_upload(spooled, world.switches)
        entry = world.receive(spooled, part.filename)
    finally:
        for stream in parts:
            stream.close()
            Path(stream.name).unlink(missing_ok=True)
    return Answer(201, headers={"Location": _location(world, request, entry.id)}, created_id=entry.id)


def _file_part(request: Request) -> Any:
    """The part named ``file``; 400 "Missing form file" without it (D) or when the body is no readable form (I)."""
    try:
        part = request.files.get("file")
    except (HTTPException, ValueError):
        part = None
    if part is None or not part.filename:
        raise Refusal(400, NO_FILE)
    return part


def _location(world: World, request: Request, import_id: str) -> str:
    """Absolute in the guides (D), relative per a client (O); the other forms are thinkable (I)."""
    form = world.switches.location
    host = urlsplit(request.host_url)
    absolute = f"{host.scheme}://{host.netloc}/api/users/imports/{import_id}"
    return {
        "absolute": absolute,
        "relative": f"/api/users/imports/{import_id}",
        "relative_without_api": f"/users/imports/{import_id}",
        "id_only": import_id,
        "trailing_slash": absolute + "/",
    }[form]
