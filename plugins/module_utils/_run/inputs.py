# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inputs of a run that decisions hang on, and what can be wrong with them. Names are those of the role without `delta_import_`."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import re
import typing as t

from .._csv.change_limits import read_limit
from .._csv.columns import IDENTIFIER, STATUS
from .._errors import StaffbaseError
from .._steps.config_body import fields_of, fields_to_columns
from .facts import Data, data, text

PREFIX = "delta_import_"

#: What an import is told beside the mapping, all of it off unless it is asked for.
FLAGS = ("generate_recovery_codes", "send_mails_new", "send_mails_pending")

#: The targets of a run.
IMPORTED, PREVIEWED = "imported", "previewed"


@dataclasses.dataclass(frozen=True)
class Inputs:
    """`source`: the name of the inventory host. `results`: by source, what a run up to the preview handed on. Empty is not set.

    `max_row_errors`: None sets no limit. Times in seconds.
    """

    source: str = ""
    src: str = ""
    mapping: dict[str, t.Any] = dataclasses.field(default_factory=dict)
    baseline: str = ""
    baseline_limits: dict[str, t.Any] = dataclasses.field(default_factory=dict)
    leavers: str = "ignore"
    resend: bool = False
    protected: t.Any = None
    people_dest: str = ""
    separator: str = "auto"
    encoding: str = "auto"
    generate_recovery_codes: bool = False
    send_mails_new: bool = False
    send_mails_pending: bool = False
    limits: dict[str, t.Any] = dataclasses.field(default_factory=dict)
    max_row_errors: int | None = None
    errors_dest: str = ""
    target: str = IMPORTED
    remove_previewed: bool = False
    report: str = ""
    report_details: bool = False
    approved_only: bool = False
    results: dict[str, t.Any] = dataclasses.field(default_factory=dict)
    wait_timeout: float = 3600.0
    wait_interval: float = 10.0

    @classmethod
    def read(cls, source: str, given: Data) -> Inputs:
        """Take what is set from `given`; a variable that is null, or empty as from a survey, is not set."""
        names = {field.name for field in dataclasses.fields(cls)} - {"source"}
        return cls(source=source, **{name: value for name, value in given.items() if name in names and value is not None})

    @property
    def identifier(self) -> str:
        """The column that identifies a person, or nothing."""
        return self.column_of(IDENTIFIER)

    @property
    def status_column(self) -> str:
        """The export's own status column, or nothing."""
        return self.column_of(STATUS)

    def column_of(self, field: str) -> str:
        """Return the column that feeds a field. A key with commas is several fields."""
        return next((text(column) for key, column in self.mapping.items() if field in fields_of(str(key))), "")

    @property
    def asked(self) -> Data:
        """What a run is asked for: two runs of one export that are asked for the same want the same."""
        return {
            "mapping": self.mapping,
            "flags": {name: getattr(self, name) for name in FLAGS},
            "rules": {"leavers": self.leavers, "resend": self.resend, "protected": self.protected or [], "separator": self.separator,
                      "encoding": self.encoding},
        }

    @property
    def configuration(self) -> str:
        """A digest of what an import is configured with, beside its content; a key with commas is the same as its fields one by one."""
        asked = {"mapping": fields_to_columns(self.mapping), "flags": self.asked["flags"], "delta": True}
        return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()

    @property
    def approved(self) -> Data | None:
        """What was previewed of this source, or None if nothing was. Its id and digest are null if there was nothing to send."""
        return data(self.results[self.source]) if self.source in self.results else None

    @property
    def report_errors_path(self) -> str:
        """Where the refused rows are kept that a report shows and nobody else has asked for, or nothing."""
        return f"{os.path.splitext(self.report)[0]}.errors.csv" if self.report and self.report_details else ""

    def check(self) -> None:
        """Raise StaffbaseError that names everything that is wrong."""
        wrong = self.problems()
        if wrong:
            raise StaffbaseError(f"{'; '.join(wrong)}. Nothing was sent.", stage="inputs")

    def problems(self) -> list[str]:
        """Return what is wrong, a sentence for each input. The modules check all this too, but some of them come after the upload."""
        return list(self._problems())

    def _problems(self) -> t.Iterator[str]:
        if not self.src:
            yield "delta_import_src must not be empty: it is the path of the export"
        if not self.identifier:
            yield f"delta_import_mapping must have the key {IDENTIFIER}: without it, nobody in the file can be recognised"
        yield from self._wrong_limits()
        yield from self._wrong_waits()
        yield from self._wrong_without_baseline()
        yield from self._wrong_places()
        if self.report and not re.fullmatch(r".+[.]html?", self.report, re.DOTALL):
            yield "delta_import_report must end in .html, because the same is written with .json and .md in its place"
        if self.approved_only and (self.target != IMPORTED or self.approved is None):
            yield (
                "delta_import_approved_only needs delta_import_target imported, and delta_import_results of a run with delta_import_target "
                f"previewed that has {self.source} in it. Run the preview first; in AWX, launch the workflow")

    def _wrong_without_baseline(self) -> t.Iterator[str]:
        if self.baseline:
            return
        if self.people_dest:
            yield "delta_import_people_dest needs delta_import_baseline: without it nobody knows who would be touched"
        if self.protected:
            yield "delta_import_protected needs delta_import_baseline: without it the export is sent as it is, with what it says of protected people"

    def _wrong_places(self) -> t.Iterator[str]:
        if not self.people_dest:
            return
        own = os.path.normpath(self.people_dest)
        taken = [os.path.normpath(path) for path in (self.src, self.baseline, self.errors_dest, self.report) if path]
        if own in taken or (self.baseline and own.startswith(f"{os.path.normpath(self.baseline)}.")):
            yield "delta_import_people_dest must be a file of its own, not the export, the report, the refused rows or a file beside the baseline"

    def _wrong_limits(self) -> t.Iterator[str]:
        for name, most in self.limits.items():
            if most is None:
                yield f"delta_import_limits.{name} must not be empty: give a number, or leave the key out"
            elif not isinstance(most, int) or most < 0:
                yield f"delta_import_limits.{name} must be a whole number, 0 or more"
        for name, limit in self.baseline_limits.items():
            if (wrong := _wrong_limit(limit)) is not None:
                yield f"delta_import_baseline_limits.{name} {wrong}"
        if self.max_row_errors is not None and self.max_row_errors < 0:
            yield "delta_import_max_row_errors must not be negative"

    def _wrong_waits(self) -> t.Iterator[str]:
        if not self.wait_timeout >= 0:
            yield "delta_import_wait_timeout must not be negative"
        if not self.wait_interval > 0:
            yield "delta_import_wait_interval must be more than 0 seconds"


def _wrong_limit(limit: t.Any) -> str | None:
    if limit is None:
        return "must not be empty: give a number or a percentage, or leave the key out"
    try:
        read_limit(text(limit))
    except ValueError:
        return "must be a number such as 20, or a percentage such as 5%"
    return None
