# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module is and what one call of it is: the same whether it runs in a process of its own or inside Ansible's worker."""

from __future__ import annotations

import copy
import dataclasses
import os
import time
import traceback
import typing as t

from .._errors import StaffbaseError
from .._http.address import showable
from .._printable import printable, printable_data
from .arguments import ADDRESS, address_given

#: Stands in the place of a secret option; the words are Ansible's own.
HIDDEN = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"


@dataclasses.dataclass
class Invocation:
    """One call of a module: its options after validation, whether it is a rehearsal, and what it warned of."""

    params: dict[str, t.Any]
    check_mode: bool = False
    warnings: list[str] = dataclasses.field(default_factory=list)
    #: Takes a line for whoever watches the run; None where nobody can.
    watcher: t.Callable[[str], None] | None = None

    def warn(self, text: str) -> None:
        self.warnings.append(printable(text))

    @property
    def tell(self) -> t.Callable[[str], None] | None:
        """What tells a line while the step goes on, or None: in a rehearsal, when it is not wanted, and where nobody can watch."""
        watcher = self.watcher
        if watcher is None or self.check_mode or not self.params.get("progress", True):
            return None
        return lambda text: watcher(printable(text))


Result = dict[str, t.Any]
Step = t.Callable[[Invocation], Result]


@dataclasses.dataclass(frozen=True)
class Definition:
    """A module: its options, what it does, and the rules between its options (as AnsibleModule takes them)."""

    arguments: dict[str, t.Any]
    step: Step
    rules: dict[str, t.Any] = dataclasses.field(default_factory=dict)
    #: The name of a library that it needs and that is not there.
    missing: str | None = None

    def spec(self, given: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        """Return an argument spec for what a task gives. Ansible may change it: it fills in the defaults of suboptions in place.

        An address with a password or a query in it is a secret as a whole. It will be refused, but until then Ansible may show it.
        """
        spec = copy.deepcopy(self.arguments)
        if ADDRESS in spec and showable(address_given(given)) != address_given(given).strip():
            spec[ADDRESS]["no_log"] = True
        return spec

    def perform(self, invocation: Invocation) -> Result:
        """Return what the module returns and `elapsed` (seconds); a failure has `failed`, `msg` and `failure`.

        No Exception is raised. What ends the task from outside is none: Ansible's time-out of a task (the keyword `timeout`) comes out of here.
        """
        begun = time.monotonic()
        try:
            result = printable_data(self.step(invocation))
        except StaffbaseError as error:
            result = _failed(error)
        except Exception as error:  # noqa: BLE001
            # A traceback, and the text of an exception too, may hold a cell of the file. The place in the code cannot.
            result = _failed(_Mistake(error))
        return {"elapsed": round(time.monotonic() - begun, 3), **result}

    def displayable(self, params: dict[str, t.Any]) -> dict[str, t.Any]:
        """Return the options as they may be shown. Secret ones go by name: by value they would not be found any more once they are printable."""
        secret = {name for name, rules in self.arguments.items() if rules.get("no_log") and params.get(name) is not None}
        shown = {name: HIDDEN if name in secret else value for name, value in params.items()}
        if ADDRESS in self.arguments and params.get(ADDRESS) is not None:
            shown[ADDRESS] = showable(str(params[ADDRESS]))
        return printable_data(shown)


def _failed(error: StaffbaseError) -> Result:
    return printable_data({"failed": True, "msg": str(error), "failure": error.failure(), **error.details})


class _Mistake(StaffbaseError):
    """Something that this collection did not expect."""

    def __init__(self, error: Exception) -> None:
        place = traceback.extract_tb(error.__traceback__)[-1]
        super().__init__(
            f"A mistake in this collection: {type(error).__name__} in {os.path.basename(place.filename)}, line {place.lineno}. Please report it. "
            "Run again when it is fixed: it resumes where it stopped", stage="internal")
