#!/usr/bin/python
# SPDX-FileCopyrightText: community.staffbase contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: staffbase_import_upload
short_description: Upload a CSV for an import into Staffbase, once per content
version_added: 0.1.0
author:
  - community.staffbase contributors (@ansible-collections)
description:
  - Uploads a CSV file as a draft of a user import. Nobody is changed by it.
  - The file is stored under the name C(<stem>.<first 16 hex digits of its SHA-256>.csv), so the service itself remembers what
    was uploaded and no state is kept on the controller. With O(variant), the name holds that too.
  - Before uploading, the imports of the tenant are listed. If the B(newest) import with this stem carries this digest and is not
    C(CANCELLED), it is reused. An older match does not count, so the contents A, B, A are three uploads.
  - When the answer to an upload is lost, the list is searched before anything is sent again. When several controllers upload the same
    content at the same moment, all of them end with the same import, and no second draft stays behind.
  - The bytes that arrive are the bytes on disk, and the memory in use does not depend on the size of the file. A file that changes
    while it is being uploaded is refused.
extends_documentation_fragment:
  - community.staffbase.attributes
  - community.staffbase.attributes.actiongroup_staffbase
  - community.staffbase.attributes.failure
  - community.staffbase.connection
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
    details:
      - The content of the file is not shown.
  idempotent:
    support: partial
    details:
      - With O(force=true) every run uploads.
options:
  src:
    description:
      - Path of the CSV file on the host where the module runs.
      - Exactly one of O(src) and O(content) is required.
    type: path
  content:
    description:
      - The CSV as text; it is sent as UTF-8. It needs O(file_name).
    type: str
  file_name:
    description:
      - The name of the B(source), such as V(berlin-people.csv). All uploads of one source must have the same name, and two sources of
        one tenant must have different ones. An ending C(.csv), C(.txt), C(.tsv) or C(.dat) is not part of the stem.
      - If it is not set, it is the base name of O(src).
    type: str
  sha256:
    description:
      - The SHA-256 that the content must have, in hexadecimal digits, such as M(community.staffbase.staffbase_csv_info) returns it. With another
        content the module fails before the first request; what was checked is then what is sent.
    type: str
  force:
    description:
      - Whether to upload even if the newest import of this source has the same content.
    type: bool
    default: false
  delete_orphaned_drafts:
    description:
      - What to do when the newest imports of this source have this content, and one of them was started already. An upload whose answer was lost
        may be carried out so late that it was repeated before. The draft that it leaves then is newer than the import.
      - With V(true), the import that was started is reused, and drafts of the same content are deleted. With V(false), the newest one is reused,
        so that a draft which was uploaded on purpose (O(force=true)) is not lost.
    aliases: [discard_strays]
    type: bool
    default: false
  variant:
    description:
      - What is asked for beside the content, such as a digest of the mapping, or the number of a run, as 12 hexadecimal digits or more. The
        file is then stored under the name C(<stem>.<16 hex digits>-<first 12 digits of the variant>.csv).
      - The same content under another variant, or under none, is another content for the rule which import is reused. So a mapping that
        has changed is a reason to upload the same file again.
    type: str
    version_added: 0.1.0
  reuse:
    description:
      - Which imports of this content may be reused, beside one that was uploaded under the same O(variant).
      - With V(drafts), one under another variant, or under none, as long as nobody was changed by it (C(DRAFT) or a state of the preview).
        Its configuration can still be changed, so write it anew. It keeps the name of its own variant.
      - With V(plain), one without a variant, started or not. Its name does not tell how it was configured, so look before you take it as imported.
    type: list
    elements: str
    choices: [drafts, plain]
    default: []
    version_added: 0.1.0
  resend:
    description:
      - Whether to send the content once more although it was imported before. An import of it that was started is not reused then, nor is a draft
        deleted in its favour (O(delete_orphaned_drafts)); one that was not started is reused.
    type: bool
    default: false
    version_added: 0.1.0
  last_import:
    description:
      - The last import of this source that the caller knows of. If one was started later under another variant, the module fails, because then it is
        not known what the tenant was told.
    type: dict
    suboptions:
      id:
        description: Its id.
        type: str
        required: true
      created_at:
        description: The time of its upload, as the service told it.
        type: str
        required: true
    version_added: 0.1.0
  sending:
    description:
      - Path of a file on the host where the module runs. It is made just before the upload is sent, empty and readable by its owner only, so that
        a later run knows that the file may have arrived. What is there already is replaced.
      - It is not made in check mode, nor when an import is reused. If it cannot be made, nothing is sent. The module never removes it.
    type: path
    version_added: 0.1.0
seealso:
  - module: community.staffbase.staffbase_import_config
  - module: community.staffbase.staffbase_import_state
"""

EXAMPLES = r"""
- name: Upload the current export
  community.staffbase.staffbase_import_upload:
    api_url: https://intranet.example.com
    api_token: "{{ staffbase_api_token }}"
    src: /srv/hr/people.csv
  register: upload

- name: Upload one of several branches of the same tenant
  community.staffbase.staffbase_import_upload:
    src: /srv/hr/berlin/people.csv
    file_name: berlin-people.csv

- name: Upload the same file again when the mapping has changed
  community.staffbase.staffbase_import_upload:
    src: /srv/hr/people.csv
    variant: "{{ mapping | to_json(sort_keys=true) | hash('sha256') }}"
    reuse: [drafts]
"""

RETURN = r"""
import_id:
  description:
    - The id of the import. It is V(null) in check mode when the file would be uploaded.
  type: str
  returned: success
  sample: 69230c4e1b2a4d0012ab34cd
import:
  description: The import as the service keeps it.
  type: dict
  returned: success
  contains:
    id:
      description: Same as RV(import_id).
      type: str
    file_name:
      description: The name under which the file is stored.
      type: str
      sample: people.9f86d081884c7d65.csv
    file_size:
      description: The size in bytes.
      type: int
    record_count:
      description: The number of records. Whether the service counts the header is not documented.
      type: int
    state:
      description: The state, such as V(DRAFT).
      type: str
    created_at:
      description: When the service created it, in ISO 8601.
      type: str
sha256:
  description: The SHA-256 of the content, in hexadecimal digits.
  type: str
  returned: success
reused:
  description: Whether an import that was there already is used.
  type: bool
  returned: success
elapsed:
  description: How many seconds it took.
  type: float
  returned: always, unless an option was refused
"""

import functools
import os
import typing as t

from ansible_collections.community.staffbase.plugins.module_utils._ansible.invocation import Invocation
from ansible_collections.community.staffbase.plugins.module_utils._ansible.running import run
from ansible_collections.community.staffbase.plugins.module_utils._ansible.service import service_module
from ansible_collections.community.staffbase.plugins.module_utils._errors import InputError
from ansible_collections.community.staffbase.plugins.module_utils._files.private_file import PrivateFile
from ansible_collections.community.staffbase.plugins.module_utils._imports.imports import Imports
from ansible_collections.community.staffbase.plugins.module_utils._imports.records import ImportRecord
from ansible_collections.community.staffbase.plugins.module_utils._files.source import open_source
from ansible_collections.community.staffbase.plugins.module_utils._steps.upload import Upload


def _marker(path: str | None, check_mode: bool) -> t.Callable[[], None] | None:
    """Return what makes the file `sending`; raise InputError for a place where it cannot be."""
    if path is None:
        return None
    return functools.partial(PrivateFile("sending", path, write=not check_mode).put, ())


def upload(invocation: Invocation, imports: Imports) -> dict[str, t.Any]:
    params = invocation.params
    if params["src"] is None and params["content"] is None:
        raise InputError("src", "either src or content is needed")
    with open_source(params["src"], params["content"], params["sha256"]) as source:
        name = params["file_name"] if params["file_name"] is not None else os.path.basename(params["src"])
        step = Upload(
            imports, source, name, variant=params["variant"], reuse=params["reuse"], resend=params["resend"], last=_last(params["last_import"]),
            before_post=_marker(params["sending"], invocation.check_mode))
        uploaded = step.run(
            force=params["force"], delete_orphaned_drafts=params["delete_orphaned_drafts"], check_mode=invocation.check_mode)
    return {"changed": uploaded.changed, **uploaded.to_result()}


def _last(given: dict[str, str] | None) -> ImportRecord | None:
    return ImportRecord(given["id"], created_at=given["created_at"]) if given else None


DEFINITION = service_module({
    "src": {"type": "path"},
    "content": {"type": "str", "no_log": True},
    "file_name": {"type": "str"},
    "sha256": {"type": "str"},
    "force": {"type": "bool", "default": False},
    "delete_orphaned_drafts": {"type": "bool", "default": False, "aliases": ["discard_strays"]},
    "variant": {"type": "str"},
    "reuse": {"type": "list", "elements": "str", "choices": ["drafts", "plain"], "default": []},
    "resend": {"type": "bool", "default": False},
    "last_import": {"type": "dict", "options": {"id": {"type": "str", "required": True}, "created_at": {"type": "str", "required": True}}},
    "sending": {"type": "path"},
}, upload, mutually_exclusive=[("src", "content")], required_one_of=[("src", "content")], required_by={"content": ["file_name"]})


def main() -> None:
    run(DEFINITION)


if __name__ == "__main__":
    main()
