# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ends a step, in words for the admin and in data for a playbook; nothing secret in either."""

from __future__ import annotations

import typing as t


class StaffbaseError(Exception):
    """Anything that ends a step. `str()` is the sentence for the admin; `failure()` is the same as data."""

    def __init__(self, text: str, stage: str, import_id: str | None = None, **details: t.Any) -> None:
        super().__init__(text)
        self.stage = stage
        self.import_id = import_id
        #: Further return values of the module, such as `invalid_mapping`.
        self.details = details

    def failure(self) -> dict[str, t.Any]:
        """Return `{stage, method, url, status, code, message, import_id, attempts}`; what is not known is None."""
        return {
            "stage": self.stage, "method": None, "url": None, "status": None, "code": None,
            "message": str(self), "import_id": self.import_id, "attempts": 0,
        }


class InputError(StaffbaseError):
    """An option that cannot be right; raised before the first request."""

    def __init__(self, option: str, text: str) -> None:
        super().__init__(f"{option}: {text}", stage="input")
        self.option = option
