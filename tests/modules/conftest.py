# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tenants for the module tests, and pauses that are short enough for many faults."""

from __future__ import annotations

import contextlib
import datetime
import importlib
import typing as t
from pathlib import Path

import pytest
import trustme

from simulator import Simulator, Switches
from support.admin import Admin
from support.small_tenant import PEOPLE, TOKEN

UTILS = "ansible_collections.community.staffbase.plugins.module_utils"


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the number of looks and tries, not their pauses. The collection can be imported only when pytest is set up."""
    for name in ("FIRST_PAUSE", "FIRST_PAUSE_WHEN_LIMITED"):
        monkeypatch.setattr(importlib.import_module(f"{UTILS}._http.retry"), name, 0.002)
    monkeypatch.setattr(importlib.import_module(f"{UTILS}._http.waiting"), "SHORTEST_PAUSE", 0.01)
    upload = importlib.import_module(f"{UTILS}._steps.upload")
    for name in ("LOOKS_AFTER_LOSS", "LOOKS_AT_DUPLICATES"):
        monkeypatch.setattr(upload, name, tuple(0.002 for _pause in getattr(upload, name)))


class Start(t.Protocol):
    """`switches` are those of the simulator; `connection` options of the modules."""

    def __call__(self, *, connection: dict[str, t.Any] | None = None, tenant: dict[str, t.Any] | None = None, **switches: t.Any) -> Admin:
        """Return an admin of a new tenant."""


@pytest.fixture
def start() -> t.Iterator[Start]:
    """Start tenants; gives an admin for each."""
    with contextlib.ExitStack() as stack:

        def begin(*, connection: dict[str, t.Any] | None = None, tenant: dict[str, t.Any] | None = None, **switches: t.Any) -> Admin:
            arguments: dict[str, t.Any] = {"token": TOKEN, "people": PEOPLE, **(tenant or {})}
            sim = stack.enter_context(Simulator(Switches(**switches), **arguments))
            return Admin(sim, **(connection or {}))

        yield begin


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[str, str]:
    """The paths of a certificate for this machine, valid for two days, with that of the authority which signed it, and of its key."""
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1", not_after=datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=2))
    made, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    made.write_bytes(issued.cert_chain_pems[0].bytes() + authority.cert_pem.bytes())
    key.write_bytes(issued.private_key_pem.bytes())
    return str(made), str(key)


@pytest.fixture
def admin(start: Start) -> Admin:
    """An admin and a tenant that has everything at its default."""
    return start()
