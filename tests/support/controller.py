# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A controller that runs the installed collection with `ansible-playbook`, as users run it."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import subprocess
import sys
import typing as t
from pathlib import Path

from simulator import Simulator

PLAYBOOK = "community.staffbase.delta_import"
HEADER = "id;mail;first;status\n"
MAPPING = {"externalId": "id", "eMail": "mail", "profile-field:firstName": "first", "status": "status"}

#: Nobody in the tests has such a token; it is long enough to be looked for.
TOKEN = "azN5MWQ4MzE1MDk0NzpxeC1zZWNyZXQtMTIzNDU2Nzg5MA=="

#: How the default callback tells that a host failed, and with which result.
_FAILED = re.compile(r"^fatal: \[([\w-]+)\]: FAILED! => (\{.*\})$", re.MULTILINE)


@dataclasses.dataclass(frozen=True)
class Run:
    """What a run of ansible-playbook left: exit code, everything it printed, and the facts it ended with by host."""

    code: int
    output: str
    results: dict[str, dict[str, t.Any]]

    @property
    def result(self) -> dict[str, t.Any]:
        """The result of the only host."""
        (only,) = self.results.values()
        return only

    def recap(self, host: str = "berlin") -> dict[str, int]:
        """Return the counts of the recap."""
        line = next(line for line in self.output.splitlines() if line.startswith(host) and "ok=" in line)
        return {name: int(value) for name, value in (pair.split("=") for pair in line.split(":", 1)[1].split())}


class Controller:
    """A controller with one inventory, an export, and a tenant in the environment."""

    def __init__(self, folder: Path, tenant: Simulator) -> None:
        self.folder = folder
        self.tenant = tenant
        self.export = folder / "people.csv"
        self.variables: dict[str, t.Any] = {"delta_import_src": str(self.export), "delta_import_mapping": dict(MAPPING)}
        self.hosts: dict[str, dict[str, t.Any]] = {"berlin": {}}
        self.environment = {"STAFFBASE_API_URL": tenant.url, "STAFFBASE_API_TOKEN": tenant.token}

    def write(self, *rows: str, header: str = HEADER) -> None:
        """Write the export; a row is a line without its end."""
        self.export.write_text(header + "".join(f"{row}\n" for row in rows), encoding="utf-8")

    def play(self, *options: str, playbook: str = PLAYBOOK, **variables: t.Any) -> Run:
        """Run a playbook; `variables` go in as extra variables. The results are read from the custom stats that are printed at the end."""
        command = self.command(*options, playbook=playbook)
        if variables:
            command += ["-e", json.dumps(variables)]
        done = subprocess.run(
            command, env=self.surroundings(), cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=600)
        return Run(done.returncode, done.stdout, stats_of(done.stdout))

    def command(self, *options: str, playbook: str = PLAYBOOK) -> list[str]:
        """Return the command of a run."""
        return [*ansible_playbook(), playbook, "-i", str(self._inventory()), *options]

    def surroundings(self) -> dict[str, str]:
        """Return the environment of a run."""
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith(("STAFFBASE_", "ANSIBLE_CACHE"))},
            **self.environment,
            "ANSIBLE_NOCOLOR": "1", "ANSIBLE_LOCALHOST_WARNING": "false", "PYTHONWARNINGS": "ignore", "ANSIBLE_SHOW_CUSTOM_STATS": "true",
        }

    def _inventory(self) -> Path:
        shared = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable, **self.variables}
        path = self.folder / "hosts.json"
        path.write_text(json.dumps({"staffbase": {"vars": shared, "hosts": self.hosts}}), encoding="utf-8")
        return path


def ansible_playbook() -> list[str]:
    """Return the command of the ansible-core in this environment."""
    return [str(Path(sys.executable).with_name("ansible-playbook"))]


def failures_of(output: str) -> dict[str, dict[str, t.Any]]:
    """Read from what was printed with which result each host failed."""
    return {host: json.loads(result) for host, result in _FAILED.findall(output)}


def stats_of(output: str) -> dict[str, dict[str, t.Any]]:
    """Read delta_import_results from the custom stats that the default callback prints at the end."""
    marker = "CUSTOM STATS:"
    if marker not in output:
        return {}
    line = next(line for line in output.split(marker, 1)[1].splitlines() if "RUN:" in line)
    return json.loads(line.split("RUN:", 1)[1]).get("delta_import_results", {})
