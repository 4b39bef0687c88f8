# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service's own words, made safe for a log.

A message of the service may quote a cell of the file (a name, a mail address, an identifier), and nobody documents which ones
do. So a word is shown only when it is known to be harmless: plain words of error messages, and the names the API itself uses.
Every other word becomes `...`. The whole text stays where only its owner reads it: in the error file (`errors_dest`).
"""

from __future__ import annotations

import re

#: Stands in the place of whatever is not known to be harmless.
HIDDEN = "..."

#: The longest message that is handed on, in characters.
LONGEST = 300

#: Names of the API: fields, columns of the error file, states, parameters and codes (D, O).
API_NAMES = frozenset("""
    externalid email username status accesscode recoverycode recoverycodeexpiration profile-field profile field firstname lastname
    position department location publicemailaddress phonenumber locale language
    mapping_values mapping body delta removeall encoding separator sendmailsnew sendmailspending generaterecoverycodes type
    draft preview_pending creating_preview preview_ready import_pending importing completed cancelled
    utf8 utf-8 windows-1252 csv json http https html url
    bad_request unauthorized forbidden not_found conflict internal_server_error service_unavailable too_many_requests
    validation_error invalid_parameter invalid_request method_not_allowed resource_not_found
""".split())

#: Plain words of error messages, English and German. None of them is a likely name of a person or a place.
PLAIN_WORDS = frozenset("""
    a about above accepted access account action activated active address administrator after again all allowed already also an and
    another any api are argument as at attribute authorization authorized available bad be because been before below between blank both
    but by can cannot cell change changed character characters check code column columns conflict connection contain containing contains
    content could count created credentials custom data date deactivated deactivation deleted denied did different does domain done
    duplicate duplicated duplicates e each either else empty end entry error errors exceeded exceeds exist existing exists expected
    expired expects expiration fail failed failure few field fields file files first for forbidden form format found from full gateway
    group has have header host id identical identifier identifiers if ignored illegal import imported in incomplete incorrect inside
    internal into invalid is it its key known last least length less level limit line lines long longer login mail malformed mandatory
    many matches matching maximum may method minimum mismatch missing more most must name names needed needs new next no non not nothing
    null number numeric of off on once one only or order other out outside own parameter part password pattern pending permission
    permissions permitted person phone please possible preview primary problem processed profile properties property provided public
    rate reached read reason record refused registered rejected request requested requests required requires reserved resource right rights row
    rows same second seconds selected server service set several short should size skipped some space spaces state string such system
    taken temporarily than that the there these this time timeout to token too try twice type unable unauthorized unavailable unexpected
    unique unknown unsupported until updated upload uploaded use used user username users valid validation value values was when where which
    white whitespace whole will with within without wrong you your zero
    benutzer benutzername bereits datei der die das darf doppelt e-mail ein eine enthalten fehler fehlt feld format ist kein keine leer
    mehrfach muss nicht oder pflichtfeld spalte ung\u00fcltig ung\u00fcltige ung\u00fcltiger unbekannt und vergeben vorhanden wert zeile zu
""".split())

#: Plain words that are surnames too when they have a capital.
SURNAMES = frozenset({"long", "may", "short", "white", "will"})

_TOKEN = re.compile(r"\s+|[^\s]+")
_EDGES = "\"'`\u201a\u201e\u201c\u201d\u2018\u2019\u00ab\u00bb()[]<>.,;:!?"


def readable(text: str | None) -> str:
    """Return `text` with every word hidden that is not known to be harmless, on one line, LONGEST characters at most."""
    shown: list[str] = []
    # Without an opening brace nothing can be taken for a template, wherever the text is used later.
    for token in _TOKEN.findall((text or "")[: 4 * LONGEST].replace("{", "(").replace("}", ")")):
        piece = " " if token.isspace() else _shown(token)
        follows_hidden = piece == HIDDEN and shown[-2:] == [HIDDEN, " "]
        if not follows_hidden and not (piece == " " and shown[-1:] == [" "]):
            shown.append(piece)
    return "".join(shown).strip()[:LONGEST]


def readable_code(value: object) -> str | None:
    """Return an error code of the service when it is a known one or a number, else None. Several numbers may be a phone number or an id."""
    text = str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
    parts = [part for part in re.split(r"[\s_.:/-]+", text.lower()) if part]
    unknown = [part for part in parts if not _harmless(part)]
    if not parts or not text.isprintable() or len(unknown) > 1 or not all(re.fullmatch(r"[0-9]{1,3}", part) for part in unknown):
        return None
    return text[:64]


def _shown(token: str) -> str:
    core = token.strip(_EDGES)
    if not core:
        return token if all(character in _EDGES for character in token) else HIDDEN
    if not all(_harmless(part) for part in core.split("/") if part):
        return HIDDEN
    head, found, tail = token.partition(core)
    return _ascii(head) + found + _ascii(tail)


def _harmless(word: str) -> bool:
    lowered = word.lower()
    if lowered in SURNAMES and word != lowered:
        return False
    if lowered in PLAIN_WORDS or lowered in API_NAMES:
        return True
    # profile-field:<documented field>; an id of a custom field is no cell, but is not known here either.
    prefix, colon, field = lowered.partition(":")
    return bool(colon) and prefix == "profile-field" and field in API_NAMES


def _ascii(edge: str) -> str:
    return "".join(character if character.isascii() else "'" for character in edge)
