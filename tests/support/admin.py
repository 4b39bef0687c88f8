# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an admin with the collection does: modules run against a simulated tenant, each result searched for secrets."""

from __future__ import annotations

import itertools
import typing as t

from simulator import Fault, Simulator

from .api_calls import target
from .hooks import when_called
from .module_runner import Result, run_module
from .small_tenant import BEFORE, BODY, CSV, MAPPING, PERSONAL, TOKEN, TOKEN_HALVES, statuses


def leaks(output: str) -> list[str]:
    """Return what nobody may read in a module's output and yet stands there."""
    lowered = output.lower()
    return [word for word in (TOKEN, *TOKEN_HALVES, PERSONAL) if word.lower() in lowered]


class Admin:
    """Runs the four modules against `sim`; `connection` overrides connection options."""

    def __init__(self, sim: Simulator, **connection: t.Any) -> None:
        self.sim = sim
        self.connection = {"api_url": sim.url, "api_token": sim.token, "timeout": 5, "retries": 2, **connection}

    def run(self, module: str, *, check: bool = False, diff: bool = False, **options: t.Any) -> Result:
        """Run `staffbase_import_<module>` and return its result, after a look for secrets in all that it printed."""
        result = run_module(f"staffbase_import_{module}", {**self.connection, **options}, check=check, diff=diff)
        assert leaks(result.output) == []
        return result

    def upload(self, content: bytes | str | None = None, name: str = "people.csv", **options: t.Any) -> Result:
        if content is not None:
            options["content"] = content.decode() if isinstance(content, bytes) else content
        return self.run("upload", file_name=name, **options)

    def config(self, import_id: str, **options: t.Any) -> Result:
        return self.run("config", import_id=import_id, **{"mapping": MAPPING, **options})

    def state(self, import_id: str, state: str, **options: t.Any) -> Result:
        return self.run("state", import_id=import_id, state=state, **{"wait_timeout": 20, "wait_interval": 0.05, **options})

    def info(self, **options: t.Any) -> Result:
        return self.run("info", **options)

    def prepared(self, state: str = "DRAFT", *, hold: bool = False, content: bytes = CSV, **config: t.Any) -> str:
        """Return the id of a configured import in this state, as another client would have left it; no call is logged."""
        import_id = self.sim.upload(content, "people.0123456789abcdef.csv", config={**BODY, **config})
        if state != "DRAFT":
            self.sim.set_state(import_id, state, hold=hold)
        return import_id

    def fault(self, kind: str, call: str, **rules: t.Any) -> None:
        """Let this call go wrong."""
        self.sim.schedule(Fault(kind, **target(call), **rules))

    def at_call(self, number: int, act: t.Callable[[], t.Any]) -> None:
        """Let something happen when the `number`-th call from now arrives, before it is carried out."""
        arrived = itertools.count(1)
        when_called(self.sim, lambda _call: act() if next(arrived) == number else None)

    def moves_on(self, import_id: str, number: int = 2) -> None:
        """Let an import that is held go on when the `number`-th call from now arrives."""
        self.at_call(number, lambda: self.sim.set_state(import_id, self.sim.import_(import_id)["state"]))

    def calls(self) -> list[str]:
        """Return the calls since this was asked last."""
        calls = self.sim.calls()
        self.sim.forget_requests()
        return calls

    def statuses(self) -> dict[str, str]:
        return statuses(self.sim.people())

    def nobody_changed(self) -> bool:
        return self.statuses() == BEFORE and all(one["version"] == 0 for one in self.sim.people())
