# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs as AWX runs them: by ansible-runner, from a project that cannot be written to, perhaps as a user whom nobody knows."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import subprocess
import sys
import typing as t
from pathlib import Path

#: Nobody has this number; the group is the one that containers with such a user have.
STRANGER = ("--reuid=4711", "--regid=0", "--clear-groups")
#: May read what only root may, such as a Python below /root; not write it.
READS_ALL = ("--inh-caps=-all,+dac_read_search", "--ambient-caps=-all,+dac_read_search", "--bounding-set=-all,+dac_read_search")
#: ansible-runner wants a terminal. A container may have none; root can give itself some that nobody else sees.
OWN_TERMINALS = (
    "unshare", "--mount", "sh", "-c",
    'mount -t devpts devpts /dev/pts -o newinstance,ptmxmode=0666 && mount --bind /dev/pts/ptmx /dev/ptmx && exec "$@"', "sh")
OPENS_A_TERMINAL = (sys.executable, "-c", "import os, pty; pty.openpty(); print(os.getuid())")


@dataclasses.dataclass(frozen=True)
class Done:
    """A job that has ended: its exit code, its status, its events, what it handed on, and all that was written about it."""

    code: int
    status: str
    events: list[dict[str, t.Any]]
    artifacts: dict[str, t.Any]
    written: dict[str, str]

    def messages(self) -> str:
        """Return what failed tasks said."""
        return "\n".join(str(event["event_data"]["res"].get("msg")) for event in self.events if event["event"] == "runner_on_failed")


def way_to_run(*before: str) -> list[str] | None:
    """Return what to put before a command so that it has a terminal, or None where that cannot be had. It ends with `before`."""
    for prefix in ([], list(OWN_TERMINALS)):
        if _output(*prefix, *before, *OPENS_A_TERMINAL):
            return [*prefix, *before]
    return None


def _output(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout
    except OSError:
        return ""


class Project:
    """The project of the guide, for exports in `folder`."""

    def __init__(self, folder: Path, guide: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        self.files = folder / "project"
        self._environment = environment
        playbook, _requirements, inventory, *_rest = yaml_blocks(guide)
        files = {"staffbase.yml": playbook, "inventory/hosts.yml": inventory.replace("/srv/hr", str(folder / "hr"))}
        (folder / "hr/last").mkdir(parents=True)
        for name, text in files.items():
            path = self.files / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        for path in [*self.files.rglob("*"), self.files]:
            path.chmod(0o555 if path.is_dir() else 0o444)

    def run(self, prefix: t.Sequence[str], *options: str, home: str | None = None, **variables: t.Any) -> Done:
        """Run a job with these options of ansible-playbook and these extra variables; `prefix` is from way_to_run."""
        place = self.folder / f"run{len(list(self.folder.glob('run*')))}"
        place.mkdir()
        place.chmod(0o777)
        extra = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable, **variables}
        (place / "variables.json").write_text(json.dumps(extra), encoding="utf-8")
        given = " ".join(["-vvvv", *options, "-e", f"@{place / 'variables.json'}"])
        tools = Path(sys.executable).parent
        command = [
            *prefix, str(tools / "ansible-runner"), "--omit-env-files", "run", str(place), "--ident", "1", "--project-dir", str(self.files),
            "--playbook", "staffbase.yml", "--inventory", str(self.files / "inventory"), f"--cmdline={given}",
        ]
        environment = {
            "PATH": f"{tools}{os.pathsep}/usr/bin{os.pathsep}/bin", "LC_ALL": "C.UTF-8", "PYTHONWARNINGS": "ignore", "PYTHONDONTWRITEBYTECODE": "1",
            "ANSIBLE_COLLECTIONS_PATH": os.environ["ANSIBLE_COLLECTIONS_PATH"], "ANSIBLE_HOME": str(place / "ansible"), "TMPDIR": str(place),
            **({} if home is None else {"HOME": home}), **self._environment,
        }
        done = subprocess.run(command, env=environment, cwd="/", capture_output=True, text=True, check=False, timeout=600)
        return _read(place / "artifacts/1", done)


def _read(folder: Path, done: subprocess.CompletedProcess[str]) -> Done:
    assert (folder / "rc").is_file(), done.stdout + done.stderr
    events = [json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("job_events/*.json")]
    events.sort(key=lambda event: event["counter"])
    artifacts = [event["event_data"].get("artifact_data", {}) for event in events if event["event"] == "playbook_on_stats"]
    written = {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in folder.rglob("*") if path.is_file()}
    # Here ansible-runner keeps the whole environment that it was given, for its owner only; AWX takes it away.
    assert (folder / "command").stat().st_mode & 0o77 == 0
    written["command"] = str({name: value for name, value in json.loads(written["command"]).items() if name != "env"})
    written.update({"what the terminal shows": done.stdout, "and its errors": done.stderr})
    code = int((folder / "rc").read_text(encoding="utf-8"))
    assert done.returncode == code
    status = (folder / "status").read_text(encoding="utf-8")
    return Done(code, status, events, artifacts[-1] if artifacts else {}, written)


def yaml_blocks(guide: Path) -> list[str]:
    """Return the YAML files that a page in reStructuredText shows, in their order."""
    text = guide.read_text(encoding="utf-8")
    blocks = re.findall(r"^\.\. code-block:: yaml\n\n((?:    .*\n|\n)+)", text, re.MULTILINE)
    return ["\n".join(line[4:] for line in block.splitlines()).strip() + "\n" for block in blocks]
