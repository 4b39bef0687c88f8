# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""No word that is not known to be harmless gets into a log."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from ansible_collections.community.staffbase.plugins.module_utils._http import wording
from ansible_collections.community.staffbase.plugins.module_utils._http.wording import (
    API_NAMES,
    HIDDEN,
    LONGEST,
    PLAIN_WORDS,
    readable,
    readable_code,
)

KNOWN = PLAIN_WORDS | API_NAMES

PERSONAL = [
    "Annabell", "annabell", "Müller", "MÜLLER", "O'Brien", "Łukasz", "Nguyễn", "李小龍", "anna.mueller@example.com", "E-4711", "4711", "000123",
    "DE89370400440532013000", "+49-30-1234567", "1990-05-17", "Köln", "St.Gallen", "annabell_mueller", "s3cr3t!", "aWQ6c2VjcmV0",
]


@pytest.mark.parametrize("personal", PERSONAL)
@pytest.mark.parametrize("sentence", [
    "{}", "The value {} is invalid", "the value '{}' is invalid", 'the value "{}" is invalid', "Wert „{}\u201c ist ungültig", "«{}» is unknown",
    "externalId={} is not unique", "externalId:{} is a duplicate", "email/{}/is invalid", "mapping_values[{}] is invalid", "row({}): missing",
    "row {}, {}; and {}", "invalid:{}", "invalid.{}", "invalid-{}", "{}invalid", "<{}>", "profile-field:{} is unknown",
])
def test_cells_are_hidden_wherever_they_stand(personal: str, sentence: str) -> None:
    shown = readable(sentence.format(*[personal] * 3))
    assert personal.lower() not in shown.lower()
    assert HIDDEN in shown
    for part in re.findall(r"\w{3,}", personal.lower()):
        if part not in KNOWN:
            assert part not in shown.lower()


@pytest.mark.parametrize("message", [
    "invalid UTF8 format", "invalid separator selected", "Missing form file", "Resource could not be found", "Parameter 'mapping_values' is invalid",
    "Parameter 'body' is invalid", "The field profile-field:firstName is unknown", "externalId is mandatory", "Duplicate externalId.",
    "A running import cannot be changed", "encoding is not supported", "The transition is not allowed", "unterminated quoted cell",
    "auth_failed", "invalid_transition", "rate_limited: retry later", "must contain only lowercase letters, digits and hyphens",
    "trailing whitespace, leading comma", "The header is missing or the separator is no semicolon",
    "The import is queued; another one is still running", "RATE_LIMIT_EXCEEDED", "Zeichen nicht erlaubt",
    "Trennzeichen oder Kodierung nicht unterst\u00fctzt",
    "The e-mail address is already in use by another user", "Pflichtfeld fehlt", "Too many requests", "Unauthorized", "encoding/separator: invalid",
])
def test_documented_and_usual_messages_stay_as_they_are(message: str) -> None:
    assert readable(message) == message


def test_the_sentence_around_a_hidden_word_stays() -> None:
    assert readable("The e-mail address 'anna@example.com' of Anna Müller is already in use") == "The e-mail address ... of ... is already in use"


@pytest.mark.parametrize(("message", "shown"), [
    ("expected 5 cells, found 4", "expected ... cells, found ..."), ("row 7: the value 42 is invalid", "row ... the value ... is invalid"),
])
def test_a_number_is_hidden_however_small(message: str, shown: str) -> None:
    """It may be somebody's age or department."""
    assert readable(message) == shown


def test_one_line_and_not_too_long() -> None:
    assert readable("invalid\r\n\tvalue\u2028 in\x0bline") == "invalid value in line"
    assert len(readable("invalid value " * 500)) <= LONGEST
    assert readable("") == ""
    assert readable(None) == ""


def test_no_word_begins_a_template() -> None:
    assert readable("{{ invalid }} value in {% field %} or {# row #}, {{invalid}}").count("invalid") == 2
    assert not set(readable("{{ invalid }} value in {% field %} or {# row #}, {{invalid}}")) & set("{}")


def test_no_escape_sequence_reaches_a_terminal() -> None:
    assert "\x1b" not in readable("\x1b[31minvalid\x1b[0m value \x07")


def outside_the_vocabulary(shown: str) -> list[str]:
    """Return the words of a shown text that are not known to be harmless, read in another way than the code reads them."""
    words = re.findall(r"[^\W_][\w-]*(?::\w+)?", shown.replace("/", " "))
    return [word for word in words if word.lower().rstrip("_-") not in KNOWN and word.lower() not in {f"profile-field:{name}" for name in KNOWN}]


WORDS = st.text(min_size=1, max_size=12) | st.sampled_from([*sorted(KNOWN), *PERSONAL])
GLUE = st.sampled_from([" ", "", "'", '"', ", ", "/", ":", "=", "\n", "\t", "(", ")", "„", "\u201c", "-", ".", "_", "\u00a0"])


@given(st.lists(st.tuples(WORDS, GLUE), max_size=30).map(lambda parts: "".join(word + glue for word, glue in parts)))
@example("profile-field:4711 invalid")
@example("a" * 1199 + " annabell")
def test_no_word_outside_the_vocabulary_survives(text: str) -> None:
    shown = readable(text)
    assert outside_the_vocabulary(shown) == []
    assert len(shown) <= LONGEST
    assert "\n" not in shown


@given(st.text(alphabet=st.characters(categories=["L", "N"]), min_size=4, max_size=20))
def test_a_cell_in_a_service_message_never_survives(cell: str) -> None:
    # German umlauts change length in upper case; what is compared is the cell as it would be shown.
    assume(cell.lower() not in KNOWN)
    sentence = f"The value '{cell}' is invalid"
    assert readable(sentence) == "The value ... is invalid"


def test_the_property_bites_without_the_guard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wording, "_harmless", lambda word: True)
    assert outside_the_vocabulary(readable("The value Annabell is invalid")) == ["Annabell"]


@pytest.mark.parametrize("code", [
    "BAD_REQUEST", "unauthorized", "mapping_values", "not-found", "404", "invalid.parameter", "ERROR_400",
    "AUTH_FAILED", "invalid_transition", "INVALID_STATE_TRANSITION", "rate-limited", "IMPORT_ALREADY_RUNNING",
])
def test_known_codes_are_shown(code: str) -> None:
    assert readable_code(code) == code


@pytest.mark.parametrize("code", [
    "anna.mueller@example.com", "Müller", "4711", "030-123-456", "rate_limited_mueller", "12 34 56", "DE-893-704",
    "invalid\x85request", "not\x1cfound", "invalid\nrequest",
    "", " ", "_", None, True, 4711, 3.5, ["invalid"], {"code": "invalid"},
])
def test_what_may_be_a_cell_is_no_code(code: object) -> None:
    assert readable_code(code) is None


def test_a_number_is_a_code() -> None:
    assert readable_code(404) == "404"


@given(st.text())
def test_a_code_is_made_of_known_words_and_one_short_number_at_most(text: str) -> None:
    code = readable_code(text)
    if code is not None:
        assert [word for word in re.findall(r"[^\W\d_]+", code.lower()) if not any(word in known for known in KNOWN)] == []
        assert sum(character.isdigit() for character in re.sub("utf-?8|1252", "", code.lower())) <= 3


@pytest.mark.parametrize("name", ["White", "Long", "Short", "May", "Will", "Keys", "True", "Still", "LONG"])
def test_a_plain_word_that_is_a_surname_is_shown_in_lower_case_only(name: str) -> None:
    assert readable(f"the value {name} is invalid") == "the value ... is invalid"
    assert readable(f"the value {name.lower()} is invalid") == f"the value {name.lower()} is invalid"
