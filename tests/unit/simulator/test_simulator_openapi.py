# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The OpenAPI description is valid, and names the same open questions as the switches."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import requests
from openapi_spec_validator import validate
from simulator_client import Start
from simulator_document import check, document, facts, open_questions

from simulator.routes import VERBS
from simulator.states import STATES
from simulator.switches import choices


def test_the_description_is_valid() -> None:
    validate(document())


def test_every_open_question_has_a_switch_and_the_other_way_round() -> None:
    assert open_questions() == set(choices())


def test_only_the_four_tags_are_used() -> None:
    assert facts() == {"D", "O", "C", "I"}


def test_paths_and_verbs_are_those_of_the_simulator() -> None:
    described = {
        path.replace("importId", "id"): {verb.upper() for verb in item if verb != "parameters"}
        for path, item in document()["paths"].items()
    }
    served = {path: set(verbs) for path, verbs in VERBS.items()}
    served["/users/imports/{id}"].add("PUT")  # described because it answers 405 (O)
    assert described == served


def test_the_states_are_the_same() -> None:
    assert tuple(document()["components"]["schemas"]["State"]["enum"]) == STATES


def test_every_operation_and_answer_of_an_operation_carries_a_tag() -> None:
    for path, item in document()["paths"].items():
        for verb, operation in item.items():
            if verb != "parameters":
                assert operation["x-fact"], f"{verb} {path}"
                untagged = [
                    code for code, answer in operation["responses"].items() if not {"x-fact", "$ref"} & set(answer)
                ]
                assert not untagged, f"{verb} {path}"
    for name, answer in document()["components"]["responses"].items():
        assert answer["x-fact"], name


@pytest.mark.parametrize(
    "change",
    [
        lambda answer: answer.headers.update({"Content-Type": "text/csv"}),
        lambda answer: setattr(answer, "status_code", 202),
        lambda answer: setattr(answer, "_content", b'{"entries": [{}]}'),
        lambda answer: setattr(answer, "_content", b'{"entries": [], "nextCursor": 7}'),
    ],
)
def test_the_comparison_notices(start: Start, change: Callable[[requests.Response], None]) -> None:
    answer = start(checked=False).get()
    check(answer)
    change(answer)
    with pytest.raises(AssertionError):
        check(answer)
