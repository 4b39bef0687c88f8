# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the collection takes to be so, in the order of the table.

The names are those of the open questions (`x-open-question` in docs/staffbase-import-api.openapi.yaml, the switches of the simulator); those
without one are facts that the collection relies on all the same.
"""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Assumption:
    """One thing that the collection takes to be so. `tag`: D documented, O observed, C a client's comment, I inferred.

    `taken`: what we took it to be. `covered`: what the collection or its user does where a tenant answers otherwise, by what is seen;
    `otherwise` is said for every other thing that is seen. What has neither is new to the collection. `needs_import`: why it cannot be
    checked without one.
    """

    name: str
    tag: str
    text: str
    taken: str
    covered: dict[str, str] = dataclasses.field(default_factory=dict)
    otherwise: str = ""
    needs_import: str = ""

    def coverage_of(self, seen: str) -> str:
        """Return how the collection copes with what is seen, or an empty text if it does not know that."""
        return self.covered.get(seen) or self.otherwise


def _all(text: str, *seen: str) -> dict[str, str]:
    """Return the same coverage for several things that may be seen."""
    return dict.fromkeys(seen, text)


_LIST = "the list is read to its end whatever this is"
_ERRORS = "the refused rows are read by the names or by the content of the columns, see errors_read"
_STATUS = "the counters are looked for at any depth, see counters_read"
_REFUSAL = "every such code counts as a refusal"

_RIGHTS = (
    Assumption("reach", "D", "the service answers below /api", "answers"),
    Assumption("tls", "D", "TLS, with a certificate that is trusted and does not end soon", "verified", {
        "ends soon": "renew the certificate; with one that has ended, every run stops before anything is sent",
        "not checked": "validate_certs is false, so the token may reach somebody else: set ca_path instead",
        "none": "http:// is accepted for this machine itself only",
    }),
    Assumption("token", "D", "the token is sent unchanged as Basic", "accepted"),
    Assumption("feature", "D", "the CSV import is switched on, and the token has the right to it", "on"),
    Assumption("no_right", "D", "answer to a token that lacks the right", "not_found", {"forbidden": "the error says the same for 403"}),
    Assumption("error_body", "O", "body of a refusal", "json", _all(
        "errors are told by their status; nothing in the body is relied on", "message_only", "html", "empty", "other")),
    Assumption("unknown_id", "D", "an id that nobody has is answered with 404", "404"),
    Assumption("retry_after", "I", "Retry-After of an answer 429", "none", _all("it is obeyed, up to 5 minutes", "seconds", "date")),
    Assumption("trailing_slash", "I", "a path that ends with a slash", "not_found", otherwise="none is ever sent"),
)

_UPLOADS = (
    Assumption("upload", "D+O", "a file is taken, and its import can be read", "taken"),
    Assumption("file_name", "I", "the file's name is kept as it was sent", "kept"),
    Assumption("first_state", "D", "the state after the upload", "DRAFT"),
    Assumption("record_keys", "D", "the record has id, createdAt, fileName, fileSize, recordCount, state, owner", "all"),
    Assumption("location", "D+O", "form of the Location header of an upload", "absolute", _all(
        "the last segment of any form is taken", "relative", "relative_without_api", "id_only", "trailing_slash"),
        otherwise="without an id in it, the upload is found in the list by its name"),
    Assumption("encoding_check", "I", "when 'invalid UTF8 format' is said", "undecodable", {
        "strict": "windows-1252 cannot be uploaded here: write exports in UTF-8",
        "config": "a wrong encoding shows when the mapping is written; staffbase_csv_info finds it before",
        "replace": "the service never says it; staffbase_csv_info finds bad bytes before anything is sent",
    }),
    Assumption("separator_check", "I", "when 'invalid separator selected' is said", "foreign", {
        "required": "a file of a single column is refused: add a second column",
        "off": "staffbase_csv_info finds a wrong separator before anything is sent",
    }),
    Assumption("bom", "I", "a byte order mark", "stripped", {
        "kept": "the first column cannot be mapped by its name: write exports without a byte order mark, or map no field to the first column"}),
    Assumption("quoting", "I", "quotes around a cell", "rfc4180", {
        "literal": "quotes become part of the cells: write exports without quotes, and with a separator that no cell holds"}),
)

_LISTS = (
    Assumption("cursor_parameter", "I", "query parameter that takes the cursor", "cursor", _all(
        "the names are tried in turn", "nextCursor", "after", "pageToken", "next", "next_cursor", "pageCursor", "startingAfter", "from", "page"),
        otherwise="one large page is asked for instead"),
    Assumption("unknown_parameter", "I", "a query parameter that the service does not know", "ignored", {"refused": _LIST}),
    Assumption("last_cursor", "I", "a cursor where there is no such page", "absent", _all(_LIST, "null", "empty")),
    Assumption("default_limit", "I", "entries on a page when no limit is asked for", "20", otherwise=_LIST),
    Assumption("max_limit", "I", "highest limit of a page", "100", otherwise=_LIST),
    Assumption("limit_above_max", "I", "a limit above the highest", "capped", {"refused": "a list without a limit is asked for instead"}),
    Assumption("list_order", "I", "order of the list", "newest", _all("the collection sorts by createdAt itself", "oldest", "unordered")),
    Assumption("record_count", "I", "whether recordCount counts the header", "without_header", {
        "with_header": "an empty delta is then counted as one record: it counts only where a preview of zeros is judged"}),
)

_STATES = (
    Assumption("state_names", "D", "the names of the states", "known", {}, otherwise="a state that is not known is waited for, never acted on"),
    Assumption("states_shown", "D", "states that are seen during a preview", "all", _all(
        "what is waited for is 'reached or passed'", "skipped", "instant")),
    Assumption("state_put", "O", "PUT of the state", "405", otherwise="only PATCH is ever sent"),
    Assumption("preview", "I", "PREVIEW_PENDING from DRAFT", "allowed"),
    Assumption("preview_again", "I", "PREVIEW_PENDING from PREVIEW_READY", "allowed", {
        "refused": "limits are then compared with the preview that stands there; the role uploads again after a change of the configuration"}),
    Assumption("refused_transition", "I", "code of a refused transition", "400", _all(_REFUSAL, "403", "409", "422", "423")),
    Assumption("client_cancel", "I", "a client's PATCH to CANCELLED", "allowed", {
        "refused": "state: cancelled of staffbase_import_state deletes a draft instead"}),
    Assumption("delete_answer", "I", "code of a DELETE", "204", _all("every 2xx counts", "200", "202")),
    Assumption("gone", "D", "a deleted import is answered with 404", "404", {"410": "counts as gone too"}),
    Assumption("delete_running", "I", "DELETE while a preview runs", "refused", {
        "accepted": "both are handled: a refusal waits for the end of the preview"}),
)

_NUMBERS = (
    Assumption("status_shape", "I", "what encloses the counters of /status", "flat", _all(
        _STATUS, "summary", "changes", "nested", "list", "strings", "blocks"), otherwise=_STATUS),
    Assumption("counters_read", "I", "the collection reads the counters of a preview, and they fit the file", "read", {
        "no numbers": "with delta_import_limits no import starts here, because nothing can be compared; see preview_numbers"}),
    Assumption("reactivated", "D", "the counter 'reactivated'", "present", {
        "absent": "it is null; a limit on reactivated cannot be compared: limit updated instead"}),
    Assumption("preview_numbers", "I", "the expected numbers between preview and import", "present", {
        **_all(
            "with delta_import_limits no import starts here; use delta_import_baseline_limits, which need no numbers", "absent", "null", "not_found"),
        "zeros": "zeros for a file with records are no pass; delta_import_accept_zero_preview takes them for what they say",
    }),
)

_CONFIG = (
    Assumption("config", "O", "a whole configuration is taken", "taken"),
    Assumption("config_guess", "O", "the service's own guess before any write", "good", _all(
        "it is never relied on: the whole configuration is always sent", "wrong", "empty")),
    Assumption("config_verb", "O", "verbs that write the configuration", "patch", _all("PATCH is sent, and PUT after a 405", "put", "both")),
    Assumption("config_write", "I", "what a write does to earlier keys", "replace", _all(
        "what is left over is found by reading back, and taken out", "merge", "deep_merge")),
    Assumption("config_echo", "I", "what GET shows of what was sent", "same", _all(
        "keys that are added are no difference; what is not shown is written anyway", "adds", "omits", "adds and omits")),
    Assumption("config_at_preview_ready", "I", "a write at PREVIEW_READY", "keeps", {
        "draft": "the state is read after the write",
        "refused": "the file is uploaded again when the configuration has changed"}),
    Assumption("unknown_field_message", "O", "the message for an unknown field id", "mapping_values", _all(
        "the invalid keys are found by trying parts of the mapping, whatever the message is", "body"),
        otherwise="the invalid keys are found by trying parts of the mapping, whatever the message is"),
    Assumption("unknown_field", "O", "one unknown field id refuses the whole mapping", "refused", {
        "accepted": "the service takes any field id: a wrong one shows only in the refused rows, or not at all"}),
    Assumption("unknown_config_key", "D", "an unknown key of the configuration", "refused", {"ignored": "none is ever sent"}),
    Assumption("missing_external_id", "I", "a mapping without externalId", "refused", {"accepted": "the collection refuses it itself"}),
    Assumption("external_id_spelling", "D", "the older spelling externalID", "externalId", {"both": "externalId is always sent"}),
    Assumption("joint_keys", "I", "a mapping key like 'externalId,userName'", "refused", {
        "accepted": "two keys with the same column are always sent"}),
    Assumption("one_column_twice", "I", "one column may feed two fields", "allowed", {
        "refused": "a key like 'externalId,userName' cannot be used: give the file a second column"}),
    Assumption("windows_1252", "I", "the literal for windows-1252", "windows-1252", _all(
        "the spellings are tried in turn", "Windows-1252", "WINDOWS-1252", "cp1252", "CP1252", "WINDOWS_1252"), otherwise="write exports in UTF-8"),
    Assumption("documented_fields", "D", "the documented field ids are known", "all", otherwise="leave these fields out of the mapping"),
    Assumption("host_fields", "D", "the fields of this host's mapping are known", "all", otherwise="correct delta_import_mapping"),
    Assumption("locale_key", "I", "the field id of the language", "locale", otherwise="use this id in the mapping; 'none': leave the language out"),
    Assumption("report_key", "I", "the key of the report mail's recipient", "reportEmail", otherwise="the collection never sends it"),
)

_ROW_ERRORS = (
    Assumption("errors_read", "I", "the collection reads the refused row of the draft, and its line", "read", {
        "no line": "refused rows are counted; which they are is told in the error file only"}),
    Assumption("errors_shape", "I", "columns of /errors", "line_message", _all(
        _ERRORS, "row_error", "row_value", "german", "no_header"), otherwise=_ERRORS),
    Assumption("errors_separator", "I", "separator of /errors", "semicolon", _all("both are read", "comma", "other")),
    Assumption("errors_quoting", "I", "quoting of /errors", "minimal", {"all": "both are read"}),
    Assumption("errors_line", "I", "whether line numbers of /errors count the header", "header_is_1", {
        "data_is_1": "lines are handed on as told; with a baseline a neighbour of a refused row may be sent once more"}),
    Assumption("errors_quote_value", "I", "whether a message quotes the faulty cell", "no", {"yes": "words that are not known are never shown"}),
    Assumption("errors_empty", "C", "/errors without errors", "body", _all("all three are read as none", "header", "no_content")),
    Assumption("changelog_path", "I", "whether /changelog is a path", "none", {"changelog": "the collection does not use it"}),
)

#: What an import does to people. Some of it shows in a preview; the rest cannot be checked without an import.
_EFFECTS = (
    Assumption("faulty_property", "D", "a malformed cell refuses the row, or only the cell", "row", {
        "property": "the refused rows are read after each import either way"}),
    Assumption("duplicates", "I", "an identifier twice in the file", "later_refused", {
        "all_refused": "staffbase_csv_info finds duplicates before anything is sent",
        "none_refused": "staffbase_csv_info finds duplicates before anything is sent"}),
    Assumption("empty_cells", "I", "an empty cell leaves the person's value, or empties it", "keep",
               needs_import="only a person's values after an import tell"),
    Assumption("import_from_cancelled", "C", "IMPORT_PENDING from CANCELLED", "refused",
               needs_import="where it is allowed, it would start an import"),
    Assumption("second_import", "I", "IMPORT_PENDING while another import runs", "queued",
               needs_import="two imports would have to be started"),
    Assumption("updated_counts", "I", "'updated' counts changed people, or all matched rows", "changed",
               needs_import="the draft would have to name people who exist"),
    Assumption("mail_defaults", "I", "sendMailsNew and sendMailsPending when they are not sent", "off",
               needs_import="only an import sends mails; the collection always sends both keys"),
    Assumption("bare_full", "I", "delta false without removeAll", "all",
               needs_import="only a full import tells; the collection never sends this pair"),
    Assumption("remove_all_beside_delta", "C", "removeAll beside delta false", "false_accepted",
               needs_import="the check makes no draft of a full import, which somebody could start; where both are refused, removeAll is sent alone"),
    Assumption("unknown_leaver", "I", "Deactivated for an identifier that nobody has", "skipped",
               needs_import="the draft carries no status, so that it cannot deactivate anybody"),
    Assumption("faulty_row_in_full", "I", "whether a refused row protects its person in a full import", "present",
               needs_import="only a full import tells"),
)

CATALOGUE: dict[str, Assumption] = {
    item.name: item for item in (*_RIGHTS, *_UPLOADS, *_LISTS, *_STATES, *_NUMBERS, *_CONFIG, *_ROW_ERRORS, *_EFFECTS)}

_PROFILE = ("firstName", "lastName", "position", "department", "location", "publicEmailAddress", "phoneNumber")

#: The field ids that are documented (D), the identifier among them.
DOCUMENTED_FIELDS = (
    *("externalId", "eMail", "userName", "status", "accessCode", "recoveryCode", "recoveryCodeExpiration"),
    *(f"profile-field:{name}" for name in _PROFILE))

#: What the field of the language may be called (I), the likeliest first.
LOCALE_FIELDS = ("locale", "language", "profile-field:locale", "profile-field:language", "preferredLanguage")
