# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page in a real browser: it is painted in light and in dark, and it fits a small screen. Skipped where there is no Chromium."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import pytest

from ansible_collections.community.staffbase.plugins.module_utils._report.page import POLICY, page
from ansible_collections.community.staffbase.plugins.module_utils._report.report import Asked, compose
from ansible_collections.community.staffbase.plugins.module_utils._report.style import BARS, COLOURS
from support.browser import Browser, chromium
from support.report_samples import EXPECTED, WRITTEN, failing, steps

PROGRAM = chromium()
pytestmark = pytest.mark.skipif(PROGRAM is None, reason="there is no Chromium on this machine (Debian: apt-get install chromium)")

ASKED = Asked("berlin", "imported", {"deactivated": 15, "deleted": 10}, {"leavers": "2%"}, 1, details=True)
LONG = "x" * 200
ERROR_FILE = (["line", LONG], [["14", LONG, *["cell"] * 30]])


@pytest.fixture
def browser(tmp_path: Path) -> Browser:
    return Browser(str(PROGRAM), tmp_path)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_it_is_painted_in_the_colours_that_were_computed(browser: Browser, tmp_path: Path, dark: bool) -> None:
    path = tmp_path / "report.html"
    path.write_text(page(compose(ASKED, steps(), WRITTEN)), encoding="utf-8")

    seen = browser.picture(path, dark=dark)

    colours = {name: pair[dark] for name, pair in COLOURS.items()}
    assert seen.rows[0][0] == tuple(bytes.fromhex(colours["ground"][1:]))
    assert seen.count(colours["ground"]) > len(seen.rows) * len(seen.rows[0]) / 2
    for name in ("text", "card", "track", *{BARS[kind] for kind in ("joiners", "movers", "leavers", "unchanged", "reactivated", "deleted")}):
        assert seen.count(colours[name]) > 20, name


#: Puts the page into a frame as wide as a phone and writes down which parts stick out of it.
FRAME = """<!DOCTYPE html><html lang="en"><body><iframe id="frame" width="320" height="900" srcdoc="{}"></iframe><pre id="found">no answer</pre>
<script>
const frame = document.getElementById("frame");
frame.onload = () => {{
  const page = frame.contentDocument, wide = page.documentElement.scrollWidth;
  document.getElementById("found").textContent = "width " + wide + " of " + frame.contentWindow.innerWidth;
}};
</script></body></html>"""


@pytest.mark.parametrize("run", [
    steps(state={"expected": EXPECTED}), failing("check", "check", f"/srv/{LONG} has problems")], ids=["imported", "stopped"])
def test_it_fits_a_small_screen(browser: Browser, tmp_path: Path, run: t.Any) -> None:
    text = page(compose(ASKED, run, WRITTEN, ERROR_FILE))
    path = tmp_path / "frame.html"
    path.write_text(FRAME.format(text.replace("&", "&amp;").replace('"', "&quot;")), encoding="utf-8")

    found = re.search(r"width (\d+) of (\d+)", browser.text_after_scripts(path))

    assert found, "the browser did not answer"
    assert int(found[1]) <= int(found[2])


def test_no_script_of_the_page_would_run(browser: Browser, tmp_path: Path) -> None:
    """If a text were not escaped, the policy of the page still keeps its script from running; without the policy it runs."""
    script = "<script>document.documentElement.lang = 'xx'</script>"
    whole = page(compose(ASKED, steps(), WRITTEN)).replace("</footer>", f"</footer>{script}")
    for text, runs in ((whole, False), (whole.replace(POLICY, "default-src 'unsafe-inline'"), True)):
        path = tmp_path / "script.html"
        path.write_text(text, encoding="utf-8")
        assert ('<html lang="xx"' in browser.text_after_scripts(path)) is runs
