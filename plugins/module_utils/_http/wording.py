# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service's own words, made safe for a log.

A message of the service may quote a cell of the file (a name, a mail address, an identifier), and nobody documents which ones
do. So a word is shown only when it is known to be harmless: plain words of error messages, and the names the API itself uses.
Every other word becomes `...`, and so does every number: a small one may be somebody's age or department. The whole text stays
where only its owner reads it: in the error file (`errors_dest`).
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
    utf utf8 utf-8 windows-1252 csv json http https html url
    bad_request unauthorized forbidden not_found conflict internal_server_error service_unavailable too_many_requests
    validation_error invalid_parameter invalid_request method_not_allowed resource_not_found
    auth_failed authentication_failed authentication_required access_denied permission_denied invalid_token token_expired
    invalid_transition invalid_state invalid_mapping invalid_file invalid_separator invalid_encoding missing_parameter missing_field
    already_exists rate_limited rate_limit_exceeded request_timeout gateway_timeout bad_gateway payload_too_large unsupported_media_type
    unprocessable_entity
""".split())

#: Plain words of error messages, English and German. None of them is a likely name of a person or a place.
PLAIN_WORDS = frozenset("""
    a aborted about above accept accepted accepts access account action activated active address administrator after again all allow
    allowed allows alphanumeric already also an and another any api are argument array as ascii assigned associated at attempt attempts
    attribute auth authentication authorization authorized automatically available bad be because been before belong belongs below
    between blank blanks boolean both busy but by byte bytes can cannot cell cells change changed character characters check closed code
    colon colons column columns comma commas configuration configured conflict connection contain containing contains content correct
    correctly could count created credentials currently custom dashes data date deactivated deactivation decimal decode decoded decoding
    deleted delimiter delimiters denied did different digit digits disallowed does domain done dots drafts duplicate duplicated
    duplicates during e each either else empty encode encoded end entity entry equal equals error errors escape escaped exactly exceeded
    exceeds exist existing exists expected expects expiration expired expression fail failed failure false few field fields file files
    finished first for forbidden form format found from full gateway greater group had has have header headers higher host hyphen
    hyphens id identical identifier identifiers if ignored illegal import imported imports in incomplete incorrect inside integer
    internal interrupted into invalid invalidated is it its key keys known larger last later leading least length less letter letters
    level limit limited line lines list locked login long longer lower lowercase mail malformed mandatory many mapped mappings match
    matched matches matching maximum may method might minimum mismatch missed missing mixed more most must name names needed needs
    negative new newline newlines next no non not nothing null number numeric object of off on once one only optional or order other out
    outside own parameter parse parsed parsing part password path pattern payload pending permission permissions permitted person phone
    please positive possible prefix preview previously primary probably problem processed processing profile properly properties
    property provided public query queue queued quote quoted quotes range rate reached read reason recipient record refuse refused
    refuses regex registered regular reject rejected rejects removed request requested requests required requires reserved resolved
    resource retry right rights row rows running same schema second seconds selected semicolon semicolons separators server service set
    several shall short should since size skipped slash smaller some space spaces special started state still stopped string
    successfully such suffix supported supports symbol symbols syntax system tab tabs taken task tasks temporarily than that the there
    these they this time timeout to token too trailing transition transitions true try twice type unable unauthorized unavailable
    underscore underscores unexpected unicode unique unknown unless unprocessable unquoted unreadable unsupported unterminated until
    updated upload uploaded upper uppercase use used user username users valid validation value values was when where which while white
    whitespace who whole whose will with within without would wrong yet you your zero
    abgebrochen adresse anf\u00fchrungszeichen auf benutzer benutzername bereits buchstaben darf das datei dateien datens\u00e4tze der
    die doppelt e-mail ein eine enthalten erlaubt erwartet existiert f\u00fcr fehler fehlt feld format gefunden gesperrt ist kein keine
    kodierung konnte l\u00e4nge leer mehrfach mit muss nicht nur oder ohne pflicht pflichtfeld sind spalte spalten trennzeichen
    unbekannt und ung\u00fcltig ung\u00fcltige ung\u00fcltiger unterst\u00fctzt vergeben vorhanden werden wert werte wird wurde zeichen
    zeile zeilen zellen ziffern zu
""".split())

#: Plain words that are surnames too when they have a capital.
SURNAMES = frozenset({"keys", "long", "may", "short", "still", "true", "white", "will"})

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
