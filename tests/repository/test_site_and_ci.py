# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The site loads nothing from elsewhere, and the CI runs every session that there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from tools import ci_files, ci_matrix, cores, docs_site

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(("name", "content"), [
    ("a.html", '<script async src="https://cdn.example.com/x.js"></script>'),
    ("a.html", "<img alt='' src=//example.com/x.png>"),
    ("a.html", '<link href="https://fonts.example.com/css" rel="stylesheet">'),
    ("a.css", "@import 'https://example.com/x.css';"),
    ("a.css", "src: url(https://example.com/x.woff)"),
])
def test_what_a_browser_would_load_from_elsewhere_is_seen(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / name).write_text(content, encoding="utf-8")
    assert docs_site.loaded_from_elsewhere(tmp_path) == [f"inner/{name}"]


def test_links_and_own_files_are_no_such_thing(tmp_path: Path) -> None:
    own = '<a href="https://example.com">x</a><script src="_static/x.js"></script><link rel="canonical" href="https://example.com/x">'
    (tmp_path / "a.html").write_text(own, encoding="utf-8")
    assert docs_site.loaded_from_elsewhere(tmp_path) == []


def test_the_ci_runs_each_core_with_each_of_its_pythons() -> None:
    sessions = ci_matrix.sessions()
    names = [each["session"] for each in sessions]
    assert len(set(names)) == len(names)
    for core in cores.CORES:
        assert {each["python"] for each in sessions if each["session"].startswith(f"tests({core.version}-py")} == {*core.official, *core.also}
        assert sum(name.startswith(f"sanity_core({core.version}-py") for name in names) == 1


def test_the_ci_runs_each_check_that_make_test_runs() -> None:
    text = (ROOT / "noxfile.py").read_text(encoding="utf-8")
    checks = re.findall(r'"(\w+)"', re.findall(r"^CHECKS = (.*)$", text, re.MULTILINE)[0])
    assert {"lint", "demo"} <= set(checks)
    assert set(checks) <= set(ci_matrix.CHECKS)
    assert all(f"\ndef {name}(" in text for name in ci_matrix.CHECKS)


def test_each_workflow_pipeline_and_rulebook_is_checked() -> None:
    there = {str(path.relative_to(ROOT)) for path in [*ROOT.glob(".github/workflows/*"), *ROOT.glob("docs/docsite/examples/ci/*.yml")]}
    no_jobs = {f"docs/docsite/examples/ci/{name}" for name in ("requirements.yml", "staffbase.yml")}
    assert there - no_jobs == {*ci_files.WORKFLOWS, *ci_files.PIPELINES}
    assert list(ROOT.glob("extensions/eda/rulebooks/*")) == list(ROOT.glob(ci_files.RULEBOOKS))


@pytest.mark.parametrize("workflow", ci_files.WORKFLOWS)
def test_actions_are_named_by_a_commit_and_tell_its_version(workflow: str) -> None:
    text = (ROOT / workflow).read_text(encoding="utf-8")
    used = re.findall(r"uses: (.*)", text)
    assert used
    assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", each) for each in used)
    assert yaml.safe_load(text)["permissions"] == {}


def test_each_file_of_requirements_and_each_workflow_is_kept_fresh() -> None:
    """By folders: a file in a new one would be forgotten."""
    updates = {each["package-ecosystem"]: each for each in yaml.safe_load((ROOT / ci_files.UPDATES).read_text(encoding="utf-8"))["updates"]}
    files = [*ROOT.glob("requirements.txt"), *ROOT.glob("tests/**/requirements.txt"), *ROOT.glob("tests/**/requirements/*.txt")]
    assert {f"/{path.parent.relative_to(ROOT).as_posix()}".removesuffix(".") for path in files} == set(updates["pip"]["directories"])
    workflows = {Path(path).parent.as_posix() for path in ci_files.WORKFLOWS}
    # Its root stands for its own workflows.
    assert {folder.strip("/") or ".github/workflows" for folder in updates["github-actions"]["directories"]} == workflows


def test_the_hooks_call_what_make_has_and_fetch_nothing() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    repositories = yaml.safe_load((ROOT / ci_files.HOOKS).read_text(encoding="utf-8"))["repos"]
    hooks = [hook for repository in repositories for hook in repository["hooks"]]
    assert hooks
    assert {repository["repo"] for repository in repositories} == {"local"}
    assert [hook["entry"] for hook in hooks if f"\n{hook['entry'].removeprefix('make ')}: " not in makefile] == []
