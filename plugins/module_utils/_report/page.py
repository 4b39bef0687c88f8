# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as one HTML file: no script, nothing from the network, and every text escaped."""

from __future__ import annotations

import html
import typing as t

from .._printable import printable
from .._run.facts import STEPS
from . import words
from .figures import duration, percent, whole
from .pictures import gauge, sign, stack, swatch
from .report import Group, Limit, Report
from .style import stylesheet

#: From this share of a limit on, a count is close to it.
CLOSE = 0.8

#: Even if a text were not escaped, the browser would run and load nothing.
POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def page(report: Report) -> str:
    """Return the page."""
    verdict = report.verdict
    title = f"{verdict.headline} \u00b7 {report.asked.source}" if report.asked.source else verdict.headline
    body = "".join(part(report) for part in (
        _next_steps, _message, _difference, _changes, _limits, _refused, _problems, _timing, _facts))
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{_text(title)}</title>
<style>
{stylesheet()}</style>
</head>
<body>
<header>
<p class="kicker">Staffbase import{_text(f" of {report.asked.source}") if report.asked.source else ""}, {_time(report)}</p>
<div class="verdict {words.tone(report)}">{sign(words.tone(report))}<div>
<h1>{_text(verdict.headline)}</h1>
<p>{_text(verdict.people)}</p>
</div></div>
</header>
<main>
{body}</main>
<footer><p>{_text(words.privacy(report))} Written by community.staffbase.</p></footer>
</body>
</html>
"""


def _text(value: t.Any) -> str:
    return html.escape(printable(str(value)))


def _time(report: Report) -> str:
    written = report.written
    return f'<time datetime="{written.isoformat(timespec="seconds")}">{written:%Y-%m-%d %H:%M:%S %Z}</time>'


def _section(name: str, title: str, content: str) -> str:
    return f'<section aria-labelledby="{name}">\n<h2 id="{name}">{_text(title)}</h2>\n{content}\n</section>\n'


def _table(caption: str, heads: list[str], rows: list[str]) -> str:
    """Return a table; heads and rows are HTML already."""
    return (
        f'<div class="wide"><table>\n<caption>{_text(caption)}</caption>\n<thead><tr>{"".join(heads)}</tr></thead>\n'
        f'<tbody>\n{"".join(f"<tr>{row}</tr>{chr(10)}" for row in rows)}</tbody>\n</table></div>')


def _class(name: str) -> str:
    return f' class="{name}"' if name else ""


def _head(name: str, kind: str = "") -> str:
    return f'<th scope="col"{_class(kind)}>{_text(name)}</th>'


def _row_head(name: str, *, short: bool = False) -> str:
    return f'<th scope="row"{_class("short" if short else "")}>{name}</th>'


def _number(value: str, kind: str = "n") -> str:
    return f"<td{_class(kind)}>{_text(value)}</td>"


def _count(count: int | None) -> str:
    return _number(whole(count), "n strong")


def _picture(svg: str) -> str:
    return f'<td class="picture">{svg}</td>'


def _next_steps(report: Report) -> str:
    steps = report.verdict.next
    content = f"<ol>{''.join(f'<li>{_text(step)}</li>' for step in steps)}</ol>" if steps else "<p>Nothing. All is done.</p>"
    return _section("next", "What to do next", content)


def _message(report: Report) -> str:
    return _section("message", "What happened", f'<p class="said">{_text(report.message)}</p>') if report.message else ""


def _difference(report: Report) -> str:
    found = report.difference
    if found is None:
        return ""
    total = sum(found.values())
    rows = [
        f"{_row_head(swatch(kind) + _text(kind), short=True)}<td>{_text(words.MEANINGS[kind])}</td>{_count(count)}{_number(percent(count, total))}"
        for kind, count in found.items()]
    told = ", ".join(f"{whole(count)} {kind}" for kind, count in found.items())
    heads = [_head("People"), _head("Meaning"), _head("Number", "n"), _head("Share", "n")]
    return _section("difference", "Joiners, movers, leavers", stack(list(found.items()), told) + _table(
        f"This export compared with the last one that went through. {words.leavers_note(report)}", heads, rows))


def _changes(report: Report) -> str:
    found = words.counters(report)
    if not found:
        return ""
    most = max(counts[-1] or 0 for counts in found.values())
    rows = []
    for name, counts in found.items():
        told = f"{name}: {whole(counts[-1])}"
        picture = gauge(name, (counts[-1] or 0) / most if most else 0.0, told)
        numbers = "".join([*(_number(whole(count)) for count in counts[:-1]), _count(counts[-1])])
        rows.append(f"{_row_head(_text(name), short=True)}<td>{_text(words.MEANINGS[name])}</td>{numbers}{_picture(picture)}")
    heads = [_head("People"), _head("Meaning"), *(_head(column, "n") for column in words.columns(report)), _head("In comparison")]
    return _section("changes", "People at Staffbase", _table(f"{words.changes_title(report)}.", heads, rows))


def _limits(report: Report) -> str:
    if not report.limits:
        return ""
    if all(limit.exceeded is None for limit in report.limits):
        return _section("limits", "Limits", f"<p>{_text(words.not_compared(report.limits))}</p>")
    heads = [_head("Limit on"), _head("Set to", "n"), _head("Found", "n"), _head("How close"), _head("In a picture")]
    return _section("limits", "Limits", _table("How close this run came to its limits.", heads, [_limit(limit) for limit in report.limits]))


def _limit(limit: Limit) -> str:
    told = words.closeness(limit)
    most, count = limit.most or 0, limit.count or 0
    share = 0.0 if limit.exceeded is None else min(count / most, 1.0) if most else float(count > 0)
    kind = "exceeded" if limit.exceeded else "close" if share >= CLOSE else "within"
    picture = gauge(kind, share, f"{limit.name}: {told}")
    return (
        f"{_row_head(_text(limit.name), short=True)}{_number(words.set_to(limit))}{_count(limit.count)}"
        f"<td{_class('over' if limit.exceeded else '')}>{_text(told)}</td>{_picture(picture)}")


def _refused(report: Report) -> str:
    refused = report.refused
    if not refused.count:
        return ""
    note = " ".join(filter(None, [words.which_lines(report), words.only_the_first(refused.reasons, refused.count)]))
    content = _groups(f"{whole(refused.count)} refused. {note}", "Reason", refused.reasons)
    if refused.rows:
        content += f"\n<h3>The refused rows in full (people's data)</h3>\n{_error_file(report)}"
    return _section("refused", "Refused rows", content)


def _error_file(report: Report) -> str:
    refused = report.refused
    width = max(len(row) for row in refused.rows)
    names = [refused.columns[place] if place < len(refused.columns) else f"Column {place + 1}" for place in range(width)]
    rows = [
        _row_head(str(number)) + "".join(f"<td>{_text(cell)}</td>" for cell in [*row, *[""] * (width - len(row))])
        for number, row in enumerate(refused.rows, start=1)]
    return _table("As the service gave them.", [_head("No."), *map(_head, names)], rows)


def _problems(report: Report) -> str:
    export = report.export
    if export is None or not export.problem_count:
        return ""
    note = words.only_the_first(export.problems, export.problem_count)
    caption = f"{whole(export.problem_count)} found before anything was sent. The header is line 1. {note}".strip()
    return _section("problems", "Problems in the export", _groups(caption, "Problem", export.problems))


def _groups(caption: str, what: str, groups: list[Group]) -> str:
    heads = [_head(what), _head("Rows", "n"), _head("Where")]
    rows = [f"{_row_head(_text(group.message))}{_count(group.count)}<td>{_text(words.lines_of(group))}</td>" for group in groups]
    return _table(caption, heads, rows)


def _timing(report: Report) -> str:
    if not report.seconds:
        return ""
    rows, begun, total = [], 0.0, report.elapsed or 1.0
    for step, seconds in report.seconds:
        picture = gauge("time", seconds / total, f"{STEPS[step]}: {duration(seconds)}, begun after {duration(begun)}", begun / total)
        rows.append(f"{_row_head(_text(STEPS[step]))}{_number(duration(seconds), 'n strong')}{_picture(picture)}")
        begun += seconds
    heads = [_head("Step"), _head("Time", "n"), _head("One after the other")]
    return _section("timing", "Time", _table(f"{duration(report.elapsed)} in all, without what Ansible itself takes.", heads, rows))


def _facts(report: Report) -> str:
    return _section("facts", "Facts", "<dl>{}</dl>".format("".join(
        f"<dt>{_text(name)}</dt><dd>{_text(value)}</dd>" for name, value in words.facts(report))))
