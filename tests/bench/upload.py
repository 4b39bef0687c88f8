# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part `upload`: one large file to a server that throws it away."""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import shutil
import statistics
import sys
import tempfile
import typing as t
import urllib.request
from pathlib import Path

from .process import measure, server, told
from .ratios import at_least, at_most, by_round

NAME = "upload"
AIM_MEMORY = 16
AIM_THROUGHPUT = 0.9
MEBIBYTE = 1024 * 1024

OURS, CURL, NAIVE, UNDIGESTED = "community.staffbase", "curl", "requests, open file", "ours without the second digest, not offered"
UPLOADERS = {OURS: "collection", NAIVE: "naive", UNDIGESTED: "undigested"}


class Sent(t.NamedTuple):
    """MiB/s from the first byte of the file to the last, as the server sees them; seconds of the whole process; its peak in MiB."""

    throughput: float
    seconds: float
    mebibytes: float


def run(options: argparse.Namespace) -> str:
    """Measure a file of `options.mebibytes` and return the table and what became of the aims."""
    names = [name for name in (CURL, OURS, UNDIGESTED, NAIVE) if name != CURL or shutil.which("curl")]
    sent: dict[str, list[Sent]] = {name: [] for name in names}
    digests: list[float] = []
    with tempfile.TemporaryDirectory(prefix="staffbase-bench-") as folder:
        path = Path(folder, "people.csv")
        wanted = _write(path, options.mebibytes)
        idle = float(measure(_python("idle", path, "-")).output)
        with server("bench.sink", "--digest") as sink:
            for name in names:
                _send(name, path, sink["url"])
                if (found := _seen(sink["url"])["sha256"]) != wanted:
                    raise SystemExit(f"{name}: other bytes arrived than are in the file ({found})")
        with server("bench.sink") as sink:
            for _round in range(options.repeat):
                for name in names:
                    sent[name].append(_send(name, path, sink["url"]))
                digests.append(options.mebibytes / float(measure(_python("digest", path, "-")).output.split()[0]))
    return _told(sent, idle, digests, options)


def _write(path: Path, mebibytes: int) -> str:
    """Write blocks of random bytes in random order, all of them real, and return their SHA-256."""
    chance = random.Random(mebibytes)
    blocks = [chance.randbytes(MEBIBYTE) for _number in range(8)]
    digest = hashlib.sha256()
    with path.open("wb") as file:
        for _number in range(mebibytes):
            block = chance.choice(blocks)
            digest.update(block)
            file.write(block)
    return digest.hexdigest()


def _python(name: str, path: Path, url: str) -> list[str]:
    return [sys.executable, "-m", "bench.uploaders", name, str(path), url]


def _send(name: str, path: Path, url: str) -> Sent:
    if name == CURL:
        # Without the question whether it may send, which would be a second of waiting.
        command = ["curl", "-sS", "--fail", "-H", "Expect:", "-F", f"file=@{path};type=text/csv", f"{url}/api/users/imports"]
    else:
        command = _python(UPLOADERS[name], path, url)
    measured = measure(command)
    seen = _seen(url)
    if seen["bytes"] != path.stat().st_size:
        raise SystemExit(f"{name}: {seen['bytes']} bytes arrived")
    told(f"{name}, {seen['bytes'] / MEBIBYTE / seen['seconds']:.0f} MiB/s", measured)
    return Sent(seen["bytes"] / MEBIBYTE / seen["seconds"], measured.seconds, measured.mebibytes if name == CURL else float(measured.output))


def _seen(url: str) -> dict[str, t.Any]:
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(f"{url}/seen") as answer:
        found: dict[str, t.Any] = json.load(answer)
    return found


def _told(sent: dict[str, list[Sent]], idle: float, digests: list[float], options: argparse.Namespace) -> str:
    reference = CURL if CURL in sent else OURS
    speeds = {name: [run.throughput for run in each] for name, each in sent.items()}
    typical = {name: statistics.median(each) for name, each in speeds.items()}
    lines = [
        f"A file of {options.mebibytes} MiB to a server on the loopback interface that counts its bytes; {options.repeat} runs each, in turn. "
        "The speed is what the server sees, from the head of the form to its end: what a client does before, such as taking the digest (the "
        "collection) or reading the whole file into memory (an open file with `requests`), stands in the seconds of the whole process only. "
        "In a run before, the server took the SHA-256: each sent the bytes of the file. curl's peak includes that of the process that started it.",
        "", f"| | min MiB/s | median MiB/s | max MiB/s | ratio to {reference} | by round: min, median, max | median s | peak MiB |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name, each in sent.items():
        seconds, peak = statistics.median(run.seconds for run in each), max(run.mebibytes for run in each)
        figures = f"{min(speeds[name]):.0f} | {typical[name]:.0f} | {max(speeds[name]):.0f} | {typical[name] / typical[reference]:.2f}"
        lines.append(f"| {name} | {figures} | {by_round(speeds[name], speeds[reference])} | {seconds:.2f} | {peak:.0f} |")
    above = max(run.mebibytes for run in sent[OURS]) - idle
    lines += ["", at_most(f"Memory over an idle interpreter with `requests` loaded ({idle:.0f} MiB)", above, AIM_MEMORY, " MiB")]
    if CURL in sent:
        rounds = by_round(speeds[OURS], speeds[CURL])
        lines.append(at_least("Throughput / curl", typical[OURS] / typical[CURL], AIM_THROUGHPUT, rounds=rounds))
        bound = statistics.median(digests)
        lines.append(
            f"- Where the time goes: SHA-256 alone, nothing sent, is {bound:.0f} MiB/s, {bound / typical[CURL]:.2f} of curl; all the rest, nothing "
            f"digested, {typical[UNDIGESTED]:.0f} MiB/s, {typical[UNDIGESTED] / typical[CURL]:.2f} of curl. The collection takes the digest again "
            "on the way, in the one thread that it has, because what was checked has to be what is sent: a file that changes meanwhile never "
            "arrives as a whole one.")
    else:
        lines.append("- curl is not installed here, so the throughput is compared with nothing.")
    return "\n".join(lines)
