# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guards that `make guards` takes out: each is found in the collection, wherever it stands there, and docs/guards.md tells of these."""

from __future__ import annotations

from pathlib import Path

import pytest

from faults.guards import CELLS
from guards import ROWS
from guards.guard import Guard
from guards.page import page
from guards.places import Change, Code, NotOnce

ROOT = Path(__file__).parents[2]
GUARDS = [guard for row in ROWS.values() for guard in row]


@pytest.fixture(scope="module")
def code() -> Code:
    return Code(ROOT)


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.promise)
def test_it_can_be_taken_out(code: Code, guard: Guard) -> None:
    try:
        ((file, data),) = code.changed(guard.change).items()
    except NotOnce as error:
        pytest.fail(f"{error}: adapt tests/guards, run `make guards`")
    if file.endswith(".py"):
        # What cannot be compiled would fail any test.
        compile(data, file, "exec")
    test, name = guard.test.partition("::")[::2]
    assert not name or f"def {name.partition('[')[0]}(" in (ROOT / test).read_text(encoding="utf-8")


def test_each_promise_is_named_once() -> None:
    assert len({guard.promise for guard in GUARDS}) == len(GUARDS)


def test_those_of_the_fault_matrix_are_among_them() -> None:
    assert set(CELLS) <= {guard.promise for guard in ROWS["A call that breaks"]}


def test_the_page_is_the_one_of_these_guards() -> None:
    assert (ROOT / "docs/guards.md").read_text(encoding="utf-8") == page(), "run `make guards`"


def test_another_guard_makes_another_page(monkeypatch: pytest.MonkeyPatch) -> None:
    before = page()
    monkeypatch.setitem(ROWS, "A call that breaks", ROWS["A call that breaks"][1:])
    assert page() != before


CLIENT = """
class Client:
    def send(self, answer):
        # Ä: places are counted in bytes.
        if answer.status == 500 and "ä" in answer.text: return self.again(answer)
        return answer

    def again(self, answer):
        return self.send(answer)
"""
TASKS = """
- name: Upload
  upload:
    src: people.csv
    sha256: "{{ digest }}"
"""


def changed(root: Path, change: Change, **files: str) -> dict[str, str]:
    """Lay down files, named by their place with two underscores for a slash, and return those that a change makes others."""
    for name, text in files.items():
        path = root / name.replace("__", "/")
        path = path.with_suffix(".yml" if path.parts[len(root.parts)] == "roles" else ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return {file: data.decode() for file, data in Code(root).changed(change).items()}


@pytest.mark.parametrize("text", [
    CLIENT,
    CLIENT.replace("\n", "\n    ").replace("\n    class", "\nif True:\n    class", 1),
    CLIENT.replace("answer.status == 500", "(answer.status  # of this try\n            == 500)"),
], ids=["as it is written", "deeper", "on several lines"])
@pytest.mark.parametrize("file", ["plugins__client", "plugins__module_utils__elsewhere"])
def test_a_guard_is_found_in_whatever_file_and_however_it_is_written(tmp_path: Path, file: str, text: str) -> None:
    ((where, found),) = changed(tmp_path, Change("answer.status == 500", "answer.status == 1 or True"), **{file: text}).items()
    assert where == f"{file.replace('__', '/')}.py"
    compile(found, where, "exec")
    # In brackets, so that the `and` behind it does not take its end.
    assert '(answer.status == 1 or True)' in found
    assert "500" not in found


def test_a_statement_of_several_lines_is_indented_as_what_was_there(tmp_path: Path) -> None:
    ((_where, found),) = changed(tmp_path, Change("return answer", "if answer:\n    pass\nreturn None"), plugins__client=CLIENT).items()
    assert "        if answer:\n            pass\n        return None\n" in found


def test_a_piece_of_a_role_is_found_whatever_its_indentation(tmp_path: Path) -> None:
    change = Change('src: people.csv\nsha256: "{{ digest }}"', "src: people.csv")
    ((where, found),) = changed(tmp_path, change, roles__delta_import__tasks__main=TASKS).items()
    assert (where, found) == ("roles/delta_import/tasks/main.yml", "\n- name: Upload\n  upload:\n    src: people.csv\n")


@pytest.mark.parametrize(("change", "times"), [
    (Change("answer.status == 501", "False"), 0),
    (Change("answer.status", "False", within="Client.again"), 0),
    (Change("sha512:", ""), 0),
    (Change("self.send(answer)", "None", within="Client"), 2),
    (Change("people.csv", ""), 2),
])
def test_what_is_not_there_once_is_an_error(tmp_path: Path, change: Change, times: int) -> None:
    with pytest.raises(NotOnce, match=f"stands there {times} times"):
        changed(tmp_path, change, plugins__a=CLIENT, plugins__b=CLIENT.replace("answer.status", "x"), roles__a=TASKS, roles__b=TASKS)


def test_what_is_not_unique_is_found_within_a_function_or_a_class(tmp_path: Path) -> None:
    text = CLIENT + "\nclass Other(Client):\n    def send(self, answer):\n        return self.again(answer)\n"
    ((_where, found),) = changed(tmp_path, Change("self.again(answer)", "None", within="Other"), plugins__a=text).items()
    assert found == text.removesuffix("self.again(answer)\n") + "(None)\n"


def test_several_changes_of_one_file_do_not_move_each_other(tmp_path: Path) -> None:
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins/a.py").write_text(CLIENT, encoding="utf-8")
    changed_files = Code(tmp_path).changed(Change("answer.status == 500", "False"), Change("self.send(answer)", "None"))
    data = changed_files[next(iter(changed_files))]
    assert data.decode() == CLIENT.replace("answer.status == 500", "(False)").replace("self.send(answer)", "(None)")
