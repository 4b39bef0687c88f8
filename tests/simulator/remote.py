# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks and steers a simulator that runs in another process."""

from __future__ import annotations

import json
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import ProxyHandler, Request, build_opener

from .faults import Fault
from .request_log import Record
from .switches import Value


class RemoteSimulator:
    """The reading and steering methods of ``Simulator`` over the control plane; errors raise ``ValueError``."""

    def __init__(self, url: str, token: str = "") -> None:
        self.url = url.rstrip("/")
        self.token = token
        self._opener = build_opener(ProxyHandler({}))

    def people(self) -> list[dict[str, Any]]:
        """Everybody in the tenant."""
        return self._json("GET", "people")

    def deleted_people(self) -> list[dict[str, Any]]:
        """Those deleted for good."""
        return self._json("GET", "deleted_people")

    def add_people(self, people: list[dict[str, Any]]) -> None:
        """Put people into the tenant."""
        self._json("POST", "people", people)

    def set_status(self, identifier: str, status: str) -> None:
        """Set somebody's status as an admin in Studio would, or as somebody does who registers."""
        self.alter_person(identifier, status=status)

    def alter_person(self, identifier: str, **values: Any) -> None:
        """Change a person by hand."""
        self._json("PATCH", f"people/{quote(identifier, safe='')}", values)

    def remove_person(self, identifier: str) -> None:
        """Delete a person by hand."""
        self._json("DELETE", f"people/{quote(identifier, safe='')}")

    def refuse(self, *identifiers: str) -> None:
        """From now on, refuse the rows of these people, for a reason of the tenant's own."""
        self._json("POST", "refuse", list(identifiers))

    def accept(self, *identifiers: str) -> None:
        """The reason to refuse these people's rows is gone; without identifiers: everybody's."""
        self._json("POST", "accept", list(identifiers))

    def set_end_counts(self, **counts: int) -> None:
        """Let the next import that ends count this, whatever it did to people."""
        self._json("POST", "end_counts", counts)

    def imports(self, gone: bool = False) -> list[dict[str, Any]]:
        """Imports in the order of upload."""
        return self._json("GET", "imports?gone=1" if gone else "imports")

    def import_(self, import_id: str) -> dict[str, Any]:
        """One import."""
        return self._json("GET", f"imports/{quote(import_id)}")

    def uploaded_bytes(self, import_id: str) -> bytes:
        """The bytes as they came."""
        return self._ask("GET", f"imports/{quote(import_id)}/content")

    @property
    def requests(self) -> list[Record]:
        """All API calls since the last ``forget_requests``."""
        return [Record(**values) for values in self._json("GET", "requests")]

    def calls(self) -> list[str]:
        """The calls as compact strings."""
        return self._json("GET", "calls")

    def writes(self) -> list[str]:
        """The calls without GETs."""
        return self._json("GET", "writes")

    def forget_requests(self) -> None:
        """Empty the request log."""
        self._json("DELETE", "requests")

    def schedule(self, fault: Fault) -> None:
        """Let something go wrong."""
        self._json("POST", "faults", fault.as_dict())

    def clear_faults(self) -> None:
        """Forget all scheduled faults."""
        self._json("DELETE", "faults")

    def advance(self, seconds: float) -> None:
        """Let virtual time pass."""
        self._json("POST", "clock", {"seconds": seconds})

    def set_switches(self, **changes: Value) -> None:
        """Change some switches."""
        self._json("PATCH", "switches", changes)

    def set_state(self, import_id: str, state: str, hold: bool = False) -> None:
        """Put an import into a state."""
        self._json("POST", f"imports/{quote(import_id)}/state", {"state": state, "hold": hold})

    def cancel(self, import_id: str) -> None:
        """Cancel as somebody in Studio would."""
        self._json("POST", f"imports/{quote(import_id)}/cancel", {})

    def delete_import(self, import_id: str) -> None:
        """Delete a record as somebody in Studio would."""
        self._json("DELETE", f"imports/{quote(import_id)}")

    def upload(self, content: bytes, file_name: str, state: str = "DRAFT") -> str:
        """An import as another client would have made it; returns the id."""
        answer = json.loads(
            self._ask("POST", "imports?" + urlencode({"file_name": file_name, "state": state}), content)
        )
        return str(answer["id"])

    def _json(self, method: str, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        return json.loads(self._ask(method, path, data, "application/json"))

    def _ask(self, method: str, path: str, data: bytes | None = None, content_type: str = "text/csv") -> bytes:
        request = Request(
            f"{self.url}/_simulator/{path}", data=data, method=method, headers={"Content-Type": content_type}
        )
        try:
            with self._opener.open(request, timeout=30) as answer:
                content: bytes = answer.read()
        except HTTPError as error:
            raise ValueError(error.read().decode(errors="replace")) from None
        return content
