# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One import in an environment that holds only what execution-environment.yml and requirements.txt declare.

`python -m tools.declared FOLDER`, where FOLDER holds what the simulator needs; it runs in a process of its own.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

EXPORT = "id;mail;status\n1;ann@example.com;Activated\n2;bob@example.com;Activated\n"
HOST = {
    "ansible_connection": "local", "ansible_python_interpreter": sys.executable,
    "delta_import_mapping": {"externalId": "id", "eMail": "mail", "status": "status"}, "delta_import_limits": {"created": 2},
}


def packages(root: Path) -> list[str]:
    """Return what pip installs into an execution environment beside what the collection itself needs; ansible-core comes first."""
    return re.findall(r"^ +package_pip: (.+)$", (root / "execution-environment.yml").read_text(encoding="utf-8"), re.MULTILINE)


def main(folder: str) -> int:
    """Import two people and look whether they are there."""
    if importlib.util.find_spec("werkzeug"):
        print("This environment holds more than what is declared: werkzeug belongs to the simulator.")
        return 1
    tests = str(Path(__file__).parents[1])
    path = os.pathsep.join([tests, folder])
    simulator = subprocess.Popen(
        [sys.executable, "-m", "simulator"], env={**os.environ, "PYTHONPATH": path}, stdout=subprocess.PIPE, text=True)
    try:
        assert simulator.stdout is not None
        told = json.loads(simulator.stdout.readline())
        with tempfile.TemporaryDirectory(prefix="staffbase-declared-") as place:
            code = _import(Path(place), told)
        with urllib.request.urlopen(f"{told['url']}/_simulator/people") as answer:
            people = sorted(person["external_id"] for person in json.load(answer))
    finally:
        simulator.terminate()
        simulator.wait()
    print(f"ansible-playbook ended with {code}; people in the tenant: {', '.join(people) or 'none'}")
    return 0 if code == 0 and people == ["1", "2"] else 1


def _import(place: Path, told: dict[str, str]) -> int:
    (place / "people.csv").write_text(EXPORT, encoding="utf-8")
    host = {**HOST, "delta_import_src": str(place / "people.csv")}
    (place / "hosts.json").write_text(json.dumps({"staffbase": {"hosts": {"berlin": host}}}), encoding="utf-8")
    env = {**os.environ, "STAFFBASE_API_URL": told["url"], "STAFFBASE_API_TOKEN": told["token"]}
    # It must not find the simulator's packages, nor this one.
    env.pop("PYTHONPATH", None)
    command = ["ansible-playbook", "community.staffbase.delta_import", "-i", str(place / "hosts.json")]
    return subprocess.run(command, env=env, cwd=place, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
