# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures and prints tables. `make bench` runs it; `--write FILE` puts them into a page of the documentation."""

from __future__ import annotations

import argparse
import importlib
import os
import platform
from pathlib import Path

#: The modules of the parts. Each has `NAME`, and `run(options)` that returns Markdown; what one of them needs is loaded for that one only.
PARTS = {
    "csv": "bench.csv_delta",
    "import": "bench.one_import",
    "upload": "bench.upload",
    "many": "bench.many_at_once",
    "schedule": "bench.schedule",
    "requests": "bench.least_requests",
}
#: What they find is the same on every machine, so none is named.
ALIKE = {"schedule", "requests"}


def main() -> None:
    """Measure part after part; print each, and write it if asked for."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--parts", nargs="+", choices=list(PARTS), default=list(PARTS), metavar="PART", help=" ".join(PARTS))
    parser.add_argument("--repeat", type=int, default=3, help="runs of each peer")
    parser.add_argument("--write", type=Path, metavar="FILE", help="a page with the marks of the parts, such as docs/benchmarks.md")
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000, 1_000_000, 2_000_000], help="sizes of the exports in csv")
    parser.add_argument("--mebibytes", type=int, default=1024, help="size of the file in upload")
    options = parser.parse_args()
    machine = f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} cores."
    for name in options.parts:
        print(f"{name}:", flush=True)
        found = importlib.import_module(PARTS[name]).run(options)
        text = found if name in ALIKE else f"{machine} {found}"
        print(f"\n{text}\n", flush=True)
        if options.write:
            put(options.write, name, text)


def put(page: Path, name: str, text: str) -> None:
    """Put the text of a part between its marks."""
    head, begin, rest = page.read_text(encoding="utf-8").partition(f"<!-- measured:{name} -->\n")
    _old, end, tail = rest.partition(f"<!-- end:{name} -->\n")
    if not begin or not end:
        raise SystemExit(f"{page} has no marks <!-- measured:{name} --> and <!-- end:{name} -->, each on a line of its own")
    page.write_text(f"{head}{begin}\n{text}\n\n{end}{tail}", encoding="utf-8")


if __name__ == "__main__":
    main()
