# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Markdown for the page of a job: it tells the same, and no text in it becomes markup."""

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from ansible_collections.community.staffbase.plugins.module_utils._printable import printable
from ansible_collections.community.staffbase.plugins.module_utils._report import summary as summary_module
from ansible_collections.community.staffbase.plugins.module_utils._report.report import Asked, compose
from ansible_collections.community.staffbase.plugins.module_utils._report.summary import plain, summary
from support.report_samples import EXPECTED, WRITTEN, Steps, failing, steps

READER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])

LIMITS: dict[str, t.Any] = {"limits": {"deactivated": 25}, "baseline_limits": {"leavers": "2%"}, "max_row_errors": 20}

TEXTS = st.text(st.sampled_from("<>&\"'`=/ \t~*_#|[]()!+-.:1{}$\\^@ab") | st.characters(), max_size=30) | st.sampled_from([
    "<script>x</script>", "[x](http://x.example)", "1. x", "- x", "# x", "| a |", "`x`", "```", "***", "![x](y)", "&lt;", "    x", "> x", "~~x~~",
    "===", "<!-- x", "http://x.example", "a\\", "1) x", "+ x", "\\"])


def made(run: Steps, **asked: t.Any) -> str:
    return summary(compose(Asked(**{"source": "berlin", **LIMITS, **asked}), run, WRITTEN, (["line"], [["quellwick"]])))


def test_it_tells_what_the_page_tells() -> None:
    lines = made(steps()).splitlines()
    assert lines[0] == "## \u26a0\ufe0f Imported, but 3 rows were refused (berlin)"
    for line in (
        "All other rows were imported. Nobody else was touched.", "| joiners | 9 |", "| updated | 28 |", "| leavers | 2% = 25 | 17 | 68 % used |",
        "- 2 x e-mail address is malformed (lines 14-15)", "- Upload: 0.60 s", "### Problems in the export: 3",
    ):
        assert line in lines
    assert "> That went wrong" in made(failing("check", "check")).splitlines()


def test_numbers_of_the_preview_stand_beside_those_of_the_end() -> None:
    lines = made(steps(state={"expected": EXPECTED})).splitlines()
    for line in ("### Expected by the preview, and done by the import", "| People | Previewed | At the end |", "| deactivated | 13 | 14 |"):
        assert line in lines


def test_peoples_data_never_get_onto_the_page_of_a_job() -> None:
    assert "quellwick" not in made(steps(), details=True)


def test_many_kinds_of_problems_are_cut() -> None:
    errors = [{"line": number, "message": f"kind {'abcdefghijklmnop'[number]}"} for number in range(12)]
    lines = made(steps(state={"row_errors": errors, "row_error_count": 12})).splitlines()
    assert len([line for line in lines if "x kind" in line]) == summary_module.MOST_GROUPS
    assert "- and 2 more kinds" in lines


def read(text: str) -> str:
    """Return what a reader sees of a paragraph, or fail if it is anything else than text."""
    (opening, inline, closing) = READER.parse(text)
    assert (opening.type, closing.type) == ("paragraph_open", "paragraph_close")
    assert {child.type for child in inline.children or []} <= {"text", "text_special"}
    return "".join(child.content for child in inline.children or [])


@given(TEXTS)
def test_no_text_becomes_markup(text: str) -> None:
    expected = printable(text).strip()
    if expected:
        assert read(plain(text)).split() == expected.split()
        item = [token.type for token in READER.parse(f"- {plain(text)}")]
        assert item[:4] == ["bullet_list_open", "list_item_open", "paragraph_open", "inline"]
        row = [token.content for token in READER.parse(f"| a | b |\n| --- | --- |\n| x | {plain(text)} |") if token.type == "inline"]
        assert len(row) == 4


@settings(max_examples=60)
@given(TEXTS, TEXTS)
def test_the_whole_summary_keeps_its_shape(one: str, two: str) -> None:
    def shape(source: str, message: str) -> list[str]:
        run = failing("state", "errors", f"x{message}", state="COMPLETED", row_errors=[{"line": 3, "message": f"x{source}"}], row_error_count=1)
        return [token.type for token in READER.parse(made(run, source=f"x{source}"))]

    assert shape(one, two) == shape("", "")


def test_the_guard_against_markup_bites(monkeypatch: pytest.MonkeyPatch) -> None:
    def holds_html() -> bool:
        text = made(failing("check", "check", "<script>x</script>"))
        return "html_block" in [token.type for token in READER.parse(text)]

    assert not holds_html()
    monkeypatch.setattr(summary_module, "plain", str)
    assert holds_html()
