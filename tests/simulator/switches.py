# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The open questions about the API, one switch each.

Every field names one thing that no public text answers. Its metadata holds the values that are thinkable, the tag of
the fact that the default rests on (D documented, O observed, C a client's comment, I inferred) and one line of text.
``docs/staffbase-import-api.openapi.yaml`` names the same questions under ``x-open-question``.
"""

from __future__ import annotations

import dataclasses
from dataclasses import field
from typing import Any

Value = str | int


def _open(values: tuple[Value, ...], tag: str, text: str, paired: bool = True) -> dict[str, Any]:
    """Metadata of a switch: the first value is its default; ``paired=False`` keeps it out of the pairwise set."""
    return {"values": values, "tag": tag, "text": text, "paired": paired}


@dataclasses.dataclass(frozen=True)
class Switches:
    """One choice for every open question; an unknown value raises ``ValueError``."""

    # rights and errors
    feature: str = field(
        default="on",
        metadata=_open(
            ("on", "not_found", "forbidden"), "D", "the CSV import feature is on, or how it is missing", False
        ),
    )
    no_right: str = field(
        default="not_found",
        metadata=_open(("not_found", "forbidden"), "D", "answer to a token that lacks the right: 404 or 403"),
    )
    error_body: str = field(
        default="json", metadata=_open(("json", "message_only", "html", "empty"), "O", "the shape of an error's body")
    )
    retry_after: str = field(default="none", metadata=_open(("none", "seconds", "date"), "I", "Retry-After of a 429"))
    trailing_slash: str = field(
        default="not_found", metadata=_open(("not_found", "accepted"), "I", "a path that ends with a slash")
    )
    # upload
    location: str = field(
        default="absolute",
        metadata=_open(
            ("absolute", "relative", "relative_without_api", "id_only", "trailing_slash"),
            "D+O",
            "the form of the Location header of an upload",
        ),
    )
    encoding_check: str = field(
        default="undecodable",
        metadata=_open(
            ("undecodable", "strict", "config", "replace"),
            "I",
            "'invalid UTF8 format': at the upload when no supported encoding can read the file; at the upload"
            " when it is not UTF-8 (then windows-1252 cannot be imported); only when a configuration says"
            " UTF-8; never, bad bytes become U+FFFD",
            False,
        ),
    )
    separator_check: str = field(
        default="foreign",
        metadata=_open(
            ("foreign", "required", "off"),
            "I",
            "'invalid separator selected' at the upload: the header has a tab or a pipe but neither ; nor ,;"
            " the header has neither ; nor ,; never",
            False,
        ),
    )
    bom: str = field(
        default="stripped",
        metadata=_open(
            ("stripped", "kept"), "I", "a byte order mark is removed, or is part of the first column's name", False
        ),
    )
    quoting: str = field(
        default="rfc4180",
        metadata=_open(
            ("rfc4180", "literal"), "I", "quotes around cells are understood, or are part of the cell", False
        ),
    )
    empty_cells: str = field(
        default="keep", metadata=_open(("keep", "clear"), "I", "an empty cell leaves the person's value, or empties it")
    )
    # list and record
    cursor_parameter: str = field(
        default="cursor",
        metadata=_open(("cursor", "nextCursor", "after", "pageToken"), "I", "query parameter that takes the cursor"),
    )
    unknown_parameter: str = field(
        default="ignored", metadata=_open(("ignored", "refused"), "I", "an unknown query parameter: ignored or 400")
    )
    last_cursor: str = field(
        default="absent",
        metadata=_open(("absent", "null", "empty"), "I", "nextCursor of the last page and prevCursor of the first"),
    )
    default_limit: int = field(
        default=20, metadata=_open((20, 2, 100), "I", "entries on a page when no limit is asked for")
    )
    max_limit: int = field(default=100, metadata=_open((100, 25, 1000), "I", "highest limit"))
    limit_above_max: str = field(
        default="capped", metadata=_open(("capped", "refused"), "I", "a limit above the highest: capped or 400")
    )
    list_order: str = field(
        default="newest", metadata=_open(("newest", "oldest", "unordered"), "I", "order of the list; unordered = by id")
    )
    record_count: str = field(
        default="without_header",
        metadata=_open(("without_header", "with_header"), "I", "whether recordCount counts the header"),
    )
    # states
    refused_transition: int = field(
        default=400, metadata=_open((400, 403, 409, 422), "I", "code of a refused transition")
    )
    preview_again: str = field(
        default="allowed", metadata=_open(("allowed", "refused"), "I", "PREVIEW_PENDING from PREVIEW_READY")
    )
    import_from_cancelled: str = field(
        default="refused",
        metadata=_open(("refused", "allowed"), "C", "IMPORT_PENDING from CANCELLED (allowed keeps the file)"),
    )
    client_cancel: str = field(
        default="allowed", metadata=_open(("allowed", "refused"), "I", "a client's PATCH to CANCELLED")
    )
    second_import: str = field(
        default="queued",
        metadata=_open(
            ("queued", "conflict", "refused"),
            "I",
            "IMPORT_PENDING while another import runs: queued, 409, or the refused transition's code",
        ),
    )
    states_shown: str = field(
        default="all",
        metadata=_open(
            ("all", "skipped", "instant"),
            "D",
            "CREATING_PREVIEW and IMPORTING are seen; are never seen; all work is done within the PATCH",
        ),
    )
    delete_answer: int = field(default=204, metadata=_open((204, 200), "I", "code of a DELETE"))
    delete_running: str = field(
        default="refused",
        metadata=_open(("refused", "accepted"), "I", "DELETE while a preview or an import runs (accepted stops it)"),
    )
    # status
    status_shape: str = field(
        default="flat",
        metadata=_open(
            ("flat", "summary", "changes", "nested", "list", "strings", "blocks"),
            "I",
            "what encloses the counters of /status",
        ),
    )
    reactivated: str = field(
        default="present",
        metadata=_open(("present", "absent"), "D", "the counter 'reactivated'; absent = counted as updated"),
    )
    preview_numbers: str = field(
        default="present",
        metadata=_open(
            ("present", "absent", "null", "zeros", "not_found"), "I", "the expected numbers between preview and import"
        ),
    )
    updated_counts: str = field(
        default="changed",
        metadata=_open(("changed", "matched"), "I", "'updated' counts changed people, or all matched rows"),
    )
    # configuration
    config_guess: str = field(
        default="good", metadata=_open(("good", "wrong", "empty"), "O", "the server's own guess before any write")
    )
    config_verb: str = field(
        default="patch",
        metadata=_open(("patch", "put", "both"), "O", "verbs that write the configuration; the other answers 405"),
    )
    config_write: str = field(
        default="replace",
        metadata=_open(
            ("replace", "merge", "deep_merge"), "I", "what a write does to earlier keys; in deep_merge null removes"
        ),
    )
    config_echo: str = field(
        default="same",
        metadata=_open(
            ("same", "adds", "omits"), "I", "GET shows what was sent, keys of the server too, or omits some"
        ),
    )
    config_at_preview_ready: str = field(
        default="keeps",
        metadata=_open(("keeps", "draft"), "I", "a write at PREVIEW_READY keeps the state, or goes back to DRAFT"),
    )
    unknown_field_message: str = field(
        default="mapping_values", metadata=_open(("mapping_values", "body"), "O", "the message for an unknown field id")
    )
    unknown_config_key: str = field(
        default="refused", metadata=_open(("refused", "ignored"), "D", "an unknown top-level key of the configuration")
    )
    remove_all_beside_delta: str = field(
        default="false_accepted",
        metadata=_open(
            ("false_accepted", "refused"),
            "C",
            "removeAll beside delta: accepted when delta is false, or always refused; then removeAll alone is a full import",
        ),
    )
    missing_external_id: str = field(
        default="refused",
        metadata=_open(
            ("refused", "accepted"), "I", "a mapping without externalId: at the write, or only at the import"
        ),
    )
    external_id_spelling: str = field(
        default="externalId",
        metadata=_open(("externalId", "both"), "D", "whether the older externalID is understood as well"),
    )
    joint_keys: str = field(
        default="refused", metadata=_open(("refused", "accepted"), "I", "a mapping key like 'externalId,userName'")
    )
    windows_1252: str = field(
        default="windows-1252",
        metadata=_open(
            ("windows-1252", "Windows-1252", "WINDOWS-1252", "cp1252", "CP1252"), "I", "the accepted literal"
        ),
    )
    locale_key: str = field(
        default="locale",
        metadata=_open(("locale", "language", "profile-field:locale"), "I", "the field id of the language"),
    )
    report_key: str = field(
        default="reportEmail",
        metadata=_open(
            ("reportEmail", "reportRecipient", "notificationEmail"), "I", "the key of the report mail's recipient"
        ),
    )
    mail_defaults: str = field(
        default="off", metadata=_open(("off", "on"), "I", "sendMailsNew and sendMailsPending when they are not sent")
    )
    # what an import does
    bare_full: str = field(
        default="all",
        metadata=_open(("all", "csv_only"), "I", "delta false without removeAll: all people, or those from CSV only"),
    )
    unknown_leaver: str = field(
        default="skipped",
        metadata=_open(
            ("skipped", "created"), "I", "Deactivated for an identifier nobody has: nothing, or created deactivated"
        ),
    )
    duplicates: str = field(
        default="later_refused",
        metadata=_open(("later_refused", "all_refused"), "I", "an identifier twice in the file"),
    )
    faulty_property: str = field(
        default="row",
        metadata=_open(
            ("row", "property"), "D", "a bad user name, e-mail or status refuses the row, or only that cell"
        ),
    )
    faulty_row_in_full: str = field(
        default="present",
        metadata=_open(("present", "missing"), "I", "whether a refused row protects its person in a full import"),
    )
    # row errors
    errors_shape: str = field(
        default="line_message",
        metadata=_open(("line_message", "row_error", "row_value", "german", "no_header"), "I", "columns of /errors"),
    )
    errors_separator: str = field(
        default="semicolon", metadata=_open(("semicolon", "comma"), "I", "separator of /errors")
    )
    errors_quoting: str = field(default="minimal", metadata=_open(("minimal", "all"), "I", "quoting of /errors"))
    errors_line: str = field(
        default="header_is_1",
        metadata=_open(("header_is_1", "data_is_1"), "I", "whether line numbers of /errors count the header"),
    )
    errors_quote_value: str = field(
        default="no", metadata=_open(("no", "yes"), "I", "whether a message quotes the faulty cell")
    )
    errors_empty: str = field(
        default="body",
        metadata=_open(("body", "header", "no_content"), "C", "/errors without errors: empty body, header only, 204"),
    )
    changelog_path: str = field(
        default="none",
        metadata=_open(("none", "changelog"), "I", "whether /changelog is the path of an import's changelog"),
    )

    def __post_init__(self) -> None:
        for item in dataclasses.fields(self):
            value = getattr(self, item.name)
            if value not in item.metadata["values"]:
                raise ValueError(f"switch {item.name}: {value!r} is none of {item.metadata['values']}")

    def with_(self, **changes: Value) -> Switches:
        """A copy with other values."""
        return dataclasses.replace(self, **changes)  # type: ignore[arg-type]

    def as_dict(self) -> dict[str, Value]:
        """All switches by name."""
        return dataclasses.asdict(self)

    def different(self) -> dict[str, Value]:
        """Only the switches that differ from the default: short names for test ids."""
        return {
            item.name: getattr(self, item.name)
            for item in dataclasses.fields(self)
            if getattr(self, item.name) != item.default
        }


def choices() -> dict[str, tuple[Value, ...]]:
    """Every switch with its values, the default first."""
    return {item.name: item.metadata["values"] for item in dataclasses.fields(Switches)}


def paired_choices() -> dict[str, tuple[Value, ...]]:
    """The switches of the pairwise set: those under which a plain flow has a chance."""
    return {item.name: item.metadata["values"] for item in dataclasses.fields(Switches) if item.metadata["paired"]}


def parse_switch(text: str) -> tuple[str, Value]:
    """``name=value`` as a pair of the right type; ``ValueError`` names what is wrong."""
    name, separator, raw = text.partition("=")
    values = choices().get(name.strip())
    if not separator or values is None:
        raise ValueError(f"{text!r} is not <switch>=<value> with a known switch")
    for value in values:
        if str(value) == raw.strip():
            return name.strip(), value
    raise ValueError(f"switch {name}: {raw!r} is none of {', '.join(map(str, values))}")


def explain() -> str:
    """The help text: every switch with its values, default, tag and meaning."""
    lines = []
    for item in dataclasses.fields(Switches):
        values = " | ".join(str(value) for value in item.metadata["values"])
        lines.append(f"  {item.name} = {values}")
        lines.append(f"      ({item.metadata['tag']}) {item.metadata['text']}; default {item.default}")
    return "\n".join(lines)
