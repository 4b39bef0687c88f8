# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A release: the same bytes from two clones, digests that are true, and a signature that ansible-galaxy believes."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import typing as t
from pathlib import Path

import pytest

from tools import changelog, collection_copy, reproducible, signing

ROOT = Path(__file__).parents[2]
GALAXY = str(Path(sys.executable).with_name("ansible-galaxy"))
SECONDS = 1_700_000_000

has_gpg = pytest.mark.skipif(shutil.which("gpg") is None, reason="gpg is not installed, so nothing can be signed")


def galaxy(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [GALAXY, "collection", *arguments], env={**os.environ, **more}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)


def installed(tarball: Path, place: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Install into an empty place; elsewhere the collection may be installed already, and then nothing would be done."""
    run = galaxy("install", str(tarball), "-p", str(place), "--no-deps", "--offline", *options, ANSIBLE_COLLECTIONS_PATH=str(place))
    assert (place / collection_copy.PLACE / "MANIFEST.json").is_file() is (run.returncode == 0), run.stdout
    return run


def built(root: Path, target: Path) -> Path:
    """Return the tarball that ansible-galaxy makes of a checkout."""
    copy = collection_copy.make_copy(root, target / "copy")
    run = galaxy("build", str(copy), "--output-path", str(target / "dist"))
    assert run.returncode == 0, run.stdout
    return next((target / "dist").glob("*.tar.gz"))


def clone(target: Path) -> Path:
    """Return a clone of this repository, without what git tells of the one who runs the tests."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    command = ["git", "-c", "safe.directory=*", "clone", "--quiet", "--depth", "1", f"file://{ROOT}", str(target)]
    subprocess.run(command, env=env, check=True, capture_output=True)
    return target


def entries(tarball: Path) -> dict[str, bytes]:
    with tarfile.open(tarball) as opened:
        return {member.name: t.cast("t.IO[bytes]", opened.extractfile(member)).read() for member in opened.getmembers() if member.isfile()}


def test_two_clones_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = clone(tmp_path / "a"), clone(tmp_path / "another name")
    for path in second.rglob("*"):
        if ".git" not in path.parts and path.is_file():
            os.utime(path, (SECONDS, SECONDS))
            path.chmod(path.stat().st_mode & 0o700)
    tarballs = [built(first, tmp_path / "built a"), built(second, tmp_path / "built b")]
    # Without the next step they differ, so that it is this step which makes them equal.
    assert tarballs[0].read_bytes() != tarballs[1].read_bytes()

    digests = {hashlib.sha256(reproducible.normalise(tarball, reproducible.epoch(root)).read_bytes()).hexdigest()
               for tarball, root in zip(tarballs, (first, second), strict=True)}

    assert len(digests) == 1
    place = tmp_path / "collections"
    assert installed(tarballs[0], place).returncode == 0
    # It compares the digests of all files.
    verify = ("verify", "community.staffbase", "--offline")
    run = galaxy(*verify, ANSIBLE_COLLECTIONS_PATH=str(place))
    assert run.returncode == 0, run.stdout
    (place / collection_copy.PLACE / "README.md").write_text("another", encoding="utf-8")
    assert galaxy(*verify, ANSIBLE_COLLECTIONS_PATH=str(place)).returncode != 0


def small(path: Path, order: t.Callable[[list[str]], t.Iterable[str]], mtime: int, owner: str, mode: int) -> Path:
    """Write a tarball as ansible-galaxy does, with what may differ between two machines."""
    contents = {"b.txt": b"b", "a.sh": b"a"}
    listed = [{"name": ".", "ftype": "dir"}, *({"name": name, "ftype": "file"} for name in order(list(contents)))]
    files = json.dumps({"files": listed, "format": 1}).encode()
    manifest = json.dumps({"file_manifest_file": {"name": "FILES.json", "chksum_sha256": hashlib.sha256(files).hexdigest()}}).encode()
    with tarfile.open(path, "w:gz") as tarball:
        for name, data in [("MANIFEST.json", manifest), ("FILES.json", files), *((name, contents[name]) for name in order(list(contents)))]:
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime, entry.uname, entry.mode = len(data), mtime, owner, mode | (0o100 if name.endswith(".sh") else 0)
            tarball.addfile(entry, io.BytesIO(data))
    return path


def test_order_times_owners_and_modes_of_the_machine_are_taken_out(tmp_path: Path) -> None:
    one = reproducible.normalise(small(tmp_path / "1.tar.gz", sorted, 1, "ann", 0o600), SECONDS)
    other = reproducible.normalise(small(tmp_path / "2.tar.gz", lambda names: sorted(names, reverse=True), 2, "bob", 0o664), SECONDS)

    assert one.read_bytes() == other.read_bytes()
    with tarfile.open(one) as tarball:
        assert {(entry.mtime, entry.uid, entry.gid, entry.uname, entry.gname) for entry in tarball} == {(SECONDS, 0, 0, "", "")}
        assert [(entry.name, entry.mode) for entry in tarball] == [("MANIFEST.json", 0o644), ("FILES.json", 0o644), ("a.sh", 0o755), ("b.txt", 0o644)]
    # Neither a name nor a time in the head of the gzip file.
    assert one.read_bytes()[3:8] == bytes(5)
    files = entries(one)
    assert json.loads(files["MANIFEST.json"])["file_manifest_file"]["chksum_sha256"] == hashlib.sha256(files["FILES.json"]).hexdigest()


def test_a_link_is_no_part_of_a_release(tmp_path: Path) -> None:
    path = tmp_path / "1.tar.gz"
    with tarfile.open(path, "w:gz") as tarball:
        entry = tarfile.TarInfo("link")
        entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tarball.addfile(entry)
    with pytest.raises(ValueError, match="link"):
        reproducible.normalise(path, SECONDS)


def test_the_time_is_that_of_the_commit_or_the_one_that_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    assert reproducible.epoch(ROOT) == reproducible.epoch(clone(tmp_path / "clone"))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "7")
    assert reproducible.epoch(ROOT) == 7


def test_the_tarball_holds_what_users_need_and_nothing_else(tmp_path: Path) -> None:
    names = set(entries(built(ROOT, tmp_path)))
    assert {"README.md", "COPYING", "meta/runtime.yml", "changelogs/changelog.yaml", "docs/docsite/extra-docs.yml"} <= names
    assert {"docs/docsite/examples/ci/github-actions.yml", "extensions/eda/rulebooks/delta_import.yml"} <= names
    # .ansible-lint goes along: without it, Galaxy's importer does not know the modules of awx.awx.
    names -= {".ansible-lint"}
    assert [name for name in names if name.startswith((".", "tests/", "build/", "docs/docsite/sphinx/")) or name in ("noxfile.py", "Makefile")] == []


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch) -> t.Iterator[Path]:
    """An empty GNUPGHOME; a short path, because gpg's agent makes a socket in it."""
    with tempfile.TemporaryDirectory(prefix="gpg") as folder:
        monkeypatch.setenv("GNUPGHOME", folder)
        yield Path(folder)
        subprocess.run(["gpgconf", "--kill", "all"], check=False, capture_output=True)


def with_key(keyring: Path) -> None:
    make = ["gpg", "--batch", "--passphrase", "", "--quick-generate-key", "Nobody <nobody@example.com>", "ed25519", "sign", "0"]
    subprocess.run(make, check=True, capture_output=True)
    with (keyring / "public.gpg").open("wb") as stream:
        subprocess.run(["gpg", "--batch", "--export"], stdout=stream, check=True)


@has_gpg
def test_ansible_galaxy_believes_the_signature_and_no_other_content(tmp_path: Path, keyring: Path) -> None:
    with_key(keyring)
    tarball = reproducible.normalise(built(ROOT, tmp_path), SECONDS)

    signature = signing.sign(tarball, "nobody@example.com")

    # Another content with digests that are true: only the signature tells.
    changed = tmp_path / "changed" / tarball.name
    changed.parent.mkdir()
    changed.write_bytes(gzip.compress(gzip.decompress(tarball.read_bytes()).replace(b'"Safe, repeatable', b'"Evil, repeatable')))
    verify = ("verify", "community.staffbase", "--offline", "--signature", f"file://{signature}", "--keyring", str(keyring / "public.gpg"))
    for path, good in ((tarball, True), (changed, False)):
        place = path.parent / "collections"
        assert installed(path, place).returncode == 0
        run = galaxy(*verify, ANSIBLE_COLLECTIONS_PATH=str(place))
        assert (run.returncode == 0) is good, run.stdout
    assert "signature" in run.stdout.lower()


@has_gpg
@pytest.mark.parametrize("key", ["", "somebody@example.com"])
def test_without_a_key_it_says_that_nothing_is_signed(tmp_path: Path, keyring: Path, key: str) -> None:
    with pytest.raises(signing.NotSigned, match=f"no secret key {key}".strip()):
        signing.sign(small(tmp_path / "1.tar.gz", sorted, 1, "ann", 0o600), key)
    assert [path.name for path in tmp_path.iterdir()] == ["1.tar.gz"]


def test_without_gpg_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(signing.NotSigned, match="not installed"):
        signing.sign(tmp_path / "1.tar.gz")


def test_the_changelog_is_brought_back_and_its_fragments_are_gone(tmp_path: Path) -> None:
    root, copy = tmp_path / "root", tmp_path / "copy"
    for folder in (root, copy):
        (folder / "changelogs/fragments").mkdir(parents=True)
        (folder / "galaxy.yml").write_text("name: staffbase\nversion: 1.2.0\n", encoding="utf-8")
        (folder / "changelogs/changelog.yaml").write_text("---\nreleases: {}\n", encoding="utf-8")
    for name in ("told.yml", "new.yaml"):
        (root / "changelogs/fragments" / name).write_text("minor_changes: [x]\n", encoding="utf-8")
    (copy / "changelogs/fragments/new.yaml").write_text("minor_changes: [x]\n", encoding="utf-8")
    (copy / "CHANGELOG.rst").write_text("v1.2.0\n", encoding="utf-8")
    (copy / "changelogs/changelog.yaml").write_text("---\nreleases:\n  1.2.0:\n    changes: {}\n", encoding="utf-8")
    assert not changelog.tells_of(root, changelog.version(root))

    assert changelog.bring_back(copy, root) == ["CHANGELOG.rst", "changelogs/changelog.yaml", "changelogs/fragments/told.yml"]

    assert changelog.tells_of(root, changelog.version(root))
    assert not changelog.tells_of(root, "1.2")
    assert [path.name for path in (root / "changelogs/fragments").iterdir()] == ["new.yaml"]
