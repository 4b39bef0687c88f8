# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looking for what nobody may read, in every form in which it may stand somewhere."""

from __future__ import annotations

import base64
import contextlib
import os
import typing as t
from pathlib import Path
from urllib.parse import quote

#: A text shorter than this is found by chance.
SHORTEST = 6


def forms_of(text: str) -> set[bytes]:
    """Return the ways to write a text, in lower case: as it is, hex, percent-encoded, and base64 wherever in a longer text it begins."""
    raw = text.encode()
    forms = {raw, raw.hex().encode(), quote(text, safe="").encode(), "".join(f"%{byte:02X}" for byte in raw).encode()}
    for before in range(3):
        # The characters at both ends depend on what stands beside the text.
        inside = base64.b64encode(b"\0" * before + raw)[-(-before * 8 // 6): (before + len(raw)) * 8 // 6]
        forms |= {inside, inside.translate(bytes.maketrans(b"+/", b"-_"))}
    return {form.lower() for form in forms if len(form) >= SHORTEST}


class Secrets:
    """A token and cells to be looked for."""

    def __init__(self, *tokens: str, cells: t.Iterable[str] = ()) -> None:
        self._forms: dict[str, set[bytes]] = {}
        for number, token in enumerate(tokens):
            decoded = base64.b64decode(token).decode()
            for name, text in {"token": token, "decoded": decoded, **dict(zip(("id", "secret"), decoded.split(":"), strict=True))}.items():
                self._forms[f"{name} {number}"] = forms_of(text)
        for cell in cells:
            assert len(cell) >= SHORTEST, cell
            self._forms[f"cell {cell}"] = forms_of(cell)

    def found_in(self, data: bytes | str) -> list[str]:
        """Return the names of what stands there, in whatever form."""
        lowered = (data if isinstance(data, bytes) else data.encode("utf-8", "surrogateescape")).lower()
        return sorted(name for name, forms in self._forms.items() if any(form in lowered for form in forms))

    def found_below(self, folder: Path) -> dict[str, list[str]]:
        """Return the same for every file and every name below a folder; files that vanish meanwhile are left out."""
        found = {}
        for place, folders, files in os.walk(folder):
            for name in [*folders, *files]:
                data = name.encode()
                with contextlib.suppress(OSError):
                    data += b"\n" + (Path(place) / name).read_bytes()
                if names := self.found_in(data):
                    found[str((Path(place) / name).relative_to(folder))] = names
        return found


class Process(t.NamedTuple):
    """What everybody on the machine can see of a process, and its environment, which its owner can see."""

    pid: int
    parent: int
    command: str
    environment: bytes


def descendants() -> list[Process]:
    """Return the processes below this one."""
    every = {process.pid: process for process in _processes()}
    below: list[Process] = []
    for process in every.values():
        parent = process.parent
        while parent in every and parent != os.getpid():
            parent = every[parent].parent
        if parent == os.getpid():
            below.append(process)
    return below


def _processes() -> t.Iterator[Process]:
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            # The name of the program stands in parentheses and may hold anything.
            parent = int((folder / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[1])
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
            yield Process(int(folder.name), parent, command, (folder / "environ").read_bytes())
