# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plain client for the tests of the simulator; every answer is held against the OpenAPI description."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import requests
import simulator_document

from simulator import Simulator, Switches

BASE = {"externalId": "id"}
MAPPING = {
    "externalId": "id",
    "userName": "user",
    "eMail": "mail",
    "status": "status",
    "profile-field:firstName": "first",
}
HEADER = "id;user;mail;status;first"


def person(identifier: str, status: str = "activated", **more: Any) -> dict[str, Any]:
    """A person of the tenant whose values csv_row repeats."""
    values = {"external_id": identifier, "user_name": f"u-{identifier}", "email": f"{identifier}@company.example"}
    return {**values, "status": status, "fields": {"firstName": "Ama"}, "source": "csv", **more}


def csv_row(identifier: str, status: str = "", first: str = "Ama") -> str:
    """A line that says the same as person()."""
    return f"{identifier};u-{identifier};{identifier}@company.example;{status};{first}"


def csv_file(*rows: str, header: str = HEADER) -> bytes:
    """A file of lines."""
    return "".join(line + "\n" for line in (header, *rows)).encode()


def config(switches: Switches | None = None, mapping: Mapping[str, str] | None = None, **more: Any) -> dict[str, Any]:
    """A whole configuration body."""
    body = {"delta": True, "encoding": "UTF-8", "separator": ";", "type": "USER", "generateRecoveryCodes": False}
    return {**body, "sendMailsNew": False, "sendMailsPending": False, "mapping": dict(mapping or MAPPING), **more}


class Client:
    """Calls by path below /users/imports."""

    def __init__(self, sim: Simulator, token: str | None = None, checked: bool = True) -> None:
        self.sim = sim
        self.root = f"{sim.url}/api/users/imports"
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Authorization"] = f"Basic {sim.token if token is None else token}"
        if checked:
            self.session.hooks["response"].append(simulator_document.check)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.session.close()

    def call(self, method: str, path: str = "", **more: Any) -> requests.Response:
        """One call; redirects are not followed."""
        return self.session.request(method, self.root + path, allow_redirects=False, timeout=10, **more)

    def get(self, path: str = "", **query: Any) -> requests.Response:
        """GET."""
        return self.call("GET", path, params=query)

    def post(self, content: bytes, name: str = "staff.csv", part: str = "file") -> requests.Response:
        """Upload."""
        return self.call("POST", files={part: (name, content, "text/csv")})

    def upload(self, content: bytes, name: str = "staff.csv") -> str:
        """Upload and return the id."""
        answer = self.post(content, name)
        assert answer.status_code == 201, answer.text
        return answer.headers["Location"].rstrip("/").rpartition("/")[2]

    def configure(self, import_id: str, body: Any = None) -> requests.Response:
        """Write the configuration with the verb of the day."""
        verb = "PUT" if self.sim.switches.config_verb == "put" else "PATCH"
        return self.call(verb, f"/{import_id}/config", json=config() if body is None else body)

    def move(self, import_id: str, state: str) -> requests.Response:
        """PATCH the state."""
        return self.call("PATCH", f"/{import_id}", json={"state": state})

    def state(self, import_id: str) -> str:
        """The state now."""
        return str(self.get(f"/{import_id}").json()["state"])

    def run(self, content: bytes, body: Any = None, preview: bool = False) -> str:
        """Upload, configure, import; returns the id."""
        import_id = self.upload(content)
        assert self.configure(import_id, body).status_code == 204
        for state in ("PREVIEW_PENDING", "IMPORT_PENDING") if preview else ("IMPORT_PENDING",):
            assert self.move(import_id, state).status_code == 204
        return import_id

    def counters(self, import_id: str) -> dict[str, int]:
        """The five counters of a flat status."""
        body = self.get(f"/{import_id}/status").json()
        return {
            name: body[name]
            for name in ("created", "updated", "deactivated", "reactivated", "deleted")
            if body.get(name)
        }


Start = Callable[..., Client]
