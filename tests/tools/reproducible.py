# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The same tarball from the same commit, byte for byte, whoever builds it.

`ansible-galaxy collection build` writes times of the checkout into the tarball and lists files in the order in which the
file system gives them. Both are taken out afterwards; what FILES.json and MANIFEST.json say stays true.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import subprocess
import tarfile
import typing as t
from pathlib import Path

MANIFEST = "MANIFEST.json"


def epoch(root: Path) -> int:
    """Return SOURCE_DATE_EPOCH, or else the time of the last commit, in Unix seconds."""
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    if given:
        return int(given)
    env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    done = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=root, env=env, stdout=subprocess.PIPE, text=True, check=True)
    return int(done.stdout)


def is_modified(root: Path) -> bool:
    """Tell whether tracked files differ from the last commit, so that nobody else can build the same."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    done = subprocess.run(["git", "status", "--porcelain", "--untracked-files=no"], cwd=root, env=env, stdout=subprocess.PIPE, text=True, check=True)
    return bool(done.stdout.strip())


def normalise(tarball: Path, seconds: int) -> Path:
    """Write the tarball anew in its place: entries in order, one time, no owner, nothing of the machine in the gzip header."""
    with tarfile.open(tarball) as built:
        members = built.getmembers()
        others = [member.name for member in members if not (member.isfile() or member.isdir())]
        if others:
            raise ValueError(f"neither file nor folder: {', '.join(others)}")
        files = {member.name: _read(built, member) for member in members if member.isfile()}
    executable = {member.name for member in members if member.isfile() and member.mode & 0o100}
    folders = {member.name for member in members if member.isdir()}
    _sort_manifest(files)

    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w", format=tarfile.PAX_FORMAT) as anew:
        # MANIFEST.json first: whoever looks for it need not read the rest.
        for name in sorted(files.keys() | folders, key=lambda name: (name != MANIFEST, name)):
            entry = tarfile.TarInfo(name)
            entry.mtime = seconds
            entry.mode = 0o755 if name in folders or name in executable else 0o644
            if name in folders:
                entry.type = tarfile.DIRTYPE
                anew.addfile(entry)
            else:
                entry.size = len(files[name])
                anew.addfile(entry, io.BytesIO(files[name]))

    part = tarball.with_suffix(".part")
    with part.open("wb") as stream, gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=stream, mtime=0) as packed:
        packed.write(content.getvalue())
    part.replace(tarball)
    return tarball


def manifest_of(tarball: Path) -> bytes:
    """Return MANIFEST.json: it holds the digest of FILES.json, which holds the digests of all others. So this is what is signed."""
    with tarfile.open(tarball) as built:
        return _read(built, built.getmember(MANIFEST))


def _read(built: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    stream = built.extractfile(member)
    assert stream is not None
    return stream.read()


def _sort_manifest(files: dict[str, bytes]) -> None:
    manifest = json.loads(files[MANIFEST])
    entry = manifest["file_manifest_file"]
    listed = json.loads(files[entry["name"]])
    listed["files"].sort(key=lambda item: item["name"])
    files[entry["name"]] = _dump(listed)
    entry["chksum_sha256"] = hashlib.sha256(files[entry["name"]]).hexdigest()
    files[MANIFEST] = _dump(manifest)


def _dump(data: t.Any) -> bytes:
    return json.dumps(data, indent=1).encode()
