# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guides say what is so: messages, options, defaults and open questions are those of the code."""

from __future__ import annotations

import ast
import re
import typing as t
from pathlib import Path

import pytest
import yaml

from ansible_collections.community.staffbase.plugins.module_utils._csv.problems import MESSAGES, OF_CELLS
from ansible_collections.community.staffbase.plugins.module_utils._http.errors import NEXT_STEPS
from support.documents import GUIDES, ROOT, Block, blocks, fenced, guide, rows
from tools import open_questions

PLUGINS = ROOT / "plugins"
ROLE = ROOT / "roles/delta_import"
#: What the variables of a role begin with -> the role.
ROLES = {"delta_import_": "delta_import", "awx_": "awx"}
READMES = ("README.md", *(f"roles/{role}/README.md" for role in ROLES.values()))
PAGES = sorted(path.stem for path in GUIDES.glob("*.rst"))

#: Calls whose text an admin reads as the reason why a run ended. Errors about an option name the option and explain themselves.
#: Name -> which of the arguments is the text.
ERRORS = {"StaffbaseError": 0, "CallError": 0, "_Fault": 1, "_error": 0}


def text_of(node: ast.expr) -> str:
    """Return a text as it stands in the code, with ... for what is filled in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.sub(r"\{[\w:.]+\}", "...", node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(text_of(part) if isinstance(part, ast.Constant) else "..." for part in node.values)
    return ""


def trees(folder: Path = PLUGINS) -> list[ast.Module]:
    return [ast.parse(path.read_text(encoding="utf-8")) for path in sorted(folder.rglob("*.py"))]


def said() -> list[str]:
    """Return every text of the plugins and of the role."""
    code = [text_of(node) for tree in trees() for node in ast.walk(tree) if isinstance(node, (ast.Constant, ast.JoinedStr))]
    role = [" ".join(path.read_text(encoding="utf-8").split()) for path in sorted(ROLE.rglob("*.yml"))]
    return [text for text in code + role if len(text) > 10]


def fits(quoted: str, text: str) -> bool:
    """Tell whether `text` is what is quoted; ... stands for anything."""
    return re.search(".*".join(re.escape(part) for part in quoted.split("...")), text, re.DOTALL) is not None


def quoted() -> list[str]:
    """Return the messages in the first column of the tables of messages."""
    page = guide("guide_troubleshooting").partition("What is wrong with the file\n---")[0]
    return [first[0] for first, _second in rows(page) if first]


def reasons() -> list[str]:
    """Return the texts of all errors that end a run and are not about an option."""
    calls = [node for tree in trees(PLUGINS / "module_utils") for node in ast.walk(tree) if isinstance(node, ast.Call)]
    named = [(call.args, ERRORS[name]) for call in calls if (name := getattr(call.func, "id", getattr(call.func, "attr", ""))) in ERRORS]
    found = {text_of(arguments[place]) for arguments, place in named if len(arguments) > place}
    # What is put together only of parts that stand elsewhere has no words of its own.
    return sorted(text for text in found if re.search("[a-z]{3}", text))


def test_each_message_that_is_quoted_stands_in_the_code() -> None:
    texts = said()
    assert len(quoted()) > 50
    assert [message for message in quoted() if not any(fits(message, text) for text in texts)] == []


def test_each_error_that_ends_a_run_is_explained() -> None:
    assert len(reasons()) > 30
    assert [text for text in reasons() if not any(fits(message, text) for message in quoted())] == []


@pytest.mark.parametrize("status", sorted(set(NEXT_STEPS) - {400}))
def test_what_is_said_about_a_status_is_explained(status: int) -> None:
    assert any(fits(message, NEXT_STEPS[status]) for message in quoted())


def test_a_message_that_nobody_says_would_be_seen() -> None:
    assert not any(fits("the moon is full", text) for text in said())
    assert fits("limits exceeded: ...", "limits exceeded: created 3")
    assert not fits("limits ... exceeded", "exceeded limits")


def test_each_problem_of_a_file_is_explained_in_its_own_words() -> None:
    page = guide("guide_troubleshooting").partition("What is wrong with the file\n---")[2]
    assert [(first[0], second[0]) for first, second in rows(page) if first] == list(MESSAGES.items())
    assert re.findall(r"\* - ``(\w+)`` \\\*", page) == [code for code in MESSAGES if code in OF_CELLS]


def test_the_open_questions_are_those_of_the_simulator() -> None:
    page = guide("api_facts")
    assert open_questions.with_table(page) == page, "cd tests && python -m tools.open_questions --write"


def test_each_page_is_in_the_table_of_contents_and_has_its_label() -> None:
    sections = yaml.safe_load((GUIDES.parent / "extra-docs.yml").read_text(encoding="utf-8"))["sections"]
    assert sorted(page for section in sections for page in section["toctree"]) == PAGES
    assert [page for page in PAGES if f".. _ansible_collections.community.staffbase.docsite.{page}:\n" not in guide(page)] == []


def role_options(role: str) -> dict[str, dict[str, t.Any]]:
    specs = yaml.safe_load((ROOT / f"roles/{role}/meta/argument_specs.yml").read_text(encoding="utf-8"))
    return t.cast("dict[str, dict[str, t.Any]]", specs["argument_specs"]["main"]["options"])


def unknown_variables(names: t.Iterable[str]) -> list[str]:
    """Return the names that look like variables of a role which does not have them."""
    return [
        name for name in names for prefix, role in ROLES.items()
        if name.startswith(prefix) and name not in role_options(role)]


def module_options(name: str) -> set[str]:
    """Return the options of a module of this collection, by its documentation."""
    source = (PLUGINS / f"modules/{name.rpartition('.')[2]}.py").read_text(encoding="utf-8")
    documentation = yaml.safe_load(source.partition('DOCUMENTATION = r"""')[2].partition('"""')[0])
    fragment = (PLUGINS / "doc_fragments/connection.py").read_text(encoding="utf-8")
    connection = yaml.safe_load(fragment.partition('DOCUMENTATION = r"""')[2].partition('"""')[0])
    return {*documentation["options"], *connection["options"]}


def mappings(node: t.Any) -> t.Iterator[dict[str, t.Any]]:
    """Yield every mapping in some YAML."""
    if isinstance(node, dict):
        yield node
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from mappings(inner)


def unknown(node: t.Any) -> list[str]:
    """Return the variables of the roles and the options of modules that are not there."""
    found = []
    for each in mappings(node):
        found += unknown_variables(map(str, each))
        for name, options in each.items():
            if str(name).startswith("community.staffbase.staffbase_"):
                found += sorted(set(options) - module_options(name))
    return found


def unknown_in(found: list[Block]) -> list[str]:
    """Return the same for all blocks of a page."""
    return [
        name for each in found
        for name in (unknown(yaml.safe_load(each.text)) if each.language == "yaml" else unknown_variables(re.findall(r"\w+", each.text)))]


@pytest.mark.parametrize("page", PAGES)
def test_what_a_reader_copies_names_variables_and_options_that_are_there(page: str) -> None:
    assert unknown_in(blocks(guide(page))) == []


@pytest.mark.parametrize("readme", READMES)
def test_what_a_reader_copies_from_a_readme_names_variables_and_options_that_are_there(readme: str) -> None:
    found = fenced((ROOT / readme).read_text(encoding="utf-8"))
    assert found
    assert unknown_in(found) == []


@pytest.mark.parametrize("page", PAGES)
def test_the_text_of_a_guide_names_variables_for_awx_that_are_there(page: str) -> None:
    assert unknown_variables(re.findall(r"\bawx_\w+", guide(page))) == []


def test_a_variable_that_is_not_there_would_be_seen() -> None:
    assert unknown([{"vars": {"delta_import_limit": {}, "delta_import_limits": {}}}]) == ["delta_import_limit"]
    assert unknown({"awx_organisation": "Default", "awx_organization": "Default"}) == ["awx_organisation"]
    assert unknown_in(fenced("```yaml\ndelta_import_limit: {}\n```\n\n```shell\nansible-playbook -e awx_organisation=Default\n```\n")) == [
        "delta_import_limit", "awx_organisation"]
    assert unknown({"community.staffbase.staffbase_import_state": {"import_id": "69", "status": "imported"}}) == ["status"]


def wrong_rows(prefix: str, readme: str) -> list[str]:
    """Return the variables of a role that the tables of its README lack, know another default of, or have too many."""
    options = role_options(ROLES[prefix])
    found = re.findall(rf"^\| (`{prefix}\w+`(?: or `{prefix}\w+`)*) \|(?: ([^|]*) \|)?", readme, re.MULTILINE)
    cells = [(name, default) for names, default in found for name in re.findall(r"`(\w+)`", names)]
    listed = dict(cells)
    wrong = [name for number, (name, _default) in enumerate(cells) if name not in options or name in dict(cells[:number])]
    for name, option in options.items():
        default = option.get("default")
        shown = str(default).lower() if isinstance(default, bool) else str(default)
        # An empty text is told in words.
        if name not in listed or (default not in (None, "") and listed[name] != f"`{shown}`"):
            wrong.append(name)
    return wrong


@pytest.mark.parametrize("prefix", ROLES)
def test_the_readme_of_a_role_names_each_variable_with_its_default(prefix: str) -> None:
    assert wrong_rows(prefix, (ROOT / f"roles/{ROLES[prefix]}/README.md").read_text(encoding="utf-8")) == []


def test_a_row_that_is_wrong_or_missing_would_be_seen() -> None:
    readme = (ROOT / "roles/awx/README.md").read_text(encoding="utf-8")
    assert wrong_rows("awx_", readme.replace("`72000`", "`7200`")) == ["awx_approval_timeout"]
    assert wrong_rows("awx_", readme.replace("| `awx_playbook` |", "| `awx_playbok` |")) == ["awx_playbok", "awx_playbook"]
    assert wrong_rows("awx_", readme + "| `awx_name` | `Staffbase` | twice |") == ["awx_name"]
    assert wrong_rows("awx_", readme.replace(" or `awx_project_local_path`", "")) == ["awx_project_local_path"]
