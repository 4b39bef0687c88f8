# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulator as an object: a server in a thread and everything a test asks of it."""

from __future__ import annotations

import contextlib
import shutil
import socket
import tempfile
import threading
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from werkzeug.serving import BaseWSGIServer, make_server

from .application import Application
from .connection import Connection
from .faults import Fault
from .rate_limit import RateLimit
from .request_log import Record, calls_of, writes_of
from .steering import Steering
from .switches import Switches
from .world import DEFAULT_TOKEN, World


class Simulator(Steering):
    """A tenant on http://127.0.0.1:<port>, running from construction until ``stop`` or the end of the with block.

    ``people`` are dicts (external_id, user_name, email, status, fields, source); ``preview_seconds`` and
    ``import_seconds`` say how long a preview and an import take (real plus virtual seconds); ``rate_limit`` = (calls,
    window in seconds); ``custom_fields`` are the tenant's own profile field ids; ``certificate`` =
    (cert file, key file) turns on TLS; ``clock_offset`` is by how many seconds the tenant's clock is wrong.
    """

    def __init__(
        self,
        switches: Switches | None = None,
        token: str = DEFAULT_TOKEN,
        people: Iterable[Mapping[str, Any]] = (),
        *,
        preview_seconds: float = 0.0,
        import_seconds: float = 0.0,
        custom_fields: Collection[str] = ("costcenter", "birthday_1"),
        rate_limit: tuple[int, float] = (0, 1.0),
        database: str = ":memory:",
        port: int = 0,
        certificate: tuple[str, str] | None = None,
        clock_offset: float = 0.0,
    ) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="staffbase-simulator-"))
        super().__init__(
            World(
                self._folder,
                switches or Switches(),
                token=token,
                custom_fields=custom_fields,
                people=people,
                preview_seconds=preview_seconds,
                import_seconds=import_seconds,
                database=database,
                rate_limit=RateLimit(*rate_limit),
                clock_offset=clock_offset,
            )
        )
        self._application = Application(self.world, self.leave)
        self._certificate = certificate
        self._open_sockets: set[socket.socket] = set()
        self._lock = threading.RLock()
        self._return: threading.Timer | None = None
        # Bound and never listening: nobody else is given the port while the simulator is away.
        self._place = socket.socket()
        self._place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._place.bind(("127.0.0.1", port))
        self._port: int = self._place.getsockname()[1]
        scheme = "https" if certificate else "http"
        self.url = f"{scheme}://127.0.0.1:{self._port}"
        self._listen()

    def __enter__(self) -> Simulator:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stop()

    def _listen(self) -> None:
        self._server: BaseWSGIServer = make_server(
            "127.0.0.1", self._port, self._application, threaded=True, request_handler=Connection, ssl_context=self._certificate)
        self._server.open_sockets = self._open_sockets  # type: ignore[attr-defined]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def leave(self, seconds: float | None = None) -> None:
        """Refuse connections for some real seconds, or until ``come_back``. Open connections stay."""
        with self._lock:
            if self._away():
                return
            self._server.shutdown()
            self._thread.join()
            if seconds is not None:
                self._return = threading.Timer(seconds, self.come_back)
                self._return.daemon = True
                self._return.start()

    def come_back(self) -> None:
        """Listen again."""
        with self._lock:
            if self._return is not None:
                self._return.cancel()
                self._return = None
            if self._away() and not self._stopped():
                self._listen()

    def _away(self) -> bool:
        return not self._thread.is_alive()

    def _stopped(self) -> bool:
        return self._place.fileno() < 0

    def settle(self) -> None:
        """Wait until every call that has arrived was done, also those whose client has given up."""
        self._application.settle()

    def stop(self) -> None:
        """Close all connections, end the thread, remove the files; may be called twice."""
        # What is held would never end.
        self.world.faults.clear()
        with self._lock:
            if self._stopped():
                return
            self.leave()
            self._place.close()
            if self._return is not None:
                self._return.cancel()
        for connection in list(self._open_sockets):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def token(self) -> str:
        """The token as Studio shows it."""
        return self.world.token

    @property
    def powerless_token(self) -> str:
        """A token that is valid but lacks the right."""
        return self.world.powerless_token

    @property
    def switches(self) -> Switches:
        """The switches; may be set at any time."""
        return self.world.switches

    @switches.setter
    def switches(self, switches: Switches) -> None:
        self.world.switches = switches

    @property
    def requests(self) -> list[Record]:
        """All API calls since the last ``forget_requests``."""
        return self.world.log.all()

    def calls(self) -> list[str]:
        """The calls as compact strings, ids replaced with {id}, a state PATCH followed by its target."""
        return calls_of(self.requests)

    def writes(self) -> list[str]:
        """The calls without GETs."""
        return writes_of(self.requests)

    def forget_requests(self) -> None:
        """Empty the request log."""
        self.world.log.forget()

    def schedule(self, fault: Fault) -> None:
        """Let something go wrong."""
        self.world.faults.schedule(fault)

    def clear_faults(self) -> None:
        """Forget all scheduled faults, and be there again."""
        self.world.faults.clear()
        self.come_back()
