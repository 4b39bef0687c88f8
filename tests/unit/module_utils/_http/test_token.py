# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The token: what is accepted, and that no text about it repeats it."""

from __future__ import annotations

import types

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.community.staffbase.plugins.module_utils._http.token import TokenAuth, plain_token

TOKEN = "aWQ6c2VjcmV0"


@pytest.mark.parametrize("pasted", [TOKEN, f"Basic {TOKEN}", f"basic {TOKEN}", f"BASIC   {TOKEN}", f"  {TOKEN}\n", f" Basic {TOKEN} \r\n"])
def test_the_token_is_taken_as_studio_shows_it(pasted: str) -> None:
    assert plain_token(pasted) == TOKEN


def test_a_token_that_begins_like_the_scheme_is_left_alone() -> None:
    assert plain_token("BasicallyA==") == "BasicallyA=="


@pytest.mark.parametrize("pasted", ["", "  ", "Basic ", "Basic \n"])
def test_an_empty_one_is_refused(pasted: str) -> None:
    with pytest.raises(ValueError, match="empty"):
        plain_token(pasted)


@pytest.mark.parametrize("pasted", ["geheim\nX-Evil: 1", "geheim geheim", "Bearer geheim", "geheim\0", "geheimü", "geheim\x7f", "geheim\u2028x"])
def test_what_no_token_has_is_refused_and_not_repeated(pasted: str) -> None:
    with pytest.raises(ValueError, match="white space") as caught:
        plain_token(pasted)
    assert "geheim" not in str(caught.value)


@given(st.text())
def test_any_text_is_a_header_or_a_valueerror(pasted: str) -> None:
    try:
        token = plain_token(pasted)
    except ValueError:
        return
    request = TokenAuth(token)(types.SimpleNamespace(headers={"Authorization": "Basic of-somebody-else"}))
    assert request.headers == {"Authorization": f"Basic {token}"}
    assert request.headers["Authorization"].isascii()
    assert token.isprintable()
