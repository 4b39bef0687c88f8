# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A root with nothing but a minimal Debian and the packages that README.md asks for; made by debootstrap, entered by chroot.

The mirror is the one of this machine's apt. What pip and certificates need goes along: registries may be behind a proxy.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import typing as t
from pathlib import Path

from . import pip_settings

#: pip's settings that say where packages come from. Others are this machine's own.
PIP_KEYS = ("index-url", "extra-index-url", "find-links", "trusted-host", "proxy", "timeout", "retries")
PROXIES = ("http_proxy", "https_proxy", "ftp_proxy", "all_proxy", "no_proxy")
CERTIFICATES = "etc/ssl/certs/ca-certificates.crt"
HOME = "/home/somebody"
SBIN = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

#: The processes end with the first one, and what is mounted is mounted for them alone.
OWN_MOUNTS = ("unshare", "--mount", "--pid", "--fork", "--kill-child")
AS_ROOT_OF_OWN_USERS = ("--map-root-user", "--map-auto")

ENTER = f'PATH="$PATH:{SBIN}"; mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev" && root="$1" && shift && exec chroot "$root" "$@"'


class CannotMake(Exception):
    """This machine cannot make such a root; the text says why, in a line."""


class Mirror(t.NamedTuple):
    """Where the packages of a release lie."""

    address: str
    suite: str
    components: str


def mirror(targets: str, suite: str) -> Mirror:
    """Return the mirror of a release by what `apt-get indextargets` tells: lines of address, release, code name and component."""
    found: dict[str, list[str]] = {}
    for line in targets.splitlines():
        address, release, codename, component = line.split("\t")
        if suite in (release, codename):
            found.setdefault(address, []).append(component)
    if not found:
        raise CannotMake(f"this machine's apt has no source of {suite or 'a release'}")
    address, components = next(iter(found.items()))
    if address.startswith("mirror+file:"):
        address = Path(address.removeprefix("mirror+file:").rstrip("/")).read_text(encoding="utf-8").split()[0]
    return Mirror(address, suite, ",".join(dict.fromkeys(components)))


def this_mirror(suite: str = "") -> Mirror:
    """Return the mirror of this machine's apt, of its own release or of another one."""
    release = Path("/etc/os-release")
    lines = release.read_text(encoding="utf-8").splitlines() if release.is_file() else []
    told = dict(line.split("=", 1) for line in lines if "=" in line)
    form = "$(REPO_URI)\t$(RELEASE)\t$(CODENAME)\t$(COMPONENT)"
    targets = _output("apt-get", "indextargets", "--format", form, "Created-By: Packages")
    own = told.get("VERSION_CODENAME", "").strip('"')
    return mirror(targets, own)._replace(**({"suite": suite} if suite else {}))


def packages(readme: str) -> list[str]:
    """Return the packages that a reader is told to install."""
    found = re.search(r"apt-get install ([a-z0-9.+ -]+)", readme)
    if found is None:
        raise CannotMake("README.md names no packages to install")
    return [name for name in found[1].split() if not name.startswith("-")]


def for_pip(told: dict[tuple[str, str], str], *, has_certificates: bool) -> tuple[dict[tuple[str, str], str], list[str]]:
    """Return what pip is told in the new root, and what was left out because it lies in a folder of this machine."""
    kept, left_out = {}, []
    for (section, key), value in told.items():
        if key in PIP_KEYS:
            remote = [word for word in value.split() if not word.startswith(("/", "~", ".", "file:"))]
            left_out += sorted(set(value.split()) - set(remote))
            if remote:
                kept[section, key] = "\n".join(remote)
    if has_certificates:
        kept["global", "cert"] = f"/{CERTIFICATES}"
    return kept, left_out


def own_root() -> list[str]:
    """Return what gives a command mounts of its own, as root or as the root of a user namespace."""
    ways = [list(OWN_MOUNTS)] if os.geteuid() == 0 else [[*OWN_MOUNTS, *AS_ROOT_OF_OWN_USERS]]
    for way in ways:
        if shutil.which(way[0]) and subprocess.run([*way, "true"], check=False, capture_output=True).returncode == 0:
            return way
    raise CannotMake("neither root nor user namespaces with users of their own (Debian: apt-get install uidmap)")


def make(root: Path, way: list[str], source: Mirror, wanted: list[str], log: Path) -> None:
    """Make the root at a path that does not exist yet."""
    program = shutil.which("debootstrap", path=os.pathsep.join([os.environ.get("PATH", ""), SBIN]))
    if program is None:
        raise CannotMake("debootstrap is not installed (Debian: apt-get install debootstrap)")
    options = ["--variant=minbase", f"--include={','.join(wanted)}", f"--components={source.components}"]
    command = [*way, program, *options, source.suite, str(root), source.address]
    env = {**os.environ, **_proxies_of_apt(), "PATH": f"{os.environ.get('PATH', '')}:{SBIN}"}
    if len(way) > len(OWN_MOUNTS):
        env["container"] = "lxc"  # so debootstrap binds devices, which it may not make
    root.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w", encoding="utf-8") as output:
        done = subprocess.run(command, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        last = (log.read_text(encoding="utf-8").strip().splitlines() or ["no output"])[-1]
        raise CannotMake(f"debootstrap ended with {done.returncode}, see {log}: {last}")


def furnish(root: Path, python: str) -> list[str]:
    """Bring names of hosts, certificates and pip's settings along, and an empty HOME. Return which of pip's settings are left out."""
    (root / HOME.lstrip("/")).mkdir(parents=True)
    shutil.copyfile("/etc/hosts", root / "etc/hosts")
    told = pip_settings.settings(python)
    variables = [told.get(("global", "cert"), ""), *(os.environ.get(name, "") for name in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"))]
    own = next((path for path in variables if path), "")
    bundle = Path(own or f"/{CERTIFICATES}")
    if bundle.is_file():
        (root / CERTIFICATES).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(bundle, root / CERTIFICATES)
    kept, left_out = for_pip(told, has_certificates=bool(own) and bundle.is_file())
    pip_settings.write(kept, root / "etc/pip.conf")
    return left_out


def entering(root: Path, way: list[str], folder: str, command: str) -> list[str]:
    """Return what runs a command in a folder of the root."""
    return [*way, "sh", "-c", ENTER, "sh", str(root), *inside(folder, command)]


def inside(folder: str, command: str) -> list[str]:
    """Return what runs a command with the least of an environment."""
    names = [name for each in PROXIES for name in (each, each.upper())]
    proxies = [f"{name}={os.environ[name]}" for name in names if name in os.environ]
    return ["env", "-i", f"HOME={HOME}", f"PATH={SBIN}", *proxies, "sh", "-c", f"cd {shlex.quote(folder)} && exec {command}"]


def remove(root: Path, way: list[str]) -> None:
    """Remove the root; nothing is mounted below it any more."""
    subprocess.run([*way, "rm", "-rf", "--one-file-system", str(root)], check=False)


def _proxies_of_apt() -> dict[str, str]:
    """Return the proxies that apt goes through, as variables for debootstrap's wget."""
    kinds = {"http_proxy": "Acquire::http::Proxy", "https_proxy": "Acquire::https::Proxy"}
    found = {}
    for name, key in kinds.items():
        value = _output("apt-config", "shell", "found", key).strip().removeprefix("found=")
        if value and value.strip("'") != "DIRECT" and name not in os.environ:
            found[name] = value.strip("'")
    return found


def _output(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise CannotMake(f"{command[0]} does not run here ({error})") from None
