# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shapes of /status, before and after the import."""

from __future__ import annotations

from typing import Any

import pytest
from simulator_client import Client, Start, csv_file, csv_row, person

TENANT = [person("off", "deactivated")]
CONTENT = csv_file(csv_row("off", "Activated"), csv_row("new"))
NUMBERS = {"created": 1, "updated": 0, "deactivated": 0, "reactivated": 1, "deleted": 0}


def status(client: Client, import_id: str) -> dict[str, Any]:
    """Without the keys around the counters."""
    body = client.get(f"/{import_id}/status").json()
    return {key: value for key, value in body.items() if key not in ("id", "state", "progress")}


@pytest.mark.parametrize(
    ("shape", "body"),
    [
        ("flat", NUMBERS),
        ("summary", {"summary": NUMBERS}),
        ("changes", {"changes": NUMBERS}),
        ("nested", {"result": {"users": {"processed": 2, "summary": {"changes": NUMBERS}}}}),
        ("list", {"changes": [{"type": name, "count": count} for name, count in NUMBERS.items()]}),
        ("strings", {"summary": {name: str(count) for name, count in NUMBERS.items()}}),
        ("blocks", {"preview": None, "import": NUMBERS}),
    ],
)
def test_shapes(start: Start, shape: str, body: dict[str, Any]) -> None:
    client = start(TENANT, status_shape=shape)
    assert status(client, client.run(CONTENT)) == body


@pytest.mark.parametrize(
    ("switch", "body"),
    [("present", NUMBERS), ("absent", {}), ("null", dict.fromkeys(NUMBERS)), ("zeros", dict.fromkeys(NUMBERS, 0))],
)
def test_numbers_of_a_preview(start: Start, switch: str, body: dict[str, Any]) -> None:
    client = start(TENANT, preview_numbers=switch)
    import_id = client.upload(CONTENT)
    client.configure(import_id)
    client.move(import_id, "PREVIEW_PENDING")
    assert status(client, import_id) == body
    client.move(import_id, "IMPORT_PENDING")
    assert status(client, import_id) == NUMBERS


def test_not_found_until_imported(start: Start) -> None:
    client = start(TENANT, preview_numbers="not_found")
    import_id = client.upload(CONTENT)
    assert client.get(f"/{import_id}/status").status_code == 404
    client.configure(import_id)
    client.move(import_id, "IMPORT_PENDING")
    assert status(client, import_id) == NUMBERS


def test_without_the_newer_counter(start: Start) -> None:
    client = start(TENANT, reactivated="absent")
    assert status(client, client.run(CONTENT)) == {"created": 1, "updated": 1, "deactivated": 0, "deleted": 0}
