# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A multipart/form-data body with one file, handed on piece by piece.

Memory stays flat whatever the file's size, and the bytes of the file go out as they are.
"""

from __future__ import annotations

import secrets
import typing as t

#: The only part: the service reads the part named "file" (O); other fields are most likely ignored (I), so none are sent.
PART_NAME = "file"
PART_TYPE = "text/csv"


class FilePart:
    """One upload's body. `requests` takes it as a stream: its length is known, so Content-Length is sent."""

    def __init__(self, file_name: str, size: int, pieces: t.Callable[[], t.Iterator[bytes]]) -> None:
        """`size` in bytes; `pieces` starts reading anew at each call, because a repeated attempt sends all again."""
        boundary = secrets.token_hex(16)
        self.content_type = f"multipart/form-data; boundary={boundary}"
        self._head = (
            f"--{boundary}\r\n"
            f'Content-Disposition: form-data; name="{PART_NAME}"; filename="{_escaped(file_name)}"\r\n'
            f"Content-Type: {PART_TYPE}\r\n\r\n"
        ).encode()
        self._tail = f"\r\n--{boundary}--\r\n".encode()
        self._size = size
        self._pieces = pieces

    def __len__(self) -> int:
        return len(self._head) + self._size + len(self._tail)

    def __iter__(self) -> t.Iterator[bytes]:
        yield self._head
        yield from self._pieces()
        yield self._tail


def _escaped(file_name: str) -> str:
    # The escapes of the HTML standard for a file name in a form; everything else stays UTF-8.
    return file_name.replace("\r", "%0D").replace("\n", "%0A").replace('"', "%22")
