# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An answer in words: what a refusal says, and what it never holds."""

from __future__ import annotations

import json
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.community.staffbase.plugins.module_utils._errors import InputError, StaffbaseError
from ansible_collections.community.staffbase.plugins.module_utils._http import retry
from ansible_collections.community.staffbase.plugins.module_utils._http.answer import Answer, refusal
from ansible_collections.community.staffbase.plugins.module_utils._http.errors import NOT_FOUND, CallError, Where

WHERE = Where("config", "PATCH", "https://intranet.example.com/api/users/imports/69/config", "69")


def refused(status: int, body: t.Any = b"", **headers: str) -> CallError:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return refusal(Answer(status, headers, data), WHERE)


def test_a_refusal_of_the_documented_kind() -> None:
    error = refused(400, {"traceId": "abc", "type": "BAD_REQUEST", "statusCode": 400, "message": "Parameter 'mapping_values' is invalid"})
    assert str(error) == (
        "HTTP 400 from the service (Parameter 'mapping_values' is invalid) [stage config, import 69]; check the options of this task")
    assert error.failure() == {
        "stage": "config", "method": "PATCH", "url": WHERE.url, "status": 400, "code": "BAD_REQUEST",
        "message": "Parameter 'mapping_values' is invalid", "import_id": "69", "attempts": 1,
    }


@pytest.mark.parametrize("body", [
    b"", b"<html>proxy</html>", b"{", b"null", b"[]", b'"text"', b"\xff\xfe", {"message": 5}, {"message": None}, b"[" * 100_000,
])
def test_a_refusal_of_any_other_kind_is_told_by_its_status(body: t.Any) -> None:
    error = refused(403, body)
    assert str(error).startswith("HTTP 403 from the service [stage config, import 69]; the token lacks the right")
    assert error.failure()["code"] is None
    assert error.failure()["message"] == "HTTP 403 from the service"


def test_a_404_says_that_the_right_may_be_missing() -> None:
    assert "or the token lacks the right" in NOT_FOUND
    assert str(refused(404)).endswith(NOT_FOUND)


@pytest.mark.parametrize("status", range(400, 600))
def test_what_passes_and_when_the_service_may_have_acted(status: int) -> None:
    error = refused(status)
    assert error.passing is (status in retry.PASSING_STATUSES)
    assert error.unsure is (status >= 500 or status == 408)


def test_retry_after_and_date_of_the_same_answer() -> None:
    error = refused(429, **{"retry-after": "Sat, 31 Jan 2026 02:00:20 GMT", "date": "Sat, 31 Jan 2026 02:00:00 GMT"})
    assert error.retry_after == 20
    assert refused(429).retry_after is None


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308, 304])
def test_a_redirect_names_its_target_without_what_may_be_secret(status: int) -> None:
    error = refused(status, location="https://user:geheim@login.example.com/sso?ticket=geheim")
    assert "redirects to https://login.example.com/sso; redirects are refused" in str(error)
    assert "geheim" not in str(error) + str(error.failure())
    assert not error.passing


@given(st.text(min_size=3), st.text(min_size=3), st.sampled_from([400, 401, 404, 409, 500]))
def test_no_personal_word_of_the_body_gets_through(cell: str, key: str, status: int) -> None:
    hidden = f"zq{cell}qz"
    error = refused(status, {key: hidden, "message": f"The value {hidden} is invalid", "code": hidden, "details": [{"value": hidden}]})
    assert hidden not in str(error) + str(error.failure())


def test_json_of_an_answer() -> None:
    assert Answer(200, {}, b'{"a": [1]}').json(WHERE) == {"a": [1]}
    assert Answer(204, {}).json(WHERE) == {}


@pytest.mark.parametrize("body", [b"", b"{", b"<html>", b"\xff", b"[" * 100_000])
def test_what_is_no_json_is_a_passing_fault(body: bytes) -> None:
    with pytest.raises(CallError, match="not the JSON") as caught:
        Answer(200, {}, body).json(WHERE)
    assert (caught.value.passing, caught.value.unsure, caught.value.__cause__) == (True, True, None)


def test_the_number_of_attempts_is_told_when_there_were_several() -> None:
    error = refused(503, {"code": "SERVICE_UNAVAILABLE"}, **{"retry-after": "3"}).after(4)
    assert str(error) == "HTTP 503 from the service after 4 attempts [stage config, import 69]; run again: it resumes where it stopped"
    assert (error.failure()["attempts"], error.failure()["code"]) == (4, "SERVICE_UNAVAILABLE")
    assert (error.passing, error.unsure, error.retry_after) == (True, True, 3.0)


def test_all_errors_have_the_same_shape() -> None:
    keys = ["stage", "method", "url", "status", "code", "message", "import_id", "attempts"]
    assert list(refused(400).failure()) == keys
    assert list(StaffbaseError("text", "upload", "69").failure()) == keys
    assert list(InputError("src", "it is empty").failure()) == keys
    assert InputError("src", "it is empty").failure()["message"] == "src: it is empty"
