# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The signature of a release: a detached one of MANIFEST.json by gpg, as `ansible-galaxy collection verify` wants it."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from .reproducible import manifest_of


class NotSigned(Exception):
    """There is nothing to sign with; the text says what is missing."""


def sign(tarball: Path, key: str = "") -> Path:
    """Sign with `key`, or with gpg's default one, verify that, and return the path of the signature beside the tarball.

    Raises NotSigned without gpg or without a secret key, and CalledProcessError if gpg fails, as with a wrong passphrase.
    """
    gpg = shutil.which("gpg")
    if gpg is None:
        raise NotSigned("gpg is not installed")
    if not _has_secret_key(gpg, key):
        raise NotSigned(f"gpg has no secret key {key}" if key else "gpg has no secret key")
    target = tarball.with_name(tarball.name.removesuffix(".tar.gz") + "-MANIFEST.json.asc")
    with tempfile.TemporaryDirectory() as folder:
        manifest = Path(folder) / "MANIFEST.json"
        manifest.write_bytes(manifest_of(tarball))
        user = ["--local-user", key] if key else []
        subprocess.run([gpg, "--yes", "--detach-sign", "--armor", *user, "--output", str(target), str(manifest)], check=True)
        subprocess.run([gpg, "--batch", "--verify", str(target), str(manifest)], check=True)
    return target


def _has_secret_key(gpg: str, key: str) -> bool:
    command = [gpg, "--batch", "--with-colons", "--list-secret-keys", *([key] if key else [])]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return any(line.startswith("sec:") for line in done.stdout.splitlines())
