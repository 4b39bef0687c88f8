# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the collection assumes about a tenant, in the order of the table: data only.

The names are those of the open questions (`x-open-question` in docs/staffbase-import-api.openapi.yaml, the switches of the simulator).
Those without an open question are facts that the collection relies on all the same.
"""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Assumption:
    """One assumption. `tag`: D documented, O observed, C a client's comment, I inferred. `taken`: what we took it to be.

    `covered`: what is seen instead -> what the collection does then, or its user should do; `otherwise` is the same for every other
    thing that is seen. What neither covers is new to the collection. `needs_import`: why it cannot be checked without an import.
    """

    name: str
    tag: str
    text: str
    taken: str
    covered: dict[str, str] = dataclasses.field(default_factory=dict)
    otherwise: str = ""
    needs_import: str = ""

    def coverage_of(self, seen: str) -> str:
        """Return what covers that which is seen, or an empty text if nothing does."""
        return self.covered.get(seen) or self.otherwise


def _each(text: str, *seen: str) -> dict[str, str]:
    """Return the same coverage for several things that may be seen."""
    return dict.fromkeys(seen, text)


_LIST = "the list is read to its end in any case"
_INVALID_KEYS = "invalid keys are found by sending parts of the mapping, whatever the message says"
_ROW_ERRORS = "refused rows are recognised by the names or the contents of the columns, see errors_read"
_COUNTERS = "the counters are found at any depth, see counters_read"
_DUPLICATES = "staffbase_csv_info finds duplicates before anything is sent"

CATALOGUE: dict[str, Assumption] = {one.name: one for one in (
    # The connection, the token, and how the service refuses.
    Assumption("reach", "D", "the service answers below /api", "answers"),
    Assumption("tls", "D", "TLS, with a trusted certificate that does not end soon", "verified", {
        "ends soon": "renew the certificate: once it has ended, every run stops before anything is sent",
        "not checked": "validate_certs is false, so the token may be sent to somebody else: set ca_path instead",
        "none": "http:// is accepted for this machine itself only"}),
    Assumption("token", "D", "the token is sent unchanged, as Basic", "accepted"),
    Assumption("feature", "D", "the CSV import is switched on, and the token has the right to use it", "on"),
    Assumption("no_right", "D", "the answer to a token that lacks the right", "not_found", {"forbidden": "the error says the same for 403"}),
    Assumption("error_body", "O", "the body of a refusal", "json", _each(
        "only the status of a refusal is relied on, not its body", "message_only", "html", "empty", "other")),
    Assumption("unknown_id", "D", "an id that nobody has is answered with 404", "404"),
    Assumption("retry_after", "I", "Retry-After of an answer 429", "none", _each("it is obeyed, up to 5 minutes", "seconds", "date")),
    Assumption("trailing_slash", "I", "a path that ends with a slash", "not_found", otherwise="no such path is ever sent"),

    # The upload.
    Assumption("upload", "D+O", "a file is accepted, and its import can be read", "taken"),
    Assumption("file_name", "I", "the file name is kept as it was sent", "kept"),
    Assumption("first_state", "D", "the state after the upload", "DRAFT"),
    Assumption("record_keys", "D", "the record has id, createdAt, fileName, fileSize, recordCount, state, owner", "all"),
    Assumption("location", "D+O", "the form of the Location header of an upload", "absolute", _each(
        "the id is the last part of the path in every form", "relative", "relative_without_api", "id_only", "trailing_slash"),
        otherwise="without an id in it, the upload is found in the list by its file name"),
    Assumption("encoding_check", "I", "when the service says 'invalid UTF8 format'", "undecodable", {
        "strict": "windows-1252 cannot be uploaded here: write exports in UTF-8",
        "config": "a wrong encoding shows when the mapping is written; staffbase_csv_info finds it earlier",
        "replace": "the service never says it; staffbase_csv_info finds invalid bytes before anything is sent"}),
    Assumption("separator_check", "I", "when the service says 'invalid separator selected'", "foreign", {
        "required": "a file of a single column is refused: add a second column",
        "off": "staffbase_csv_info finds a wrong separator before anything is sent"}),
    Assumption("bom", "I", "a byte order mark", "stripped", {
        "kept": "the first column cannot be mapped by its name: write exports without a byte order mark, or leave the first column unmapped"}),
    Assumption("quoting", "I", "quotes around a cell", "rfc4180", {
        "literal": "quotes become part of the cell: write exports without quotes, and with a separator that is in no cell"}),

    # The list.
    Assumption("cursor_parameter", "I", "the query parameter for the cursor", "cursor", _each(
        "the names are tried one after another", "nextCursor", "after", "pageToken", "next", "next_cursor", "pageCursor", "startingAfter", "from",
        "page"), otherwise="one large page is asked for instead"),
    Assumption("unknown_parameter", "I", "a query parameter that the service does not know", "ignored", {"refused": _LIST}),
    Assumption("last_cursor", "I", "the cursor where there is no further page", "absent", _each(_LIST, "null", "empty")),
    Assumption("default_limit", "I", "the entries on a page when no limit is sent", "20", otherwise=_LIST),
    Assumption("max_limit", "I", "the highest limit of a page", "100", otherwise=_LIST),
    Assumption("limit_above_max", "I", "a limit above the highest", "capped", {"refused": "the list is then asked for without a limit"}),
    Assumption("list_order", "I", "the order of the list", "newest", _each("the collection sorts by createdAt itself", "oldest", "unordered")),
    Assumption("record_count", "I", "whether recordCount counts the header", "without_header", {
        "with_header": "an empty delta then counts as one record: this matters only where a preview of zeros is judged"}),

    # The states.
    Assumption("state_names", "D", "the names of the states", "known", otherwise="an unknown state is waited for, and never acted on"),
    Assumption("states_shown", "D", "the states that are seen during a preview", "all", _each(
        "the collection waits until a state is 'reached or passed'", "skipped", "instant")),
    Assumption("state_put", "O", "PUT of the state", "405", otherwise="only PATCH is ever sent"),
    Assumption("preview", "I", "PREVIEW_PENDING from DRAFT", "allowed"),
    Assumption("preview_again", "I", "PREVIEW_PENDING from PREVIEW_READY", "allowed", {
        "refused": "limits are compared with the preview that is there; after a change of the configuration the role uploads again"}),
    Assumption("refused_transition", "I", "the code of a refused transition", "400", _each(
        "each of these codes counts as a refusal", "403", "409", "422", "423")),
    Assumption("client_cancel", "I", "a client's PATCH to CANCELLED", "allowed", {
        "refused": "state: cancelled of staffbase_import_state deletes a draft instead"}),
    Assumption("delete_answer", "I", "the code of a DELETE", "204", _each("every 2xx counts as success", "200", "202")),
    Assumption("gone", "D", "a deleted import is answered with 404", "404", {"410": "it counts as deleted too"}),
    Assumption("delete_running", "I", "DELETE during a preview", "refused", {
        "accepted": "both are handled: after a refusal the collection waits for the end of the preview"}),

    # The numbers.
    Assumption("status_shape", "I", "where in /status the counters stand", "flat", otherwise=_COUNTERS),
    Assumption("counters_read", "I", "the collection reads the counters of a preview, and they fit the file", "read", {
        "no numbers": "with delta_import_limits no import starts here, because nothing can be compared; see preview_numbers"}),
    Assumption("reactivated", "D", "the counter 'reactivated'", "present", {
        "absent": "it is null, and a limit on it cannot be compared: set a limit on updated instead"}),
    Assumption("preview_numbers", "I", "the expected numbers between preview and import", "present", {
        **_each("with delta_import_limits no import starts here: use delta_import_baseline_limits, which need no numbers",
                "absent", "null", "not_found"),
        "zeros": "zeros for a file with records do not pass the limits; with delta_import_accept_zero_preview they do"}),

    # The configuration.
    Assumption("config", "O", "a whole configuration is accepted", "taken"),
    Assumption("config_guess", "O", "the service's own guess before any write", "good", _each(
        "it is never relied on: the whole configuration is always sent", "wrong", "empty")),
    Assumption("config_verb", "O", "the verbs that write the configuration", "patch", _each("PATCH is sent, and PUT after a 405", "put", "both")),
    Assumption("config_write", "I", "what a write does to earlier keys", "replace", _each(
        "keys that are left over are found by reading back, and removed", "merge", "deep_merge")),
    Assumption("config_echo", "I", "what GET shows of what was sent", "same", _each(
        "added keys are no difference; keys that are not shown are sent anyway", "adds", "omits", "adds and omits")),
    Assumption("config_at_preview_ready", "I", "a write at PREVIEW_READY", "keeps", {
        "draft": "the state is read again after the write",
        "refused": "the file is uploaded again when the configuration has changed"}),
    Assumption("unknown_field_message", "O", "the message for an unknown field id", "mapping_values", otherwise=_INVALID_KEYS),
    Assumption("unknown_field", "O", "one unknown field id makes the service refuse the whole mapping", "refused", {
        "accepted": "the service accepts any field id: a wrong one shows only in the refused rows, or not at all"}),
    Assumption("unknown_config_key", "D", "an unknown key of the configuration", "refused", {"ignored": "no such key is ever sent"}),
    Assumption("missing_external_id", "I", "a mapping without externalId", "refused", {"accepted": "the collection refuses it itself"}),
    Assumption("external_id_spelling", "D", "the older spelling externalID", "externalId", {"both": "externalId is always sent"}),
    Assumption("joint_keys", "I", "a mapping key like 'externalId,userName'", "refused", {
        "accepted": "two keys with the same column are sent in any case"}),
    Assumption("one_column_twice", "I", "one column for two fields", "allowed", {
        "refused": "a key like 'externalId,userName' cannot be used: add a second column to the file"}),
    Assumption("windows_1252", "I", "the name of windows-1252 in the configuration", "windows-1252", _each(
        "the spellings are tried one after another", "Windows-1252", "WINDOWS-1252", "cp1252", "CP1252", "WINDOWS_1252"),
        otherwise="write exports in UTF-8"),
    Assumption("documented_fields", "D", "the documented field ids are known", "all", otherwise="leave these fields out of the mapping"),
    Assumption("host_fields", "D", "the fields of this host's mapping are known", "all", otherwise="correct delta_import_mapping"),
    Assumption("locale_key", "I", "the field id of the language", "locale", otherwise="use this id in the mapping; 'none': leave the language out"),
    Assumption("report_key", "I", "the key of the report mail's recipient", "reportEmail", otherwise="the collection never sends it"),

    # The refused rows.
    Assumption("errors_read", "I", "the collection reads the refused row of the draft, and its line", "read", {
        "no line": "refused rows are counted; only the error file shows which they are"}),
    Assumption("errors_shape", "I", "the columns of /errors", "line_message", otherwise=_ROW_ERRORS),
    Assumption("errors_separator", "I", "the separator of /errors", "semicolon", _each("the usual separators are all read", "comma", "other")),
    Assumption("errors_quoting", "I", "the quoting of /errors", "minimal", {"all": "both are read"}),
    Assumption("errors_line", "I", "whether line numbers of /errors count the header", "header_is_1", {
        "data_is_1": "lines are passed on unchanged; with a baseline, the row beside a refused row may be sent once more"}),
    Assumption("errors_quote_value", "I", "whether a message quotes the faulty cell", "no", {"yes": "unknown words of a message are never shown"}),
    Assumption("errors_empty", "C", "/errors without refused rows", "body", _each("all three are read as no refused rows", "header", "no_content")),
    Assumption("changelog_path", "I", "whether /changelog is a path", "none", {"changelog": "the collection does not use it"}),

    # What an import does to people. Some of it shows in a preview.
    Assumption("faulty_property", "D", "a faulty cell refuses the row, or only the cell", "row", {
        "property": "the refused rows are read after each import in either case"}),
    Assumption("duplicates", "I", "an identifier that is in the file twice", "later_refused", _each(_DUPLICATES, "all_refused", "none_refused")),
    Assumption("empty_cells", "I", "an empty cell leaves the person's value, or empties it", "keep",
               needs_import="only a person's values after an import show it"),
    Assumption("import_from_cancelled", "C", "IMPORT_PENDING from CANCELLED", "refused", needs_import="where it is allowed, it starts an import"),
    Assumption("second_import", "I", "IMPORT_PENDING while another import runs", "queued", needs_import="two imports would have to be started"),
    Assumption("updated_counts", "I", "'updated' counts changed people, or all matched rows", "changed",
               needs_import="the draft would have to name people who exist"),
    Assumption("mail_defaults", "I", "sendMailsNew and sendMailsPending when they are not sent", "off",
               needs_import="only an import sends mails; the collection always sends both keys"),
    Assumption("bare_full", "I", "delta false without removeAll", "all",
               needs_import="only a full import shows it; the collection never sends this"),
    Assumption("remove_all_beside_delta", "C", "removeAll beside delta false", "false_accepted",
               needs_import="no draft of the check is a full import, which somebody could start; where both are refused, removeAll is sent alone"),
    Assumption("unknown_leaver", "I", "Deactivated for an identifier that nobody has", "skipped",
               needs_import="the drafts have no status, so that they cannot deactivate anybody"),
    Assumption("faulty_row_in_full", "I", "whether a refused row protects its person in a full import", "present",
               needs_import="only a full import shows it"),
)}

#: The field ids that are documented (D), the identifier among them.
DOCUMENTED_FIELDS = (
    "externalId", "eMail", "userName", "status", "accessCode", "recoveryCode", "recoveryCodeExpiration", "profile-field:firstName",
    "profile-field:lastName", "profile-field:position", "profile-field:department", "profile-field:location", "profile-field:publicEmailAddress",
    "profile-field:phoneNumber",
)

#: What the field of the language may be called (I), the likeliest first.
LOCALE_FIELDS = ("locale", "language", "profile-field:locale", "profile-field:language", "preferredLanguage")
