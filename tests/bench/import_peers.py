# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Those that import the same export: the role, and what people write by hand."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import sys
import typing as t
from pathlib import Path

PEERS = Path(__file__).parent / "peers"
MAPPING = {"externalId": "id", "eMail": "mail", "status": "status"}


@dataclasses.dataclass(frozen=True)
class Job:
    """A place for files, the export to be imported, and the address and token of the tenant."""

    folder: Path
    export: Path
    url: str
    token: str

    @property
    def variables(self) -> dict[str, str]:
        """The environment of every peer."""
        # The paths of this program are none of theirs.
        env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        return {
            **env, "STAFFBASE_API_URL": self.url, "STAFFBASE_API_TOKEN": self.token, "SRC": str(self.export), "API": f"{self.url}/api",
            "TOKEN": self.token,
        }


@dataclasses.dataclass(frozen=True)
class Peer:
    """`command` of a job; `again`: it is given what the peer before has imported; `previews`: it asks for a preview first; `needs`: a program."""

    command: t.Callable[[Job], list[str]]
    again: bool = False
    previews: bool = True
    needs: str = ""


def _role(**variables: t.Any) -> t.Callable[[Job], list[str]]:
    def command(job: Job) -> list[str]:
        host = {
            "ansible_connection": "local", "ansible_python_interpreter": sys.executable, "delta_import_mapping": MAPPING,
            "delta_import_src": str(job.export), "delta_import_file_name": "people.csv", **variables,
        }
        hosts = job.folder / "hosts.json"
        hosts.write_text(json.dumps({"staffbase": {"hosts": {"berlin": host}}}), encoding="utf-8")
        return ["ansible-playbook", "community.staffbase.delta_import", "-i", str(hosts)]

    return command


def _uri(job: Job) -> list[str]:
    given = {"src": str(job.export), "api": f"{job.url}/api", "token": job.token}
    return ["ansible-playbook", str(PEERS / "import.yml"), "-e", json.dumps(given)]


#: With limits, because only then does the role ask for a preview, as all the others do.
ROLE = "role"
NOTHING_NEW = "role, nothing new"
NO_PREVIEW = "role without limits, so no preview"
URI = "uri playbook"
LIMITS = {"created": 1000, "deactivated": 0}

IMPORTERS = {
    ROLE: Peer(_role(delta_import_limits=LIMITS)),
    NOTHING_NEW: Peer(_role(delta_import_limits=LIMITS), again=True, previews=False),
    NO_PREVIEW: Peer(_role(), previews=False),
    URI: Peer(_uri),
    "requests script": Peer(lambda _job: [sys.executable, str(PEERS / "import_script.py")]),
    "curl script": Peer(lambda _job: ["bash", str(PEERS / "import.sh")], needs="curl"),
}


def there() -> dict[str, Peer]:
    """Return those whose program is installed."""
    return {name: peer for name, peer in IMPORTERS.items() if not peer.needs or shutil.which(peer.needs)}
