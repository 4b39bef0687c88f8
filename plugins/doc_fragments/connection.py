# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    # The options of every module that talks to Staffbase. Their argument spec: plugins/module_utils/_ansible/arguments.py.
    DOCUMENTATION = r"""
options:
  api_url:
    description:
      - The address of the employee app, for example V(https://intranet.example.com), with or without V(/api) and a trailing slash.
      - An address with V(http://) is refused, except for the loopback interface, because it would show the token to the network.
      - An address with a user name, a password, a query or a fragment is refused. None of these is shown or logged by the module.
      - If it is not set, the environment variable E(STAFFBASE_API_URL) is used.
    type: str
    required: true
  api_token:
    description:
      - The API token as Staffbase Studio shows it. It is sent unchanged as C(Basic); a leading C(Basic) is tolerated.
      - It must have administrator level.
      - If it is not set, the environment variable E(STAFFBASE_API_TOKEN) is used.
    type: str
    required: true
  validate_certs:
    description:
      - Whether the certificate of the service is checked. With V(false) the module warns, because the token may reach somebody else.
      - If it is not set, the environment variable E(STAFFBASE_VALIDATE_CERTS) is used.
    type: bool
    default: true
  ca_path:
    description:
      - A file or folder with the certificate authorities to trust.
      - If it is not set, the environment variable E(STAFFBASE_CA_PATH) is used.
    type: path
  timeout:
    description:
      - How many seconds one HTTP exchange may take, that is how long the service may be silent. It never limits the waiting for an import.
      - It is V(86400) at most.
      - If it is not set, the environment variable E(STAFFBASE_TIMEOUT) is used.
    type: float
    default: 60
  retries:
    description:
      - How often one call is tried again after a passing fault (a broken connection, a time-out, and the
        statuses 408, 425, 429, 500, 502, 503 and 504). V(0) never tries again.
      - The pauses grow from half a second to 30 seconds; from one second and sooner where the service says that there are too many calls (429), so
        that five tries take about a minute. A C(Retry-After) of the service is obeyed up to 5 minutes.
      - A write is repeated only after a look whether it has taken effect already.
      - If it is not set, the environment variable E(STAFFBASE_RETRIES) is used.
    type: int
    default: 5
requirements:
  - Python >= 3.9
  - requests >= 2.28
notes:
  - Proxies are taken from the usual environment variables. An entry in C(~/.netrc) never replaces the token.
  - Redirects are refused; the error names the target.
seealso:
  - name: The CSV import of Staffbase
    description: The vendor's own guide to the import that this collection drives.
    link: https://developers.staffbase.com/guides/csv-import/
"""
