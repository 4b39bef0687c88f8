# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The API on HTTP, in a thread, with a log of what was asked for."""

from __future__ import annotations

import json
import threading
import typing as t

from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from . import rules
from .kinds import KINDS
from .rules import Data, Refused
from .store import Store

VERSION = "24.6.1"


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Silent: the server's own log has it all."""


class AwxApi:
    """An AWX with one organization, Default, on http://127.0.0.1:<port>, until the end of the with block."""

    def __init__(self, token: str, playbooks: t.Collection[str] = ("staffbase.yml",)) -> None:
        self._token = token
        self.store = Store(playbooks)
        self.store.create("organizations", {"name": "Default"})
        self.calls: list[str] = []
        self._lock = threading.Lock()
        self._server = make_server("127.0.0.1", 0, Request.application(self._answer), threaded=True, request_handler=_Quiet)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def __enter__(self) -> AwxApi:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def writes(self) -> list[str]:
        """All calls that are no GET, such as `PATCH job_templates/7`."""
        return [call for call in self.calls if not call.startswith("GET ")]

    def one(self, kind: str, name: str) -> Data:
        """Return the only object of this name, with its id and its secrets."""
        key = "identifier" if kind == "workflow_job_template_nodes" else "name"
        ((number, item),) = [(number, item) for number, item in self.store.objects[kind].items() if item[key] == name]
        return {"id": number, **item}

    def associated(self, kind: str, name: str, relation: str) -> list[str]:
        """Return the names of what is associated with an object."""
        other = KINDS[kind].associations[relation]
        numbers = self.store.associated.get((kind, self.one(kind, name)["id"], relation), [])
        items = [self.store.objects[other][number] for number in numbers]
        return [item.get("name") or item["identifier"] for item in items]

    def _answer(self, request: Request) -> Response:
        path = request.path.removeprefix("/api/v2/").strip("/")
        with self._lock:
            self.calls.append(f"{request.method} {path}")
            if request.headers.get("Authorization") != f"Bearer {self._token}":
                return _json({"detail": "Authentication credentials were not provided."}, 401)
            try:
                return self._route(request, *path.split("/"))
            except Refused as refused:
                return _json(refused.body, 400)

    def _route(self, request: Request, kind: str, number: str = "", relation: str = "") -> Response:
        if kind in ("ping", "config") and not number:
            return _json({"version": VERSION, "license_info": {"license_type": "open"}})
        if kind == "me" and not number:
            return _json(_page([{"id": 1, "username": "admin", "is_superuser": True}]))
        if kind == "project_updates" and number:
            self.store.updating.discard(int(number))
            return _json({"id": int(number), "status": "successful", "failed": False})
        if kind not in KINDS and kind != "unified_job_templates":
            return _json({"detail": "Not found."}, 404)
        if not number:
            return self._list(request, kind)
        if kind not in KINDS or int(number) not in self.store.objects[kind]:
            return _json({"detail": "Not found."}, 404)
        if relation:
            return self._related(request, kind, int(number), relation)
        return self._detail(request, kind, int(number))

    def _list(self, request: Request, kind: str) -> Response:
        if request.method == "GET":
            return _json(_page([item for item in self.store.listed(kind) if _matches(item, request.args)]))
        if request.method == "POST" and kind != "unified_job_templates":
            number = self.store.create(kind, _body(request))
            return _json(self.store.shown(kind, number), 201)
        return _json({"detail": "Method not allowed."}, 405)

    def _detail(self, request: Request, kind: str, number: int) -> Response:
        if request.method == "DELETE":
            del self.store.objects[kind][number]
            return Response(status=204)
        if request.method == "PATCH":
            self.store.change(kind, number, _body(request))
        elif request.method != "GET":
            return _json({"detail": "Method not allowed."}, 405)
        return _json(self.store.shown(kind, number))

    def _related(self, request: Request, kind: str, number: int, relation: str) -> Response:
        if relation == "survey_spec" and kind in ("job_templates", "workflow_job_templates"):
            return self._survey(request, (kind, number))
        if relation == "create_approval_template" and kind == "workflow_job_template_nodes" and request.method == "POST":
            made = self.store.create("workflow_approval_templates", _body(request))
            self.store.objects[kind][number]["unified_job_template"] = made
            return _json(self.store.shown("workflow_approval_templates", made), 201)
        other = KINDS[kind].associations.get(relation)
        if other is None:
            return _json({"detail": "Not found."}, 404)
        numbers = self.store.associated.setdefault((kind, number, relation), [])
        if request.method == "GET":
            return _json(_page([self.store.shown(other, one) for one in numbers]))
        body = _body(request)
        if body["id"] not in self.store.objects[other]:
            raise Refused("id", "object does not exist")
        if body.get("disassociate"):
            numbers.remove(body["id"])
        else:
            numbers.append(body["id"])
        return Response(status=204)

    def _survey(self, request: Request, key: tuple[str, int]) -> Response:
        if request.method == "POST":
            rules.survey(_body(request))
            self.store.surveys[key] = _body(request)
            return _json({})
        return _json(self.store.surveys.get(key, {}))


def _matches(item: Data, wanted: t.Mapping[str, str]) -> bool:
    any_of = {name.removeprefix("or__"): value for name, value in wanted.items() if name.startswith("or__")}
    all_of = {name: value for name, value in wanted.items() if not name.startswith("or__")}
    return all(str(item.get(name)) == value for name, value in all_of.items()) and (
        not any_of or any(str(item.get(name)) == value for name, value in any_of.items()))


def _page(results: list[Data]) -> Data:
    return {"count": len(results), "next": None, "previous": None, "results": results}


def _body(request: Request) -> Data:
    data: Data = json.loads(request.get_data() or b"{}")
    return data


def _json(body: t.Any, status: int = 200) -> Response:
    headers = {"X-API-Product-Name": "AWX", "X-API-Product-Version": VERSION}
    return Response(json.dumps(body), status=status, mimetype="application/json", headers=headers)
