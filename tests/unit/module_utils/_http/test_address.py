# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The base URL from what an admin writes, and URLs that are safe in a message."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.community.staffbase.plugins.module_utils._http.address import NOT_SHOWN, base_url, is_loopback, showable, without_query

WANTED = "https://intranet.example.com/api"


@pytest.mark.parametrize("api_url", [
    "https://intranet.example.com",
    "https://intranet.example.com/",
    "https://intranet.example.com/api",
    "https://intranet.example.com/api/",
    "https://intranet.example.com/api//",
    "  https://intranet.example.com/api \n",
    "HTTPS://Intranet.Example.com",
])
def test_with_or_without_api_and_slash_it_is_the_same_place(api_url: str) -> None:
    assert base_url(api_url) == WANTED


@pytest.mark.parametrize(("api_url", "wanted"), [
    ("https://people.example.org", "https://people.example.org/api"),
    ("https://intranet.example.com:8443", "https://intranet.example.com:8443/api"),
    ("https://gateway.example.com/staffbase", "https://gateway.example.com/staffbase/api"),
    ("https://gateway.example.com/staffbase/api/", "https://gateway.example.com/staffbase/api"),
    ("https://[2001:db8::1]:8443/", "https://[2001:db8::1]:8443/api"),
    ("http://localhost:8080", "http://localhost:8080/api"),
    ("http://127.0.0.1:8080/api", "http://127.0.0.1:8080/api"),
    ("http://127.8.8.8", "http://127.8.8.8/api"),
    ("http://[::1]:8080", "http://[::1]:8080/api"),
])
def test_custom_domains_ports_and_paths_are_kept(api_url: str, wanted: str) -> None:
    assert base_url(api_url) == wanted


@pytest.mark.parametrize("api_url", [
    "http://intranet.example.com",
    "http://localhost.example.com",
    "http://127.0.0.1.example.com",
    "http://10.0.0.1",
    "http://[2001:db8::1]/api",
])
def test_http_to_another_machine_is_refused(api_url: str) -> None:
    with pytest.raises(ValueError, match="use https"):
        base_url(api_url)


@pytest.mark.parametrize("api_url", [
    "", "   ", "intranet.example.com", "intranet.example.com/api", "//intranet.example.com", "https://", "https:///api", "ftp://intranet.example.com",
    "file:///etc/passwd", "https://intranet.example.com:port", "https://intranet.example.com:99999", "https://[::1", "https://intranet example.com",
    "https://intranet.example.com/a b", "https://intranet.example.com/\napi", "https://intranet.example.com/?x=1", "https://intranet.example.com/#x",
])
def test_what_is_no_address_is_refused(api_url: str) -> None:
    with pytest.raises(ValueError, match=r"^it "):
        base_url(api_url)


def test_a_password_in_the_url_is_refused_and_not_repeated() -> None:
    with pytest.raises(ValueError, match="user name or a password") as caught:
        base_url("https://admin:hunter2@intranet.example.com")
    assert "hunter2" not in str(caught.value)


@given(st.text() | st.from_regex(r"https?://[^\s]*", fullmatch=True))
@example("https://[v1.x]/")
@example("https://\u2100.example.com")
def test_any_text_is_an_address_or_a_valueerror(api_url: str) -> None:
    try:
        url = base_url(api_url)
    except ValueError:
        return
    assert url.startswith(("https://", "http://"))
    assert url.endswith("/api")
    assert base_url(url) == url


@pytest.mark.parametrize(("api_url", "shown"), [
    ("https://intranet.example.com/", "https://intranet.example.com/"),
    (" https://gateway.example.com:8443/staff%20base/api\n", "https://gateway.example.com:8443/staff%20base/api"),
    ("http://intranet.example.com", "http://intranet.example.com"),
    ("intranet.example.com/api", "intranet.example.com/api"),
    ("", ""),
    ("https://admin:hunter2@intranet.example.com/api", "https://intranet.example.com/api"),
    ("https://admin@[2001:db8::1]:8443/", "https://[2001:db8::1]:8443/"),
    ("https://intranet.example.com/api?token=hunter2", "https://intranet.example.com/api"),
    ("https://intranet.example.com/#hunter2", "https://intranet.example.com/"),
    ("https://admin:hunter2@intranet.example.com/?token=hunter2", "https://intranet.example.com/"),
    ("admin:hunter2@intranet.example.com", "intranet.example.com"),
    ("https:/admin:hunter2@intranet.example.com", "intranet.example.com"),
    ("https://admin:12/hunter2@intranet.example.com", "https://intranet.example.com"),
    ("https://admin:hunter2", NOT_SHOWN),
    ("https://admin:hunter2%40intranet.example.com", NOT_SHOWN),
    ("https://admin:12#hunter2@intranet.example.com", NOT_SHOWN),
    ("https://intranet.example.com/?mail=admin@hunter2", NOT_SHOWN),
    ("admin:hunter2@x://intranet.example.com", NOT_SHOWN),
    ("{'password': 'hunter2'}", NOT_SHOWN),
])
def test_what_may_be_shown_of_an_address(api_url: str, shown: str) -> None:
    assert showable(api_url) == shown
    assert "hunter2" not in shown


@given(st.text("ab1/?#@:%\\[] .", max_size=6), st.text("ab1/?#@:%\\[] .", max_size=6), st.sampled_from(["https://", "http://", "https:/", "//", ""]))
@example("1/", "", "https://")
@example("", "?", "https://")
@example("1#", "", "https://")
def test_no_password_is_shown_whatever_stands_in_it(before: str, behind: str, scheme: str) -> None:
    assert "hunter2" not in showable(f"{scheme}admin:{before}hunter2{behind}@intranet.example.com/api")


@given(st.text())
def test_what_may_be_shown_is_shown_as_it_is(api_url: str) -> None:
    shown = showable(api_url)
    assert shown == NOT_SHOWN or showable(shown) == shown


@pytest.mark.parametrize(("host", "loopback"), [
    ("localhost", True), ("127.0.0.1", True), ("127.255.255.254", True), ("::1", True),
    ("0.0.0.0", False), ("10.1.2.3", False), ("127.0.0.1.nip.example", False), ("localhost.example.com", False), ("", False),
])
def test_loopback(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback


@pytest.mark.parametrize(("url", "wanted"), [
    ("https://login.example.com/sso?ticket=geheim#frag", "https://login.example.com/sso"),
    ("https://user:geheim@login.example.com/sso", "https://login.example.com/sso"),
    ("/login?ticket=geheim", "/login"),
    ("https://[", "an address that cannot be read"),
    ("", ""),
])
def test_a_url_in_a_message_carries_no_secret(url: str, wanted: str) -> None:
    assert without_query(url) == wanted


@given(st.text())
def test_a_url_in_a_message_is_short_and_printable(url: str) -> None:
    shown = without_query("https://example.com/" + url)
    assert len(shown) <= 300
    assert shown.isascii()
    assert shown.isprintable()
