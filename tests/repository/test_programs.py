# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests run where there is nothing but Python, git and make: no other program is started, or its tests are skipped without it."""

from __future__ import annotations

import ast
import typing as t
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]

#: How a process is started, and by which argument its program is told.
STARTERS = {
    **dict.fromkeys(("run", "Popen", "call", "check_call", "check_output", "create_subprocess_exec", "spawn"), 0),
    **dict.fromkeys(("system", "popen", "getoutput", "getstatusoutput", "create_subprocess_shell"), 0),
    **dict.fromkeys(("execl", "execle", "execlp", "execlpe", "execv", "execve", "execvp", "execvpe", "posix_spawn", "posix_spawnp"), 0),
    **dict.fromkeys(("spawnl", "spawnle", "spawnlp", "spawnlpe", "spawnv", "spawnve", "spawnvp", "spawnvpe"), 1),
}
MODULES = {"subprocess", "os", "asyncio", "pty"}

#: What each machine has that can run `make test` at all: make itself needs a shell. ansible-playbook is in the environment of the tests.
THERE = {"ansible-playbook", "git", "sh"}

#: File -> further programs. It has to look for them, so that a test without its program is skipped and says so.
LOOKED_FOR = {
    "repository/test_release.py": {"gpg", "gpgconf"},
    "support/browser.py": {"program"},
    "support/job.py": {"prefix"},
    "support/small_disk.py": {"mount", "umount"},
    "tools/fresh_root.py": {"way"},
}
LOOKS = ("shutil.which", "except OSError")

#: What is handed on to these is started somewhere else in these files, or is a Python.
HANDED_ON = {
    "bench/process.py": {"command"}, "support/callback_plugins/at_task.py": {"command"}, "tools/awx_collection.py": {"python"},
    "tools/fresh_root.py": {"command"}, "tools/interpreters.py": {"path"}, "tools/pip_settings.py": {"python"}, "tools/sandbox.py": {"python"},
    "tools/streaming.py": {"command"},
}
#: Code that gives a program of the environment of the tests, or looks for one.
KNOWN = ("sys.executable", "controller.command(", "self.command(", "shutil.which(", "fresh_root.", "Path(__file__).with_name('python.txt')")


class Program(t.NamedTuple):
    """What is started: the name of a program, or the code that gives one."""

    name: str
    is_text: bool


def started(tree: ast.Module) -> t.Iterator[Program]:
    """Yield what a file starts."""
    assigned: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                assigned.setdefault(ast.unparse(target), []).append(node.value)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        owner, _dot, name = ast.unparse(node.func).rpartition(".")
        if owner in MODULES and name in STARTERS and len(node.args) > STARTERS[name]:
            yield from programs(node.args[STARTERS[name]], assigned)


def programs(command: ast.expr, assigned: dict[str, list[ast.expr]]) -> t.Iterator[Program]:
    """Yield the first word of a command: it is a list, a text, a sum of lists, or a name to which one of them is assigned."""
    if isinstance(command, (ast.List, ast.Tuple)):
        yield from programs(command.elts[0], assigned)
    elif isinstance(command, ast.BinOp):
        yield from programs(command.left, assigned)
    elif isinstance(command, ast.Starred):
        yield from programs(command.value, assigned)
    elif isinstance(command, ast.IfExp):
        yield from programs(command.body, assigned)
        yield from programs(command.orelse, assigned)
    elif isinstance(command, ast.Constant):
        yield Program(str(command.value).split()[0], is_text=True)
    elif (name := ast.unparse(command)) in assigned:
        # Emptied meanwhile: a command may be made longer from itself.
        for value in assigned[name]:
            yield from programs(value, {**assigned, name: []})
    else:
        yield Program(name, is_text=False)


def unexpected(code: str, file: str) -> list[str]:
    """Return what a file starts and should not."""
    expected = THERE | LOOKED_FOR.get(file, set()) | HANDED_ON.get(file, set())
    others = [each for each in started(ast.parse(code)) if each.name not in expected]
    return [each.name for each in others if each.is_text or not any(word in each.name for word in KNOWN)]


@pytest.mark.parametrize("folder", sorted({path.parent.relative_to(TESTS).as_posix() for path in TESTS.rglob("*.py")}))
def test_no_program_is_needed_that_a_bare_machine_lacks(folder: str) -> None:
    texts = {path.relative_to(TESTS).as_posix(): path.read_text(encoding="utf-8") for path in (TESTS / folder).glob("*.py")}
    assert {file: found for file, text in texts.items() if (found := unexpected(text, file))} == {}


@pytest.mark.parametrize("file", LOOKED_FOR)
def test_what_may_be_missing_is_looked_for(file: str) -> None:
    text = (TESTS / file).read_text(encoding="utf-8")
    assert any(look in text for look in LOOKS)
    assert LOOKED_FOR[file] <= {each.name for each in started(ast.parse(text))}


@pytest.mark.parametrize(("code", "found"), [
    ("subprocess.run(['kill', '-15', '--', f'-{pid}'], check=True)", ["kill"]),
    ("with subprocess.Popen(('ps', 'aux')) as process: pass", ["ps"]),
    ("command = ['curl', url] + more\nsubprocess.check_output(command)", ["curl"]),
    ("command = ['sudo']\ncommand = [*command, 'git']\nsubprocess.run([*command])", ["sudo"]),
    ("os.system('which python')", ["which"]),
    ("os.execvp('less', ['less'])", ["less"]),
    ("os.spawnlp(os.P_WAIT, 'file', 'file', name)", ["file"]),
    ("subprocess.run(['ssh'] if remote else ['sh'])", ["ssh"]),
    ("program = tool()\nsubprocess.run([program])", ["tool()"]),
    ("subprocess.run([sys.executable, '-c', 'kill'])", []),
    ("subprocess.run(['git', 'init'])\nos.kill(pid, 15)", []),
])
def test_that_one_is_started_would_be_seen(code: str, found: list[str]) -> None:
    assert unexpected(code, "system/test_x.py") == found
