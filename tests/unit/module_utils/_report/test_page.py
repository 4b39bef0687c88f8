# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page: valid, self-contained, usable by everybody, and with every text escaped."""

from __future__ import annotations

import html
import itertools
import re
import typing as t

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.community.staffbase.plugins.module_utils._report import page as page_module
from ansible_collections.community.staffbase.plugins.module_utils._report.page import page
from ansible_collections.community.staffbase.plugins.module_utils._report.report import Asked, compose
from ansible_collections.community.staffbase.plugins.module_utils._report.style import BARS, COLOURS, stylesheet
from support.report_samples import EXPECTED, WRITTEN, Steps, failing, steps
from support.web_page import PICTURE, TEXT, contrast, every, parse, tags, words

LIMITS: dict[str, t.Any] = {"limits": {"deactivated": 25, "deleted": 2}, "baseline_limits": {"leavers": "2%"}, "max_row_errors": 20}
ERROR_FILE = (["line", "message"], [["14", "quellwick is no address"], ["15", "x", "more"]])
RUNS: dict[str, Steps] = {
    "imported": steps(), "nothing new": steps(delta={"empty": True}, upload={"skipped": True}, state={"skipped": True}),
    "stopped": failing("state", "preview", state="PREVIEW_READY", row_error_count=None, row_errors=[]),
    "broken export": failing("check", "check"), "nothing known": [], "no numbers": steps(state={"changes": {"created": None}}),
    "with a preview": steps(state={"expected": EXPECTED}), "no numbers at the end": steps(state={"expected": EXPECTED, "changes": None}),
    "zeros": steps(state={"changes": {"created": 0}}, delta={"joiners": 0, "movers": 0, "leavers": 0, "unchanged": 0}),
}


def made(run: Steps, **asked: t.Any) -> str:
    return page(compose(Asked(**{"source": "berlin", **LIMITS, **asked}), run, WRITTEN, ERROR_FILE))


@pytest.mark.parametrize("details", [False, True])
@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)
def test_every_page_is_valid_and_has_what_readers_of_a_screen_need(run: Steps, details: bool) -> None:
    tree = parse(made(run, details=details))

    assert tree.get("lang") == "en"
    assert words(every(tree, "title")[0])
    assert [len(every(tree, landmark)) for landmark in ("header", "main", "footer", "h1")] == [1, 1, 1, 1]
    levels = [int(name[1]) for name in tags(tree) if re.fullmatch("h[1-6]", name)]
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    for section in every(tree, "section"):
        assert section.get("aria-labelledby") == every(section, "h2")[0].get("id")
    ids = [element.get("id") for element in tree.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    for table in every(tree, "table"):
        assert words(every(table, "caption")[0])
        columns = len(every(every(table, "thead")[0], "th"))
        for row in every(every(table, "tbody")[0], "tr"):
            assert row[0].get("scope") == "row"
            assert len(row) == columns
        assert all(head.get("scope") in ("row", "col") for head in every(table, "th"))
        assert all(words(head) for head in every(table, "th"))
    for picture in every(tree, "svg"):
        assert picture.get("aria-hidden") == "true" or (picture.get("role") == "img" and picture.get("aria-label"))


@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)
def test_a_page_needs_nothing_from_anywhere(run: Steps) -> None:
    text = made(run, details=True)
    tree = parse(text)

    assert not {"script", "link", "img", "iframe", "object", "embed", "a", "form", "base"} & set(tags(tree))
    assert not re.search(r"url\(|@import|expression\(", text)
    assert not [name for element in tree.iter() for name in element.attrib if name.startswith("on") or name in ("src", "href", "style")]
    assert every(tree, "meta")[1].get("content") == page_module.POLICY


def test_the_verdict_comes_first_then_what_to_do_then_what_happened() -> None:
    tree = parse(made(RUNS["stopped"]))
    assert words(every(tree, "h1")[0]).startswith("Stopped: ")
    assert [words(title) for title in every(tree, "h2")] == [
        "What to do next", "What happened", "Joiners, movers, leavers", "People at Staffbase", "Limits", "Problems in the export", "Time", "Facts"]


def test_pictures_say_what_they_show() -> None:
    told = {str(picture.get("aria-label")) for picture in every(parse(made(steps())), "svg")}
    assert told >= {
        "9 joiners, 31 movers, 17 leavers, 1,227 unchanged", "updated: 28", "leavers: 68 % used", "deleted: exceeded by 1",
        "Upload: 0.60 s, begun after 0.29 s",
    }


def test_bars_are_as_long_as_their_numbers() -> None:
    tree = parse(made(steps()))
    lengths = {}
    for picture in every(tree, "svg"):
        for part in every(picture, "rect"):
            lengths[(picture.get("aria-label") or "", part.get("class"))] = float(part.get("width") or 0)
    assert lengths[("updated: 28", "updated")] == 100
    assert lengths[("deactivated: 14", "deactivated")] == 50
    assert lengths[("leavers: 68 % used", "within")] == 68
    assert lengths[("deleted: exceeded by 1", "exceeded")] == 100
    stacked = [length for (told, _kind), length in lengths.items() if told.startswith("9 joiners") and _kind != "track"]
    assert sum(stacked) == pytest.approx(100, abs=0.05)
    assert min(stacked) >= 0.7


def test_numbers_of_the_preview_stand_beside_those_of_the_end() -> None:
    tree = parse(made(RUNS["with a preview"]))
    (section,) = [one for one in every(tree, "section") if one.get("aria-labelledby") == "changes"]
    assert [words(head) for head in every(every(section, "thead")[0], "th")] == ["People", "Meaning", "Previewed", "At the end", "In comparison"]
    assert [words(cell) for cell in every(every(section, "tbody")[0], "tr")[2]][:4] == ["deactivated", "can no longer log in", "13", "14"]
    assert {str(picture.get("aria-label")) for picture in every(section, "svg")} >= {"deactivated: 14", "deleted: 3"}


def test_peoples_data_are_shown_only_when_they_are_asked_for() -> None:
    assert "quellwick" not in made(steps())
    tree = parse(made(steps(), details=True))
    heads = [words(head) for head in every(tree, "th") if head.get("scope") == "col"]
    assert [name for name in heads if name in ("line", "message", "Column 3")] == ["line", "message", "Column 3"]
    assert "quellwick is no address" in words(tree)


@pytest.mark.parametrize("index", [0, 1], ids=["light", "dark"])
def test_colours_are_told_apart_from_their_ground(index: int) -> None:
    colours = {name: pair[index] for name, pair in COLOURS.items()}
    for ground in ("ground", "card"):
        for name in ("text", "muted", "bad"):
            assert contrast(colours[name], colours[ground]) >= TEXT, (name, ground)
        for name in {"good", "info", "warn", "bad", "neutral", *BARS.values()}:
            assert contrast(colours[name], colours[ground]) >= PICTURE, (name, ground)
    for name in set(BARS.values()):
        assert contrast(colours[name], colours["track"]) >= PICTURE, name


def test_the_style_uses_no_colour_that_is_not_computed() -> None:
    rules = re.sub(r":root \{[^}]*\}", "", stylesheet())
    assert not re.search(r"#[0-9a-fA-F]{3}|rgb|hsl", rules)
    assert set(re.findall(r"var\(--([a-z]+)\)", rules)) == {*COLOURS, "tone"}
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


#: Texts with what is awkward in HTML; some of it means something in other places.
TEXTS = st.text(st.sampled_from("<>&\"'`=/ \n\t\0\x1b\u202e\ud800-!abc{}$\\") | st.characters(), max_size=30) | st.sampled_from([
    "<script>alert(1)</script>", "</title><script>x</script>", "\"><svg onload=x>", "&lt;b&gt;", "]]>", "--><img src=x>", "{{ 6 * 7 }}", "</style>"])


@settings(max_examples=40)
@given(TEXTS, TEXTS, TEXTS)
def test_no_text_becomes_markup(one: str, two: str, three: str) -> None:
    run = failing(
        "state", "errors", one, state=two, row_errors=[{"line": 3, "message": three}], row_error_count=1, url=one,
        **{"import": {"id": three, "file_name": one}})
    run[0]["result"].update(
        encoding=two, separator=one, sha256=three, problem_count=1, problems=[{"line": 1, "column": one, "message": two}])
    plain = failing(
        "state", "errors", "x", state="x", row_errors=[{"line": 3, "message": "x"}], row_error_count=1, url="x",
        **{"import": {"id": "x", "file_name": "x"}})
    plain[0]["result"].update(encoding="x", separator="x", sha256="x", problem_count=1, problems=[{"line": 1, "column": "x", "message": "x"}])
    asked = Asked(source=two, details=True)

    found = parse(page(compose(asked, run, WRITTEN, ([one], [[two, three]]))))
    expected = parse(page(compose(Asked(source="x", details=True), plain, WRITTEN, (["x"], [["x", "x"]]))))

    # Facts that are empty are left out, so only what may stand there is compared.
    assert set(tags(found)) <= set(tags(expected))
    assert {name for element in found.iter() for name in element.attrib} <= {name for element in expected.iter() for name in element.attrib}


def test_the_guard_against_markup_bites(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the escaping, the text is an element."""
    run = failing("check", "check", "<blink>never</blink>")
    assert "blink" not in tags(parse(made(run)))
    monkeypatch.setattr(page_module, "_text", str)
    assert "<blink>" in made(run)
    monkeypatch.undo()
    assert html.escape("<blink>") in made(run)
