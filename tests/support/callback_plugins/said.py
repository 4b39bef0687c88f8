# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Notes what each task said about each host: with several hosts, the output does not tell whom a warning is about."""

from __future__ import annotations

import json
import os
import typing as t
from pathlib import Path

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: said
type: notification
short_description: Note messages and warnings by host
description:
  - The environment variable C(SAID) names a file. Each line of it is JSON, with a host, whether a task failed, its message, and its warnings.
"""


class CallbackModule(CallbackBase):
    """Listens to the results."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "said"
    CALLBACK_NEEDS_ENABLED = True

    def v2_runner_on_ok(self, result: t.Any) -> None:
        self._note(result, failed=False)

    def v2_runner_on_failed(self, result: t.Any, ignore_errors: bool = False) -> None:
        self._note(result, failed=not ignore_errors)

    def _note(self, result: t.Any, *, failed: bool) -> None:
        # Named so since ansible-core 2.20, and as in the second case before.
        host, found = (result.host, result.result) if hasattr(result, "result") else (result._host, result._result)
        warnings = [str(each) for each in found.get("warnings") or []]
        note = {"host": host.get_name(), "failed": failed, "message": str(found.get("msg") or ""), "warnings": warnings}
        with Path(os.environ["SAID"]).open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(note) + "\n")
