# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The configuration of an import: guess, write, check, show (section 3 of the facts)."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from pathlib import Path
from typing import Any

from .csv_file import codec_for, first_line, read_header
from .mapping import IDENTIFIER, check_mapping, fields_of, guess_mapping
from .refusals import BAD_BODY, BAD_MAPPING, BAD_SEPARATOR, Refusal
from .switches import Switches

FLAGS = ("delta", "removeAll", "generateRecoveryCodes", "sendMailsNew", "sendMailsPending")
WORDS = ("encoding", "separator", "type")


@dataclasses.dataclass(frozen=True)
class Setting:
    """A configuration that can be worked with. ``remove_all`` None means: not sent."""

    delta: bool
    remove_all: bool | None
    codec: str
    separator: str
    fields: dict[str, str]
    mails_new: bool
    mails_pending: bool


def guess(path: Path, switches: Switches) -> dict[str, Any]:
    """What stands there before any write: separator and mapping from the first line, unreliable (O)."""
    line = first_line(path)
    separator = ";" if line.count(";") > line.count(",") else ","
    if switches.config_guess == "empty":
        return {}
    if switches.config_guess == "wrong":
        separator = "," if separator == ";" else ";"
    header = [name.strip().strip('"') for name in line.split(separator)]
    mapping = guess_mapping(header)
    if switches.config_guess == "wrong" and header:
        mapping = {"eMail": header[0]}
    return {"separator": separator, "encoding": "UTF-8", "type": "USER", "mapping": mapping}


def merged(old: dict[str, Any], new: dict[str, Any], switches: Switches) -> dict[str, Any]:
    """The stored configuration after a write; how a write treats earlier keys is a switch (I)."""
    if switches.config_write == "replace":
        return dict(new)
    result = {**old, **new}
    if switches.config_write == "deep_merge":
        if isinstance(old.get("mapping"), dict) and isinstance(new.get("mapping"), dict):
            result["mapping"] = {**old["mapping"], **new["mapping"]}
        result = _without_nulls(result)
    if new.get("delta") is True:
        result.pop("removeAll", None)
    if switches.remove_all_beside_delta == "refused" and new.get("removeAll") is not None:
        result.pop("delta", None)
    return result


def _without_nulls(value: dict[str, Any]) -> dict[str, Any]:
    return {
        key: _without_nulls(item) if isinstance(item, dict) else item for key, item in value.items() if item is not None
    }


def check_body(body: object, switches: Switches) -> dict[str, Any]:
    """Check keys and types of what was sent: 400 for a bad key (D), a bad type (I), removeAll beside delta (C)."""
    if not isinstance(body, dict):
        raise Refusal(400, BAD_BODY)
    known = {*FLAGS, *WORDS, "mapping", switches.report_key}
    if switches.unknown_config_key == "refused" and not set(body) <= known:
        raise Refusal(400, BAD_BODY)
    sent = {key: value for key, value in body.items() if key in known}
    removable = switches.config_write == "deep_merge"
    for key, kind in [(flag, bool) for flag in FLAGS] + [(word, str) for word in WORDS]:
        if key in sent and not isinstance(sent[key], kind) and not (removable and sent[key] is None):
            raise Refusal(400, BAD_BODY)
    excluded = (True,) if switches.remove_all_beside_delta == "false_accepted" else (True, False)
    if sent.get("delta") in excluded and sent.get("removeAll") is not None:
        raise Refusal(400, BAD_BODY)
    return sent


def check_config(config: dict[str, Any], path: Path, custom: Collection[str], switches: Switches) -> None:
    """Whether the stored result makes sense for this file; raises ``Refusal`` 400 otherwise (D, O)."""
    if config.get("type", "USER") != "USER":
        raise Refusal(400, BAD_BODY)
    codec, separator = _format_of(config, switches)
    header = read_header(path, codec, separator, switches)
    check_mapping(config.get("mapping"), header, custom, switches)


def _format_of(config: dict[str, Any], switches: Switches) -> tuple[str, str]:
    """Codec and separator; ; is the vendor's default (D), UTF-8 ours (I)."""
    separator = config.get("separator", ";")
    if separator not in (";", ","):
        raise Refusal(400, BAD_SEPARATOR)
    codec = codec_for(config.get("encoding", "UTF-8"), switches)
    if codec is None:
        raise Refusal(400, BAD_BODY)
    return codec, separator


def usable(config: dict[str, Any], path: Path, custom: Collection[str], switches: Switches) -> Setting:
    """The setting of a preview or an import; 400 without a mapping (D) or without externalId in it (I)."""
    check_config(config, path, custom, switches)
    fields = fields_of(config["mapping"], switches)
    if IDENTIFIER not in fields:
        raise Refusal(400, BAD_MAPPING)
    codec, separator = _format_of(config, switches)
    mails = switches.mail_defaults == "on"
    full_by_name = switches.remove_all_beside_delta == "refused" and config.get("removeAll") is not None
    return Setting(
        delta=bool(config.get("delta", not full_by_name)),
        remove_all=config.get("removeAll"),
        codec=codec,
        separator=separator,
        fields=fields,
        mails_new=bool(config.get("sendMailsNew", mails)),
        mails_pending=bool(config.get("sendMailsPending", mails)),
    )


def shown(config: dict[str, Any], import_id: str, switches: Switches) -> dict[str, Any]:
    """What GET answers; whether keys are added or left out is a switch (I)."""
    if switches.config_echo == "adds":
        return {**config, "importId": import_id, "identifier": IDENTIFIER, "revision": 1, "options": {}}
    if switches.config_echo == "omits":
        return {key: value for key, value in config.items() if key not in ("type", "generateRecoveryCodes")}
    return dict(config)
