# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What only works on files does not load `requests`, which takes longer than most of these tasks."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys

import pytest

PLUGINS = "ansible_collections.community.staffbase.plugins"
ON_FILES = ["staffbase_csv_baseline", "staffbase_csv_delta", "staffbase_csv_info", "staffbase_import_report"]
LISTING = "import importlib, json, sys; importlib.import_module(sys.argv[1]); print(json.dumps(list(sys.modules)))"


def loaded(kind: str, name: str) -> set[str]:
    """Return the modules that are there after one was imported in a process of its own."""
    env = {**os.environ, "PYTHONPATH": os.environ["ANSIBLE_COLLECTIONS_PATH"]}
    done = subprocess.run([sys.executable, "-c", LISTING, f"{PLUGINS}.{kind}.{name}"], env=env, stdout=subprocess.PIPE, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize("kind", ["modules", "action"])
@pytest.mark.parametrize("name", ON_FILES)
def test_what_works_on_files_does_not_load_requests(kind: str, name: str) -> None:
    there = loaded(kind, name)
    assert f"{PLUGINS}.modules.{name}" in there
    assert there.isdisjoint({"requests", "urllib3", f"{PLUGINS}.module_utils._http.transport"})


def test_that_requests_was_loaded_would_be_seen() -> None:
    assert importlib.util.find_spec("requests")
    assert {"requests", f"{PLUGINS}.module_utils._http.transport"} <= loaded("action", "staffbase_import_info")
