# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a module's `main` as Ansible does: options in as JSON, one JSON result on the standard output."""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import typing as t

from ansible.module_utils import basic
from ansible.module_utils.common import warnings
from ansible.module_utils.common.parameters import PASS_VARS

MODULES = "ansible_collections.community.staffbase.plugins.modules"


class Result(dict[str, t.Any]):
    """A module's result; `output` is all that it printed and warned of, `warned` the texts of the warnings."""

    output: str = ""
    warned: tuple[str, ...] = ()

    @property
    def failed(self) -> bool:
        return bool(self.get("failed"))


def run_module(name: str, options: dict[str, t.Any], *, check: bool = False, diff: bool = False) -> Result:
    """Run `community.staffbase.<name>` in this process and return its result."""
    arguments = {**options, "_ansible_check_mode": check, "_ansible_diff": diff, "_ansible_verbosity": 4}
    if "inject_invocation" in PASS_VARS:
        # Since 2.19, the options are in the result only when they are asked for. With them, the search for secrets sees them too.
        arguments["_ansible_inject_invocation"] = True
    module = importlib.import_module(f"{MODULES}.{name}")
    with _arguments(arguments), _warnings_seen() as warned, contextlib.redirect_stdout(io.StringIO()) as printed:
        try:
            module.main()
        except SystemExit:
            pass
        else:
            raise AssertionError(f"{name} ended without a result")
    result = Result(json.loads(printed.getvalue().strip().splitlines()[-1]))
    result.warned = tuple(warned)
    result.output = "\n".join((printed.getvalue(), *warned))
    return result


@contextlib.contextmanager
def _warnings_seen() -> t.Iterator[list[str]]:
    """Collect the warnings: since 2.19 ansible-core hands them to the display of the controller when one is in the same process."""
    seen: list[str] = []
    real = basic.AnsibleModule.warn

    def warn(self: basic.AnsibleModule, warning: str, **more: t.Any) -> None:
        seen.append(warning)
        real(self, warning, **more)

    basic.AnsibleModule.warn = warn
    try:
        yield seen
    finally:
        basic.AnsibleModule.warn = real


@contextlib.contextmanager
def _arguments(arguments: dict[str, t.Any]) -> t.Iterator[None]:
    # ansible-core keeps what a module was called with in this private place; since 2.19 with the name of its format.
    keep = {name: getattr(basic, name) for name in ("_ANSIBLE_ARGS", "_ANSIBLE_PROFILE") if hasattr(basic, name)}
    # A process of its own would begin without warnings.
    warnings._global_warnings.clear()
    basic._ANSIBLE_ARGS = json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode()
    if "_ANSIBLE_PROFILE" in keep:
        basic._ANSIBLE_PROFILE = "legacy"
    try:
        yield
    finally:
        for name, value in keep.items():
            setattr(basic, name, value)
