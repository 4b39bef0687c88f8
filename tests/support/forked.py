# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs of the installed `ansible-playbook` in half the time: a server has loaded ansible-core and the collection, and forks a process for each run.

The server itself never runs a play, so a run finds what it would find in a process of its own: its environment, its folder, its output in a file.
What ansible-core reads from the environment while it is loaded (ANSIBLE_*) is the same for all runs.
"""

from __future__ import annotations

import atexit
import contextlib
import dataclasses
import functools
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import typing as t
from pathlib import Path

from . import role_steps
from .waiting import until

COLLECTION = "ansible_collections.community.staffbase.plugins"
#: What a run of the role loads of ansible-core, some of it in each of its workers.
PLUGINS = ("action", "cache", "callback", "connection", "filter", "inventory", "lookup", "shell", "strategy", "test", "vars")


@dataclasses.dataclass
class Forked:
    """A run that was started, in this process; `code` is None as long as it goes on."""

    output: Path
    process: int = 0
    code: int | None = None

    def wait(self, seconds: float = 300.0) -> int:
        """Return the exit code."""
        assert until(lambda: self.code is not None, seconds, pause=0.002), f"{self.output.read_text(encoding='utf-8')}\nThis run does not end."
        assert self.code is not None
        return self.code

    def kill(self) -> None:
        """Kill the run with its workers, which are in sessions of their own. It is stopped first, so that none of them is started meanwhile."""
        _signal(self.process, signal.SIGSTOP)
        for process in _descendants(self.process):
            _signal(process, signal.SIGKILL)
        _signal(self.process, signal.SIGKILL)
        self.wait()


class Server:
    """The process that forks the runs; `steps_only`: without Ansible's own play, see role_steps.py."""

    def __init__(self, *, steps_only: bool = False) -> None:
        self._home = tempfile.mkdtemp(prefix="staffbase-runs-")
        # In the order of their start: the numbers of processes come back soon.
        self._runs: list[Forked] = []
        self._lock = threading.Lock()
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("STAFFBASE_")},
            "HOME": self._home, "ANSIBLE_HOME": self._home, "ANSIBLE_NOCOLOR": "1", "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_SHOW_CUSTOM_STATS": "true", "PYTHONWARNINGS": "ignore",
        }
        self._environment = environment
        self._process = subprocess.Popen(
            [sys.executable, "-m", "support.forked", *(["steps"] if steps_only else [])], cwd=Path(__file__).parents[1], env=environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def start(self, command: t.Sequence[str], folder: Path, output: Path, environment: t.Mapping[str, str]) -> Forked:
        """Start a run of `ansible-playbook` with what is added to the environment."""
        assert not any(name.startswith("ANSIBLE_") for name in environment), "ansible-core has read it already"
        run = Forked(output)
        with self._lock:
            asked = {"run": len(self._runs), "command": list(command), "folder": str(folder), "output": str(output)}
            self._runs.append(run)
            assert self._process.stdin is not None
            self._process.stdin.write(json.dumps({**asked, "environment": {**self._environment, **environment}}) + "\n")
            self._process.stdin.flush()
        assert until(lambda: run.process or self._process.poll() is not None, 60, pause=0.001)
        assert run.process, "the server has ended"
        return run

    def stop(self) -> None:
        """End the server; runs that are under way are killed."""
        for run in self._runs:
            if run.code is None and self._process.poll() is None:
                run.kill()
        self._process.kill()
        self._listener.join()
        # That closes its pipes, too.
        self._process.__exit__(None, None, None)
        shutil.rmtree(self._home, ignore_errors=True)

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            told = json.loads(line)
            run = self._runs[told.pop("run")]
            for name, value in told.items():
                setattr(run, name, value)


@functools.cache
def server(*, steps_only: bool = False) -> Server:
    """Return the server of this process, which is started when it is first asked for."""
    made = Server(steps_only=steps_only)
    atexit.register(made.stop)
    return made


def _signal(process: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, number)


def _descendants(process: int) -> list[int]:
    """Return the processes that were started by this one, and by those, the youngest first."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                # After the name of the program, which may have blanks: the state, and the parent.
                parent = int((folder / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])
                children.setdefault(parent, []).append(int(folder.name))
    found = [process]
    for each in found:
        found += children.get(each, [])
    return found[:0:-1]


# What follows is done in the server.


def _serve() -> None:
    from ansible.cli.playbook import PlaybookCLI  # noqa: PLC0415 - only the server loads Ansible

    _load()
    ends, told = os.pipe()
    os.set_blocking(told, False)
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    signal.set_wakeup_fd(told, warn_on_full_buffer=False)
    if sys.argv[1:]:
        role_steps.prepare()
    _loop(role_steps.main if sys.argv[1:] else PlaybookCLI.cli_executor, ends)


def _load() -> None:
    """Load what every run would load."""
    import importlib  # noqa: PLC0415
    import pkgutil  # noqa: PLC0415

    from ansible.plugins.loader import init_plugin_loader  # noqa: PLC0415

    init_plugin_loader()
    importlib.import_module("ansible_collections.ansible.builtin")
    for name in (*(f"ansible.plugins.{kind}" for kind in PLUGINS), *(f"{COLLECTION}.{kind}" for kind in ("module_utils", "modules", "action"))):
        package = importlib.import_module(name)
        for module in pkgutil.walk_packages(package.__path__, f"{name}."):
            with contextlib.suppress(Exception):
                importlib.import_module(module.name)


def _loop(main: t.Callable[[list[str]], t.Any], ends: int) -> None:
    """Fork a run for each line, and tell of each run in which process it is, and how it has ended."""
    import gc  # noqa: PLC0415
    import select  # noqa: PLC0415

    gc.collect()
    gc.freeze()
    asked, runs = b"", dict[int, int]()
    while True:
        ready, _writable, _wrong = select.select([0, ends], [], [])
        if ends in ready:
            os.read(ends, 4096)
            for process, status in _ended():
                _tell({"run": runs.pop(process), "code": os.waitstatus_to_exitcode(status)})
        if 0 in ready:
            read = os.read(0, 1 << 16)
            if not read:
                return
            *lines, asked = (asked + read).split(b"\n")
            for line in lines:
                wanted = json.loads(line)
                run = wanted.pop("run")
                process = os.fork()
                if not process:
                    signal.set_wakeup_fd(-1)
                    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                    _run(main, **wanted)
                runs[process] = run
                _tell({"run": run, "process": process})


def _ended() -> t.Iterator[tuple[int, int]]:
    with contextlib.suppress(ChildProcessError):
        while (found := os.waitpid(-1, os.WNOHANG)) != (0, 0):
            yield found


def _tell(what: dict[str, int]) -> None:
    os.write(1, json.dumps(what).encode() + b"\n")


def _run(main: t.Callable[[list[str]], t.Any], command: list[str], folder: str, output: str, environment: dict[str, str]) -> t.NoReturn:
    """Be a run: this is never the server again."""
    import traceback  # noqa: PLC0415

    from ansible import constants  # noqa: PLC0415

    os.setsid()
    nothing, written = os.open(os.devnull, os.O_RDONLY), os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for place, descriptor in ((0, nothing), (1, written), (2, written)):
        os.dup2(descriptor, place)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = command
    code: t.Any = 250
    # Made while ansible-core was loaded, so it would be shared by all runs.
    constants.DEFAULT_LOCAL_TMP = tempfile.mkdtemp(dir=os.path.dirname(constants.DEFAULT_LOCAL_TMP))
    try:
        code = main(command)
    except SystemExit as end:
        code = end.code
    except BaseException:  # noqa: BLE001 - whatever it is, it must not become a second server
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    shutil.rmtree(constants.DEFAULT_LOCAL_TMP, ignore_errors=True)
    os._exit(code if isinstance(code, int) else int(bool(code)))


if __name__ == "__main__":
    _serve()
