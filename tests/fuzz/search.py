# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The search in one target: by atheris, which follows the branches of the code, or by hypothesis where atheris is not there."""

from __future__ import annotations

import importlib
import importlib.util
import sys
import time
import typing as t
from pathlib import Path


def by_atheris(name: str, seconds: int, folder: Path) -> t.NoReturn:
    """Search; atheris ends the process: with 0 when the time is over, else when a counter-example is stored."""
    import atheris  # noqa: PLC0415

    with atheris.instrument_imports(include=["ansible_collections.community.staffbase"]):
        targets = importlib.import_module("fuzz.targets")
    corpus = folder / "corpus" / name
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(targets.SEEDS[name]):
        (corpus / f"seed-{number}").write_bytes(seed)
    words = folder / f"{name}.dict"
    words.write_text("".join(f'"{_escaped(piece)}"\n' for piece in targets.PIECES), encoding="ascii")
    atheris.Setup([
        sys.argv[0], f"-max_total_time={seconds}", f"-dict={words}", f"-artifact_prefix={folder / name}-", "-max_len=2000", "-timeout=20",
        "-rss_limit_mb=2048", "-reduce_inputs=0", "-print_final_stats=1", str(corpus),
    ], targets.TARGETS[name])
    atheris.Fuzz()
    raise SystemExit


def by_hypothesis(name: str, seconds: int) -> None:
    """Search; raise the smallest counter-example that was found."""
    import hypothesis  # noqa: PLC0415
    from hypothesis import strategies as st  # noqa: PLC0415

    targets = importlib.import_module("fuzz.targets")
    begin = st.sampled_from([b"", *targets.SEEDS[name]])
    rest = st.binary(max_size=200) | st.lists(st.sampled_from(targets.PIECES), max_size=80).map(b"".join)

    @targets.SETTINGS
    @hypothesis.given(begin, rest, rest)
    def of_bytes(head: bytes, middle: bytes, tail: bytes) -> None:
        targets.TARGETS[name](head + middle + (targets.CUT + head + tail if name == "compare" else tail))

    one_round = targets.compare_tables if name == "tables" else of_bytes
    tried = 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        one_round()
        tried += targets.ROUND
        print(f"{name}: {tried} inputs, {max(0, end - time.monotonic()):.0f} seconds to go", flush=True)


def _escaped(piece: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in piece)


def main(name: str, seconds: int, folder: Path) -> None:
    """Search with what is installed."""
    if importlib.util.find_spec("atheris"):
        by_atheris(name, seconds, folder)
    by_hypothesis(name, seconds)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
