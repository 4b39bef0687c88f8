# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line: ``PYTHONPATH=tests python3 -m simulator``."""

from __future__ import annotations

import argparse
import json
import os
import signal
import threading
from pathlib import Path
from typing import Any

from .company import company
from .faults import KINDS, Fault
from .service import Simulator
from .switches import Switches, explain, parse_switch
from .world import DEFAULT_TOKEN

EPILOG = """\
The first line on standard output is JSON: {{"url": ..., "token": ..., "powerless_token": ...}}; then it runs until
SIGINT or SIGTERM. Only 127.0.0.1 is served. Other processes ask and steer it below
<url>/_simulator/ (no token, not logged):
  GET  people, deleted_people, imports, requests, calls, writes, switches, faults
  POST faults {{"kind": ...}}, clock {{"seconds": 3600}}; PATCH switches {{...}}; DELETE requests, faults

Tags: D documented, O observed on the real service, C a client's comment, I inferred by us.

faults (--fault, or POST faults): a JSON object with "kind" and optionally "method", "path" (a template such as
/users/imports/{{id}}/config), "state" (target of a state PATCH), "nth" (1 = the next matching call), "times" (null =
lasting), "delay" (seconds), "retry_after" (header value), "location" (of a redirect).
  --fault '{{"kind": "lost_answer", "method": "POST", "path": "/users/imports"}}'
  --fault '{{"kind": "status:503", "method": "GET", "nth": 2, "times": 3, "retry_after": "1"}}'
kinds:
{kinds}

switches (--switch name=value, the first value is the default):
{switches}
"""


def parser() -> argparse.ArgumentParser:
    """The options; the help text explains every switch and fault."""
    kinds = "\n".join(f"  {kind:<20} {text}" for kind, text in KINDS.items())
    result = argparse.ArgumentParser(
        prog="python3 -m simulator",
        description="A simulated Staffbase tenant with the CSV import API on real HTTP.",
        epilog=EPILOG.format(kinds=kinds, switches=explain()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    result.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 = any free one (default)")
    result.add_argument("--token", default=DEFAULT_TOKEN, help="the accepted token: base64 of id:secret")
    result.add_argument("--database", default=":memory:", help="SQLite file; default: in memory")
    result.add_argument("--people", type=Path, help="JSON file with a list of people to start with")
    result.add_argument("--company", type=int, metavar="SIZE", help="start with an invented company of this size")
    result.add_argument("--seed", type=int, default=1, help="another seed is another company (default 1)")
    result.add_argument(
        "--custom-field", action="append", default=[], metavar="ID", help="a profile field id of the tenant"
    )
    result.add_argument("--preview-seconds", type=float, default=0.0, help="how long a preview takes (default 0)")
    result.add_argument("--import-seconds", type=float, default=0.0, help="how long an import takes (default 0)")
    result.add_argument(
        "--rate-limit",
        type=float,
        nargs=2,
        metavar=("CALLS", "SECONDS"),
        default=(0, 1),
        help="429 after CALLS calls in a window of SECONDS; 0 calls = off (default)",
    )
    result.add_argument(
        "--switch", action="append", default=[], metavar="NAME=VALUE", help="see below; may be repeated"
    )
    result.add_argument("--fault", action="append", default=[], metavar="JSON", help="see below; may be repeated")
    result.add_argument(
        "--ready-file", type=Path, help="also write the first line there (mode 0600) once the server listens"
    )
    return result


def main(arguments: list[str] | None = None) -> int:
    """Run until a signal; exit code 2 for bad options."""
    options = parser().parse_args(arguments)
    try:
        switches = Switches(**dict(parse_switch(text) for text in options.switch))  # type: ignore[arg-type]
        faults = [Fault(**json.loads(text)) for text in options.fault]
        people = _people(options)
    except (OSError, TypeError, ValueError) as error:
        parser().error(str(error))
    fields = options.custom_field or ["costcenter", "birthday_1"]
    rate = (int(options.rate_limit[0]), float(options.rate_limit[1]))
    done = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_arguments: done.set())
    with Simulator(
        switches,
        options.token,
        people,
        preview_seconds=options.preview_seconds,
        custom_fields=fields,
        import_seconds=options.import_seconds,
        rate_limit=rate,
        database=options.database,
        port=options.port,
    ) as simulator:
        for fault in faults:
            simulator.schedule(fault)
        line = json.dumps(
            {"url": simulator.url, "token": simulator.token, "powerless_token": simulator.powerless_token}
        )
        if options.ready_file:
            _write_private(options.ready_file, line + "\n")
        print(line, flush=True)
        done.wait()
    return 0


def _people(options: argparse.Namespace) -> list[dict[str, Any]]:
    people: list[dict[str, Any]] = []
    if options.people:
        people += json.loads(options.people.read_text(encoding="utf-8"))
    if options.company:
        people += company(options.company, options.seed)
    return people


def _write_private(path: Path, text: str) -> None:
    """Written beside and renamed: a reader never sees half of it."""
    beside = path.with_name(path.name + ".part")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(text)
    beside.replace(path)
