# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Three runs of a company against the simulator. `make demo` runs it."""

from __future__ import annotations

import collections
import json
import os
import shutil
import subprocess
import sys
import tempfile
import typing as t
from pathlib import Path

from simulator import Simulator

from .company import Branch, branches

PLAYBOOK = "community.staffbase.delta_import"
INVENTORY = "ansible_collections/community/staffbase/playbooks/example_inventory"
#: Where the reports stay when the rest of the demonstration is gone.
REPORTS = Path(__file__).resolve().parents[2] / "build" / "demo" / "reports"


class Demo:
    """A tenant, the folder with the exports, and whether everything went as promised."""

    def __init__(self, company: list[Branch], tenant: Simulator, folder: Path) -> None:
        self._company = company
        self._tenant = tenant
        self._folder = folder
        self.good = True

    def run(self) -> None:
        """Show the three runs."""
        people = sum(len(branch.people) for branch in self._company)
        say("The tenant", f"{people} people in two branches; a simulated Staffbase listens on {self._tenant.url}")
        self._show_people()

        say("First run", "there is no baseline yet, so the whole export goes; only who differs is touched")
        for branch in self._company:
            branch.first_export()
            branch.write(self._folder)
        self._run_all("first-run", touches=True)
        self._show_people()

        say("The same again", "nothing may happen")
        self._run_all("same-again", touches=False)

        say("Second run", "four movers, three leavers and three joiners in each branch, one of them with a row that is refused")
        for branch in self._company:
            branch.next_export()
            branch.write(self._folder)
        self._run_all("second-run", touches=True)
        self._show_people()

        say("Third run", "Berlin's export is broken, Lisbon's is short: neither may change anybody")
        berlin, lisbon = self._company
        berlin.write_broken(self._folder)
        lisbon.write_short(self._folder)
        self._run_all("third-run", touches=False, fails=True)
        self._show_people()

        say("Reports", "open them in a browser")
        for run in ("second-run", "third-run"):
            for branch in self._company:
                self._show_report(f"{run}-{branch.name}")

    def _run_all(self, name: str, *, touches: bool, fails: bool = False) -> None:
        before = self._touched()
        self._tenant.forget_requests()
        code = self._run_playbook(name)
        after = self._touched()
        touched = sum(count != before.get(name) for name, count in after.items()) + len(before.keys() - after.keys())
        calls = collections.Counter(call.split()[0] for call in self._tenant.calls())
        told = ", ".join(f"{count} {method}" for method, count in sorted(calls.items())) or "none"
        print(f"\n  exit code {code}; touched: {touched} people; requests: {told}")
        self.good &= (code != 0) == fails and bool(touched) == touches and bool(self._tenant.writes()) == touches

    def _run_playbook(self, run: str) -> int:
        """Run the playbook of the installed collection as an admin would; its output goes straight to the terminal."""
        variables = {"staffbase_export_folder": str(self._folder), "delta_import_report": f"{REPORTS}/{run}-{{{{ inventory_hostname }}}}.html"}
        command = ["ansible-playbook", PLAYBOOK, "--inventory", str(inventory()), "--extra-vars", json.dumps(variables)]
        environment = {
            **os.environ, "STAFFBASE_API_URL": self._tenant.url, "STAFFBASE_API_TOKEN": self._tenant.token,
            "ANSIBLE_DISPLAY_SKIPPED_HOSTS": "false", "ANSIBLE_DISPLAY_OK_HOSTS": "true",
        }
        print(f"$ ansible-playbook {PLAYBOOK} -i example_inventory", flush=True)
        return subprocess.run(command, env=environment, stderr=subprocess.STDOUT, check=False).returncode

    def _show_report(self, name: str) -> None:
        """Print what a report says, and where it is."""
        found = json.loads((REPORTS / f"{name}.json").read_text(encoding="utf-8"))
        page = REPORTS / f"{name}.html"
        print(f"  {found['headline']} ({found['source']}): {page}")
        self.good &= page.is_file()

    def _touched(self) -> dict[str, int]:
        return {person["external_id"]: person["version"] for person in self._tenant.people()}

    def _show_people(self) -> None:
        home = {person["external_id"]: branch.name for branch in self._company for person in branch.people}
        counts: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
        states: list[tuple[dict[str, t.Any], str]] = [(person, person["status"]) for person in self._tenant.people()]
        states += [(person, "deleted") for person in self._tenant.deleted_people()]
        for person, state in states:
            counts[home.get(person["external_id"], "new")][state] += 1
        columns = ("activated", "pending", "deactivated", "deleted")
        print(f"\n  {'':8}" + "".join(f"{column:>13}" for column in columns))
        for name in sorted(counts, key=lambda name: (name == "new", name)):
            print(f"  {name:8}" + "".join(f"{counts[name][column]:>13}" for column in columns))
        sys.stdout.flush()


def inventory() -> Path:
    """Return the example inventory of the installed collection."""
    found = [Path(path) / INVENTORY for path in os.environ["ANSIBLE_COLLECTIONS_PATH"].split(os.pathsep)]
    return next(path for path in found if path.is_dir())


def say(title: str, text: str) -> None:
    """Print the heading of a step."""
    print(f"\n=== {title}: {text}", flush=True)


def main() -> int:
    """Run the demonstration; 1 if it did something else than it should."""
    shutil.rmtree(REPORTS, ignore_errors=True)
    REPORTS.mkdir(parents=True)
    company = branches()
    people = [person for branch in company for person in branch.people]
    with tempfile.TemporaryDirectory(prefix="staffbase-demo-") as folder, Simulator(
        people=people, preview_seconds=0.3, import_seconds=0.6
    ) as tenant:
        demo = Demo(company, tenant, Path(folder))
        demo.run()
    say("Result", "as promised" if demo.good else "NOT as promised")
    return 0 if demo.good else 1


if __name__ == "__main__":
    sys.exit(main())
