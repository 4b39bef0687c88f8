# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `ansible-doc` shows is what the modules take and return."""

from __future__ import annotations

import importlib
import json
import os
import re
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible.module_utils.basic import AnsibleModule

from ansible_collections.community.staffbase.plugins.module_utils._ansible.arguments import connection_arguments
from ansible_collections.community.staffbase.plugins.module_utils._http import connection
from ansible_collections.community.staffbase.plugins.module_utils._imports.counters import COUNTERS
from ansible_collections.community.staffbase.plugins.module_utils._imports.records import ImportRecord
from ansible_collections.community.staffbase.plugins.module_utils._steps.config_body import KEYS
from ansible_collections.community.staffbase.plugins.module_utils._steps.outcome import Outcome
from ansible_collections.community.staffbase.plugins.module_utils._steps.upload import Uploaded
from ansible_collections.community.staffbase.plugins.module_utils._tenant import check
from ansible_collections.community.staffbase.plugins.module_utils._tenant.findings import Findings
from ansible_collections.community.staffbase.plugins.modules.staffbase_tenant_check import shown
from ansible_collections.community.staffbase.plugins.plugin_utils import _in_worker

ROOT = Path(connection.__file__).parents[3]
MODULES = sorted(path.stem for path in (ROOT / "plugins/modules").glob("staffbase_*.py"))
#: The plan and the report are about an import, and read only what others have returned.
REMOTE = [name for name in MODULES if not name.startswith("staffbase_csv_") and name not in ("staffbase_import_plan", "staffbase_import_report")]
RECORD = set(ImportRecord(id="69").to_result())

Spec = dict[str, t.Any]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Spec]:
    """Return what ansible-doc tells about each module, with the fragments in place."""
    home = str(tmp_path_factory.mktemp("home"))
    found = {name: value for name, value in os.environ.items() if name in ("PATH", "ANSIBLE_COLLECTIONS_PATH", "LANG")}
    names = [f"community.staffbase.{name}" for name in MODULES]
    run = subprocess.run(
        [sys.executable, "-m", "ansible.cli.doc", "-t", "module", "--json", *names], check=True, capture_output=True, text=True,
        env={**found, "HOME": home, "LC_ALL": "C.UTF-8"})
    return {name.rpartition(".")[2]: page for name, page in json.loads(run.stdout).items()}


class Asked(Exception):
    """The module was about to read its options."""


def spec_of(name: str, monkeypatch: pytest.MonkeyPatch) -> Spec:
    """Return the argument spec that a module gives to Ansible."""
    specs: list[Spec] = []

    def record(self: AnsibleModule, argument_spec: Spec, **rules: t.Any) -> None:
        specs.append(argument_spec)
        assert rules.get("supports_check_mode") is True
        raise Asked

    monkeypatch.setattr(AnsibleModule, "__init__", record)
    with pytest.raises(Asked):
        importlib.import_module(f"ansible_collections.community.staffbase.plugins.modules.{name}").main()
    return specs[0]


def plain(options: Spec, inner: str) -> Spec:
    """Bring options, from the documentation or from a spec, to one form."""
    return {
        name: {
            "type": option.get("type", "str"), "required": option.get("required", False), "default": option.get("default"),
            "choices": sorted(option.get("choices") or []), "elements": option.get("elements"),
            "inner": plain(option.get(inner) or {}, inner),
        }
        for name, option in options.items()
    }


def test_there_are_modules() -> None:
    assert len(REMOTE) >= 5


@pytest.mark.parametrize("name", MODULES)
def test_the_options_are_the_documented_ones(name: str, pages: dict[str, Spec], monkeypatch: pytest.MonkeyPatch) -> None:
    assert plain(spec_of(name, monkeypatch), "options") == plain(pages[name]["doc"]["options"], "suboptions")


@pytest.mark.parametrize("name", REMOTE)
def test_every_module_that_talks_to_the_service_takes_the_connection(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = spec_of(name, monkeypatch)
    assert {option: spec[option] for option in connection_arguments()} == connection_arguments()


def test_the_connection_is_the_one_of_the_contract(pages: dict[str, Spec]) -> None:
    options = pages["staffbase_import_info"]["doc"]["options"]
    told = {name: (options[name]["type"], options[name].get("default"), options[name].get("required", False)) for name in connection_arguments()}
    assert told == {
        "api_url": ("str", None, True), "api_token": ("str", None, True), "validate_certs": ("bool", True, False), "ca_path": ("path", None, False),
        "timeout": ("float", 60, False), "retries": ("int", 5, False),
    }


@pytest.mark.parametrize("option", connection_arguments())
def test_the_environment_variable_is_the_documented_one(option: str, pages: dict[str, Spec]) -> None:
    described = " ".join(pages["staffbase_import_info"]["doc"]["options"][option]["description"])
    assert re.findall(r"E\((\w+)\)", described) == [f"STAFFBASE_{option.upper()}"]
    assert connection_arguments()[option]["fallback"][1] == [f"STAFFBASE_{option.upper()}"]


def test_the_documented_bounds_of_the_timeout_are_kept(pages: dict[str, Spec]) -> None:
    assert f"V({connection.LONGEST_TIMEOUT})" in " ".join(pages["staffbase_import_info"]["doc"]["options"]["timeout"]["description"])


def test_what_is_secret_is_not_logged(monkeypatch: pytest.MonkeyPatch) -> None:
    assert connection_arguments()["api_token"]["no_log"] is True
    assert spec_of("staffbase_import_upload", monkeypatch)["content"]["no_log"] is True


def test_the_action_group_holds_every_module_that_takes_the_connection() -> None:
    runtime = yaml.safe_load((ROOT / "meta/runtime.yml").read_text(encoding="utf-8"))
    assert sorted(runtime["action_groups"]["staffbase"]) == REMOTE


@pytest.mark.parametrize("name", MODULES)
def test_the_page_tells_whether_a_module_is_in_the_action_group(name: str, pages: dict[str, Spec]) -> None:
    attributes = pages[name]["doc"]["attributes"]
    assert ("action_group" in attributes) is (name in REMOTE)
    assert attributes["check_mode"]["support"] == "full"


@pytest.mark.parametrize("name", MODULES)
def test_the_page_tells_where_a_module_runs_and_how_to_change_that(name: str, pages: dict[str, Spec]) -> None:
    told = " ".join(pages[name]["doc"]["attributes"]["action"]["details"])
    for word in (_in_worker.SWITCH, _in_worker.PIPELINING, "ansible_python_interpreter", "requests"):
        assert f"C({word})" in told
    assert "macOS" in told


def test_the_role_tells_it_too() -> None:
    part = (ROOT / "roles/delta_import/README.md").read_text(encoding="utf-8").split("## Modules inside the worker\n", 1)[1].split("\n## ", 1)[0]
    for word in (_in_worker.SWITCH, _in_worker.PIPELINING, "ansible_python_interpreter", "requests", "no_log", "timeout"):
        assert f"`{word}`" in part
    assert "macOS" in part


def returned(pages: dict[str, Spec], name: str) -> Spec:
    """Return what the module itself returns: how long it took is told of every module."""
    told = t.cast("Spec", pages[name]["return"])
    assert told["elapsed"]["type"] == "float"
    return {key: value for key, value in told.items() if key != "elapsed"}


@pytest.mark.parametrize("name", MODULES)
def test_every_module_tells_how_long_it_took(name: str, pages: dict[str, Spec]) -> None:
    assert pages[name]["return"]["elapsed"] == pages["staffbase_csv_info"]["return"]["elapsed"]


def test_what_the_state_module_returns(pages: dict[str, Spec]) -> None:
    told = returned(pages, "staffbase_import_state")
    assert {*told, "elapsed"} == set(Outcome().to_result())
    assert set(told["import"]["contains"]) == RECORD
    assert set(told["changes"]["contains"]) == set(told["expected"]["contains"]) == set(COUNTERS)


def test_what_the_upload_module_returns(pages: dict[str, Spec]) -> None:
    told = returned(pages, "staffbase_import_upload")
    assert set(told) == set(Uploaded(ImportRecord(id="69"), "0" * 64, reused=True).to_result())
    assert set(told["import"]["contains"]) == RECORD


def test_what_the_config_module_returns(pages: dict[str, Spec]) -> None:
    told = returned(pages, "staffbase_import_config")
    assert set(told) == {"config", "invalid_mapping"}
    assert set(told["config"]["contains"]) == {*KEYS, "mapping"}


def test_what_the_info_module_returns(pages: dict[str, Spec]) -> None:
    told = returned(pages, "staffbase_import_info")
    assert set(told) == {"imports"}
    assert set(told["imports"]["contains"]) == RECORD | {"status", "config", "row_error_count", "errors"}


def test_what_the_check_of_a_tenant_returns(pages: dict[str, Spec]) -> None:
    told = returned(pages, "staffbase_tenant_check")
    assert set(told) == {*shown(check.CheckOutcome(Findings())), "left_behind"}
    assert set(told["assumptions"]["contains"]) == set(Findings().to_result()[0])


def test_limits_are_named_like_counters(monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(spec_of("staffbase_import_state", monkeypatch)["limits"]["options"]) == list(COUNTERS)


def test_the_report_knows_the_limits_of_the_modules_that_compare_them(monkeypatch: pytest.MonkeyPatch) -> None:
    report = spec_of("staffbase_import_report", monkeypatch)
    assert report["limits"]["options"] == spec_of("staffbase_import_state", monkeypatch)["limits"]["options"]
    assert report["baseline_limits"]["options"] == spec_of("staffbase_csv_delta", monkeypatch)["limits"]["options"]
