# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an import does to people. Some of it shows in a preview; the rest cannot be checked without an import, and says why."""

from __future__ import annotations

from .assumption import Assumption

EFFECTS = (
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
