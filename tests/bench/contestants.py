# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The same job by different means: count joiners, movers and leavers of two exports, and write the joiners and movers.

Each runs in a process of its own (`python -m bench.contestants NAME PREVIOUS CURRENT DEST`), which prints its counts.
"""

from __future__ import annotations

import csv
import hashlib
import sys
import typing as t

Counts = tuple[int, int, int]


def collection(previous: str, current: str, dest: str) -> Counts:
    """What staffbase_csv_delta does: dialect found from the bytes, compared, written atomically."""
    from ansible_collections.community.staffbase.plugins.module_utils._csv.delta import DeltaRules
    from ansible_collections.community.staffbase.plugins.module_utils._steps.export_delta import DeltaRequest, make_delta

    made = make_delta(DeltaRequest(previous, current, dest, "id", DeltaRules()))
    return made.delta.count("joiners"), made.delta.count("movers"), made.delta.count("leavers")


def plain_python(previous: str, current: str, dest: str) -> Counts:
    """The csv module and a dictionary of digests."""
    known: dict[str, bytes] = {}
    with open(previous, newline="", encoding="utf-8") as file:
        rows = csv.reader(file, delimiter=";")
        next(rows)
        for row in rows:
            known[row[0]] = hashlib.blake2b("\0".join(row).encode(), digest_size=16).digest()
    joiners = movers = 0
    with open(current, newline="", encoding="utf-8") as file, open(dest, "w", newline="", encoding="utf-8") as target:
        rows = csv.reader(file, delimiter=";")
        writer = csv.writer(target, delimiter=";")
        writer.writerow(next(rows))
        for row in rows:
            before = known.pop(row[0], None)
            if before is None:
                joiners += 1
            elif before == hashlib.blake2b("\0".join(row).encode(), digest_size=16).digest():
                continue
            else:
                movers += 1
            writer.writerow(row)
    return joiners, movers, len(known)


def polars(previous: str, current: str, dest: str) -> Counts:
    """polars: two frames, anti joins."""
    import polars as pl

    old, new = (pl.read_csv(path, separator=";", infer_schema=False) for path in (previous, current))
    joiners = new.join(old, on="id", how="anti")
    leavers = old.join(new, on="id", how="anti")
    changed = new.join(old, on=new.columns, how="anti", nulls_equal=True)
    changed.write_csv(dest, separator=";")
    return joiners.height, changed.height - joiners.height, leavers.height


def duckdb(previous: str, current: str, dest: str) -> Counts:
    """DuckDB: SQL over the files."""
    import duckdb as db

    connection = db.connect()
    for name, path in (("old", previous), ("new", current)):
        connection.execute(f"CREATE TABLE {name} AS SELECT * FROM read_csv(?, delim=';', header=true, all_varchar=true)", [path])
    connection.execute("CREATE TABLE changed AS SELECT * FROM new EXCEPT SELECT * FROM old")
    connection.execute("COPY changed TO '" + dest + "' (DELIMITER ';', HEADER)")

    def count(query: str) -> int:
        found = connection.execute(query).fetchone()
        return int(found[0]) if found else 0

    joiners = count("SELECT count(*) FROM new ANTI JOIN old USING (id)")
    return joiners, count("SELECT count(*) FROM changed") - joiners, count("SELECT count(*) FROM old ANTI JOIN new USING (id)")


def csv_diff(previous: str, current: str, dest: str) -> Counts:
    """The csv-diff library."""
    from csv_diff import compare, load_csv

    with open(previous, encoding="utf-8") as old, open(current, encoding="utf-8") as new:
        found = compare(load_csv(old, key="id", dialect=_Semicolon), load_csv(new, key="id", dialect=_Semicolon))
    return len(found["added"]), len(found["changed"]), len(found["removed"])


class _Semicolon(csv.excel):
    delimiter = ";"


CONTESTANTS: dict[str, t.Callable[[str, str, str], Counts]] = {
    "community.staffbase": collection,
    "csv + dict": plain_python,
    "polars": polars,
    "DuckDB": duckdb,
    "csv-diff": csv_diff,
}


if __name__ == "__main__":
    _name, _previous, _current, _dest = sys.argv[1:]
    print(*CONTESTANTS[_name](_previous, _current, _dest))
