# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A nightly import from start to end, against the simulator. `make demo` runs it."""

from __future__ import annotations

import collections
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from simulator import Simulator

from .night import Branch, branches

PLAYBOOK = "community.staffbase.delta_import"
INVENTORY = "ansible_collections/community/staffbase/playbooks/example_inventory"


def main() -> int:
    """Run the import twice and show what it did; 1 if it did something else than it should."""
    company = branches()
    people = [person for branch in company for person in branch.people]
    with tempfile.TemporaryDirectory(prefix="staffbase-demo-") as folder, Simulator(
        people=people, preview_seconds=0.5, import_seconds=1.0
    ) as tenant:
        for branch in company:
            branch.write_export(Path(folder))
        say("The tenant before", f"{len(people)} people in two branches; a simulated Staffbase listens on {tenant.url}")
        show_people(tenant, company)
        before = touched(tenant)

        say("First run", f"ansible-playbook {PLAYBOOK}")
        first = run_playbook(tenant, folder)
        say("What changed", "people by status, and how many were touched")
        show_people(tenant, company)
        changed = {name for name, count in touched(tenant).items() if before.get(name) != count}
        print(f"  touched: {len(changed)} people; requests: {summary(tenant.calls())}")

        say("Second run", "the same exports again: nothing may happen")
        after_first = touched(tenant)
        tenant.forget_requests()
        second = run_playbook(tenant, folder)
        print(f"  requests: {summary(tenant.calls())}")
        good = first == second == 0 and touched(tenant) == after_first and not tenant.writes() and bool(changed)
        say("Result", "as promised: one import per branch, then nothing to do" if good else "NOT as promised")
    return 0 if good else 1


def run_playbook(tenant: Simulator, folder: str) -> int:
    """Run the playbook of the installed collection as an admin would; its output goes straight to the terminal."""
    command = ["ansible-playbook", PLAYBOOK, "--inventory", str(inventory()), "--extra-vars", f"staffbase_export_folder={folder}"]
    environment = {**os.environ, "STAFFBASE_API_URL": tenant.url, "STAFFBASE_API_TOKEN": tenant.token, "ANSIBLE_DISPLAY_SKIPPED_HOSTS": "false"}
    sys.stdout.flush()
    return subprocess.run(command, env=environment, stderr=subprocess.STDOUT, check=False).returncode


def inventory() -> Path:
    """Return the example inventory of the installed collection."""
    found = [Path(path) / INVENTORY for path in os.environ["ANSIBLE_COLLECTIONS_PATH"].split(os.pathsep)]
    return next(path for path in found if path.is_dir())


def touched(tenant: Simulator) -> dict[str, int]:
    """Return for everybody how often they were written."""
    return {person["external_id"]: person["version"] for person in tenant.people()}


def show_people(tenant: Simulator, company: list[Branch]) -> None:
    """Print how many people of each branch are in which state."""
    home = {person["external_id"]: branch.name for branch in company for person in branch.people}
    counts: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for person in tenant.people():
        counts[home.get(person["external_id"], "new")][person["status"]] += 1
    for person in tenant.deleted_people():
        counts[home.get(person["external_id"], "new")]["deleted"] += 1
    states = ("activated", "pending", "deactivated", "deleted")
    print(f"  {'':8}" + "".join(f"{state:>13}" for state in states))
    for name in sorted(counts, key=lambda name: (name == "new", name)):
        print(f"  {name:8}" + "".join(f"{counts[name][state]:>13}" for state in states))


def summary(calls: list[str]) -> str:
    """Return how many calls there were, by method."""
    methods = collections.Counter(call.split()[0] for call in calls)
    return ", ".join(f"{count} {method}" for method, count in sorted(methods.items())) or "none"


def say(title: str, text: str) -> None:
    """Print the heading of a step."""
    print(f"\n=== {title}: {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
