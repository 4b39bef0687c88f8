# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The words that the page and the summary share."""

from __future__ import annotations

from .._imports.counters import COUNTERS, has_numbers
from .figures import duration, percent, ranges, whole
from .report import NONE_TOLD, Group, Limit, Report
from .verdict import Kind

#: Verdict -> the tone in which it is told (the names are those of style.COLOURS).
TONES = {
    Kind.IMPORTED: "good", Kind.PREVIEWED: "info", Kind.NOTHING_NEW: "neutral", Kind.UNFINISHED: "warn", Kind.STOPPED: "warn", Kind.FAILED: "bad",
}

#: What the kinds of change and the counters are.
MEANINGS = {
    "joiners": "new in the export",
    "movers": "with other data than before",
    "leavers": "missing in the export",
    "unchanged": "as before, not sent",
    "created": "new people",
    "updated": "people whose data change",
    "deactivated": "can no longer log in",
    "reactivated": "can log in again",
    "deleted": "gone for good",
}


def tone(report: Report) -> str:
    """Return the tone of the verdict; an import with refused rows is no plain success."""
    return "warn" if report.verdict.kind is Kind.IMPORTED and report.refused.count else TONES[report.verdict.kind]


def leavers_note(report: Report) -> str:
    """Return what becomes of leavers."""
    if report.asked.leavers == "deactivate":
        return "Leavers are sent as deactivated. Staffbase deletes those of them who never logged in."
    return "Leavers are left alone."


def changes_title(report: Report) -> str:
    if report.has_both:
        return "Expected by the preview, and done by the import"
    return "Expected by the preview" if report.changes_are_expected else "Done by the import"


def columns(report: Report) -> list[str]:
    """Return the heads of the columns of `counters`."""
    return ["Previewed", "At the end"] if report.has_both else ["Number"]


def counters(report: Report) -> dict[str, list[int | None]]:
    """Return what each counter says, a number for each of `columns`; the last one is that of the end. Empty if there are no numbers."""
    done = report.changes or NONE_TOLD
    if report.has_both:
        return {name: [(report.expected or NONE_TOLD)[name], done[name]] for name in COUNTERS}
    return {name: [done[name]] for name in COUNTERS} if has_numbers(report.changes) else {}


def closeness(limit: Limit) -> str:
    """Return how close a count came to its limit."""
    if limit.most is None or limit.count is None:
        return "not compared"
    if limit.count > limit.most:
        return f"exceeded by {whole(limit.count - limit.most)}"
    if not limit.most:
        return "kept"
    return "reached" if limit.count == limit.most else f"{percent(limit.count, limit.most)} used"


def set_to(limit: Limit) -> str:
    """Return the limit as it was set, and the number that a percentage comes to."""
    return f"{limit.set_to} = {whole(limit.most)}" if "%" in limit.set_to and limit.most is not None else limit.set_to


def not_compared(limits: list[Limit]) -> str:
    """Return what is said of limits with which nothing was compared."""
    return f"Nothing was compared with the limits: {', '.join(f'{limit.name} {limit.set_to}' for limit in limits)}."


def lines_of(group: Group) -> str:
    """Return where the rows of a group stand."""
    if not group.lines:
        return "lines not told" if group.count > 1 else "line not told"
    told = f"{'line' if len(group.lines) == 1 else 'lines'} {ranges(group.lines)}"
    return told if len(group.lines) == group.count else f"{told} and others"


def only_the_first(groups: list[Group], count: int | None) -> str:
    """Return that not all are listed, or nothing."""
    listed = sum(group.count for group in groups)
    return f"These are the first {whole(listed)} of {whole(count)}." if count is not None and listed < count else ""


def which_lines(report: Report) -> str:
    """Return of which file the lines of refused rows are."""
    sent = "the difference that was sent, not of the export" if report.difference is not None else "the file that was sent"
    return f"Lines are those of {sent}, as the service counts them."


def facts(report: Report) -> list[tuple[str, str]]:
    """Return name and value of what else is known."""
    export, failure = report.export, report.failure
    found = [
        ("Source", report.asked.source),
        ("Import", report.import_id),
        ("State at the service", report.state),
        ("Stored as", report.file_name),
        ("Rows in the export", whole(export.row_count) if export else ""),
        ("Encoding", export.encoding if export else ""),
        ("Separator", export.separator if export else ""),
        ("SHA-256", export.sha256 if export else ""),
        ("Failed at", " ".join(filter(None, [str(failure.get("stage") or ""), str(failure.get("method") or ""), str(failure.get("url") or "")]))),
        ("HTTP status", str(failure.get("status") or "")),
        ("Attempts", str(failure.get("attempts") or "")),
        ("Time in all", duration(report.elapsed)),
    ]
    return [(name, value) for name, value in found if value]


def privacy(report: Report) -> str:
    """Return whether people's data are in the report."""
    if report.refused.rows:
        return "This report holds people's data: the refused rows in full. Treat it as you treat the export."
    return "This report holds no people's data."
