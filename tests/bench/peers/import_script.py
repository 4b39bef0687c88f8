# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people write by hand: the bare steps of a delta import with `requests`. Needs SRC, API and TOKEN."""

from __future__ import annotations

import os
import time

import requests

api = os.environ["API"]
session = requests.Session()
session.headers["Authorization"] = "Basic " + os.environ["TOKEN"]


def send(method: str, url: str, **what: object) -> requests.Response:
    """Send a call; stop at a refusal."""
    answer = session.request(method, url, timeout=60, **what)
    answer.raise_for_status()
    return answer


def wait_for(state: str) -> None:
    """Look once a second."""
    while send("GET", url).json()["state"] != state:
        time.sleep(1)


with open(os.environ["SRC"], "rb") as source:
    url = send("POST", f"{api}/users/imports", files={"file": (os.path.basename(source.name), source, "text/csv")}).headers["Location"]
send("PATCH", f"{url}/config", json={
    "delta": True, "encoding": "UTF-8", "separator": ";", "type": "USER", "mapping": {"externalId": "id", "eMail": "mail", "status": "status"},
})
send("PATCH", url, json={"state": "PREVIEW_PENDING"})
wait_for("PREVIEW_READY")
send("PATCH", url, json={"state": "IMPORT_PENDING"})
wait_for("COMPLETED")
refused = send("GET", f"{url}/errors").content
