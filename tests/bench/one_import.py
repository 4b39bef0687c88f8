# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part `import`: one delta import by the role and by what people write by hand, each a whole process."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import typing as t
from pathlib import Path

from simulator import RemoteSimulator

from . import import_peers
from .import_peers import IMPORTERS, NOTHING_NEW, ROLE, URI, Job, Peer
from .process import measure, server, told
from .ratios import Measured, at_most, ratio, seconds_by_round, table

NAME = "import"
PEOPLE = 200

#: The servers, by the seconds that a preview and an import take each.
SERVERS = {"A server that answers at once": 0, "A server that takes 3 s for the preview and 3 s for the import": 3}

#: What role / uri should be on each of them.
AIMS = (0.6, 0.9)
AIM_NOTHING_NEW = 0.35

PLOT = Path("images/bench-import.svg")


def run(options: argparse.Namespace) -> str:
    """Measure on both servers; return their tables, and what became of the aims. With `options.write`, draw them beside that page."""
    peers = import_peers.there()
    found = {title: _on_server(seconds, peers, options.repeat) for title, seconds in SERVERS.items()}
    text = [
        f"A delta import of {PEOPLE} new people, new ones for each run; whole processes, {options.repeat} runs each, in turn. After each run the "
        "tenant holds the people, and the upload has the bytes of the file. `role` has limits, so it waits for a preview, as what is written by "
        "hand does: the aims are for this one. Without limits the role asks for no preview; where that takes the server time, it is quicker by "
        "what it does not do.",
    ]
    if missing := IMPORTERS.keys() - peers.keys():
        text.append("Not installed here, so not measured: " + ", ".join(sorted(missing)) + ".")
    for (title, runs), aim in zip(found.items(), AIMS, strict=True):
        aims = [at_most("role / uri playbook", ratio(runs, ROLE, URI), aim, rounds=seconds_by_round(runs, ROLE, URI))]
        if title == next(iter(SERVERS)):
            rounds = seconds_by_round(runs, NOTHING_NEW, URI)
            aims.append(at_most("role with nothing new / uri playbook", ratio(runs, NOTHING_NEW, URI), AIM_NOTHING_NEW, rounds=rounds))
        text += [f"### {title}", table(runs, ROLE), "\n".join(aims)]
    if options.write:
        # In a process of its own: what it loads would count in the peaks of what this process starts later.
        command = [sys.executable, "-m", "bench.plot", str(options.write.parent / PLOT)]
        subprocess.run(command, input=json.dumps(found), text=True, check=True)
        text.append(f"![Bars of the median seconds of each peer on both servers]({PLOT})")
    return "\n\n".join(text)


def _on_server(seconds: int, peers: dict[str, Peer], repeat: int) -> dict[str, list[Measured]]:
    runs: dict[str, list[Measured]] = {name: [] for name in peers}
    waits = [f"--preview-seconds={seconds}", f"--import-seconds={seconds}"]
    with tempfile.TemporaryDirectory(prefix="staffbase-bench-") as folder, server("simulator", *waits) as address:
        tenant = RemoteSimulator(address["url"])
        for number in range(repeat):
            latest = Path(folder, "none")
            for name, peer in peers.items():
                if not peer.again:
                    latest = Path(folder, f"people-{number}-{list(peers).index(name)}.csv")
                    _write_export(latest)
                tenant.forget_requests()
                runs[name].append(measure(peer.command(job := Job(Path(folder), latest, address["url"], address["token"])), job.variables))
                _check(name, peer, latest, tenant)
                told(f"2 x {seconds} s  {name}", runs[name][-1])
    return runs


def _write_export(path: Path) -> None:
    ids = [f"{path.stem}-{number}" for number in range(PEOPLE)]
    path.write_text("id;mail;status\n" + "".join(f"{each};{each}@company.example;Activated\n" for each in ids), encoding="utf-8")


def _check(name: str, peer: Peer, export: Path, tenant: RemoteSimulator) -> None:
    """Raise SystemExit if the run has not done what it is measured for."""
    wanted = {line.partition(";")[0] for line in export.read_text(encoding="utf-8").splitlines()[1:]}
    if missing := wanted - {person["external_id"] for person in tenant.people()}:
        raise SystemExit(f"{name}: {len(missing)} of {PEOPLE} people are not in the tenant")
    last: dict[str, t.Any] = tenant.imports()[-1]
    if tenant.uploaded_bytes(last["id"]) != export.read_bytes():
        raise SystemExit(f"{name}: the last upload has not the bytes of the file")
    asked = any(call.endswith(" PREVIEW_PENDING") for call in tenant.calls())
    if asked is not peer.previews:
        raise SystemExit(f"{name}: a preview was {'asked for' if asked else 'left out'}, so its time is none to compare")
    if peer.again and tenant.writes():
        raise SystemExit(f"{name}: {tenant.writes()} was sent although nothing was new")
