# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make test-fresh`: where a fresh machine gets its packages from, what it is told, and how it is said that none can be made."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tools import fresh, fresh_root

README = (fresh.REPOSITORY / "README.md").read_text(encoding="utf-8")
#: As `apt-get indextargets` tells it.
TARGETS = """\
https://packages.example.com/debian-security/\tbookworm-security\tbookworm-security\tmain
https://packages.example.com/debian/\tstable\tbookworm\tmain
https://packages.example.com/debian/\tstable\tbookworm\tcontrib
https://other.example.com/debian/\tbookworm\tbookworm\tnon-free
"""


def test_the_packages_come_from_where_this_machines_apt_gets_them() -> None:
    assert fresh_root.mirror(TARGETS, "bookworm") == ("https://packages.example.com/debian/", "bookworm", "main,contrib")
    with pytest.raises(fresh_root.CannotMake, match="no source of trixie"):
        fresh_root.mirror(TARGETS, "trixie")
    with pytest.raises(fresh_root.CannotMake, match="no source of a release"):
        fresh_root.mirror("", "")


def test_a_list_of_mirrors_stands_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "debian.list").write_text("https://packages.example.com/debian\tpriority:1\nhttps://other.example.com\n", encoding="utf-8")
    targets = f"mirror+file:{tmp_path}/debian.list/\tbookworm\tbookworm\tmain"
    assert fresh_root.mirror(targets, "bookworm").address == "https://packages.example.com/debian"


def test_what_the_readme_names_is_installed_and_run() -> None:
    assert {"python3-venv", "git", "make"} <= set(fresh_root.packages(README))
    assert all(f"\nmake {name} " in README for name in fresh.COMMANDS)
    assert fresh_root.packages("`apt-get install --yes git make`") == ["git", "make"]
    with pytest.raises(fresh_root.CannotMake, match=r"README\.md"):
        fresh_root.packages("Have fun.")


def test_pip_is_told_where_packages_come_from_and_nothing_of_this_machines_folders() -> None:
    told = {
        ("global", "index-url"): "https://user:secret@packages.example.com/simple", ("global", "timeout"): "60", ("global", "cert"): "/own/ca.pem",
        ("global", "extra-index-url"): "file:///srv/simple https://more.example.com/simple", ("install", "find-links"): "/srv/wheels",
        ("global", "target"): "/somewhere", ("global", "cache-dir"): "/somewhere",
    }
    kept, left_out = fresh_root.for_pip(told, has_certificates=True)
    assert left_out == ["file:///srv/simple", "/srv/wheels"]
    assert kept == {
        ("global", "index-url"): "https://user:secret@packages.example.com/simple", ("global", "timeout"): "60",
        ("global", "extra-index-url"): "https://more.example.com/simple", ("global", "cert"): "/etc/ssl/certs/ca-certificates.crt"}
    assert ("global", "cert") not in fresh_root.for_pip(told, has_certificates=False)[0]


def test_what_runs_inside_sees_an_empty_home_and_only_the_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAFFBASE_API_TOKEN", "a token of the developer")
    monkeypatch.setenv("https_proxy", "http://proxy.example.com:3128")
    lines = subprocess.run(fresh_root.inside("/", "env"), capture_output=True, text=True, check=True).stdout.splitlines()
    assert {line.partition("=")[0] for line in lines} - {"PWD", "OLDPWD", "SHLVL", "_"} == {"HOME", "PATH", "https_proxy"}
    assert f"HOME={fresh_root.HOME}" in lines


def test_where_none_can_be_made_a_line_says_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(fresh, "is_modified", lambda root: False)
    monkeypatch.setattr(fresh, "untracked", lambda root: [])
    monkeypatch.setenv("PATH", str(tmp_path))
    assert fresh.main(["demo", "--place", str(tmp_path / "place")]) == fresh.CANNOT
    assert capfd.readouterr().out == (
        "test-fresh: cannot run here: neither root nor user namespaces with users of their own (Debian: apt-get install uidmap)\n")


def test_a_machine_without_debootstrap_or_network_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    source = fresh_root.Mirror("http://127.0.0.1:1/debian", "bookworm", "main")
    monkeypatch.setattr(fresh_root, "SBIN", str(tmp_path))
    monkeypatch.setattr(fresh_root, "_proxies_of_apt", dict)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(fresh_root.CannotMake, match="debootstrap is not installed"):
        fresh_root.make(tmp_path / "root", [], source, ["git"], tmp_path / "log")
    (tmp_path / "debootstrap").write_text("#!/bin/sh\necho I: begin\necho E: no network >&2\nexit 3\n", encoding="utf-8")
    (tmp_path / "debootstrap").chmod(0o755)
    with pytest.raises(fresh_root.CannotMake, match=r"ended with 3, see .*/log: E: no network$"):
        fresh_root.make(tmp_path / "root", [], source, ["git"], tmp_path / "log")
