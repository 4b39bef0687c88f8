# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many sources in one run, each with an export and a tenant of its own: a run of Ansible costs more than all that they do."""

from __future__ import annotations

import contextlib
import dataclasses
import typing as t

import pytest

from simulator import Simulator, Switches, application
from simulator.answer import Answer, Call

from .controller import TOKEN, Controller


@contextlib.contextmanager
def sources(
    controller: Controller, exports: dict[str, str], *, clocks: dict[str, float] | None = None, **switches: t.Any,
) -> t.Iterator[dict[str, Simulator]]:
    """Make a host of each export, with its tenant; more variables may be added to `controller.hosts`.

    `clocks`: by how many seconds a tenant's clock is wrong.
    """
    offsets = clocks or {}
    controller.hosts = {}
    with contextlib.ExitStack() as stack:
        tenants = {host: stack.enter_context(Simulator(Switches(**switches), token=TOKEN, clock_offset=offsets.get(host, 0.0))) for host in exports}
        for host, text in exports.items():
            export = controller.folder / f"{host}.csv"
            export.write_text(text, encoding="utf-8")
            controller.hosts[host] = {
                "delta_import_src": str(export), "staffbase_api_url": tenants[host].url, "staffbase_api_token": TOKEN, "staffbase_retries": 0}
        yield tenants


def alter_answers(monkeypatch: pytest.MonkeyPatch, tenant: Simulator, *, call: str, old: bytes, new: bytes) -> None:
    """Let a tenant say something else: replace bytes in the bodies of its answers to a call such as `GET /users/imports`."""
    real = application.act

    def act(world: t.Any, asked: Call) -> Answer:
        answer = real(world, asked)
        if world is not tenant.world or f"{asked.method} {asked.template}" != call:
            return answer
        assert old in answer.body, answer.body
        return dataclasses.replace(answer, body=answer.body.replace(old, new))

    monkeypatch.setattr(application, "act", act)
