# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Any answer of the service to any call: what comes out of a step is a result that can be printed, or a StaffbaseError."""

from __future__ import annotations

import itertools
import json
import typing as t

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.community.staffbase.plugins.module_utils._errors import StaffbaseError
from ansible_collections.community.staffbase.plugins.module_utils._files.source import open_source
from ansible_collections.community.staffbase.plugins.module_utils._http import strict_json
from ansible_collections.community.staffbase.plugins.module_utils._http.client import Client
from ansible_collections.community.staffbase.plugins.module_utils._http.connection import Connection
from ansible_collections.community.staffbase.plugins.module_utils._http.waiting import Waiter
from ansible_collections.community.staffbase.plugins.module_utils._imports.imports import Imports
from ansible_collections.community.staffbase.plugins.module_utils._imports.states import State
from ansible_collections.community.staffbase.plugins.module_utils._steps import cancel as cancel_step
from ansible_collections.community.staffbase.plugins.module_utils._steps.advance import Advance, ImportRules
from ansible_collections.community.staffbase.plugins.module_utils._steps.config import Configure
from ansible_collections.community.staffbase.plugins.module_utils._steps.config_body import Configuration
from ansible_collections.community.staffbase.plugins.module_utils._steps.look_up import GATHER, Filter, look_up
from ansible_collections.community.staffbase.plugins.module_utils._steps.stored_name import stored_name
from ansible_collections.community.staffbase.plugins.module_utils._steps.upload import Upload
from support.dialogue import TOKEN

CONTENT = "id;name\n1;Anna\n"
MOST_CALLS = 400

with open_source(None, CONTENT) as opened:
    NAME = stored_name("people", opened.sha256)

KEYS = [
    "id", "entries", "nextCursor", "state", "fileName", "createdAt", "fileSize", "recordCount", "preview", "import", "count", "type", "delta",
    "removeAll", "encoding", "separator", "mapping", "externalId", "created", "updated", "deactivated", "reactivated", "deleted", "message", "code",
]
STATES = [state.value for state in State]
WORDS = ["69", "70", NAME, "people.csv", "2026-01-31T02:00:00.000Z", "id", "UTF-8", ";", "USER", "\x1b[31m", "{{ 1 }}", "../x", *STATES]
NUMBER = st.integers(-3, 10**39) | st.floats(allow_nan=False, allow_infinity=False)
SCALAR = st.none() | st.booleans() | NUMBER | st.sampled_from(WORDS) | st.text(max_size=6)
KEY = st.sampled_from(KEYS) | st.text(max_size=4)
VALUE = st.recursive(SCALAR, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEY, inner, max_size=5), max_leaves=10)

STATE = st.sampled_from([*STATES, "NEW", "draft"]) | VALUE
RECORD = st.fixed_dictionaries({"state": STATE}, optional={
    "id": st.just("69") | VALUE, "fileName": st.just(NAME) | VALUE, "createdAt": VALUE, "recordCount": VALUE, "fileSize": VALUE})
ENTRY = st.fixed_dictionaries({"id": st.sampled_from(["69", "70"]) | VALUE, "fileName": st.just(NAME) | VALUE, "state": STATE})
LIST = st.fixed_dictionaries({"entries": st.lists(ENTRY, max_size=3)}, optional={"nextCursor": VALUE})
CONFIG = st.fixed_dictionaries({}, optional=dict.fromkeys(
    ("delta", "removeAll", "encoding", "separator", "type", "generateRecoveryCodes", "sendMailsNew", "mapping"), VALUE))
COUNTS = st.fixed_dictionaries({}, optional=dict.fromkeys(("created", "updated", "deactivated", "reactivated", "deleted"), VALUE))
CSV = st.text(alphabet='line;message,"\r\n3\x1b x\u00fc', max_size=60)
JSON = st.builds(lambda value: json.dumps(value).encode(), st.one_of(RECORD, LIST, CONFIG, COUNTS, VALUE))
STATUS = st.sampled_from([200] * 12 + [201, 204, 204, 204, 302, 400, 404, 405, 409, 429, 500])
HEADERS = st.fixed_dictionaries({}, optional={
    "Location": st.just("/users/imports/69") | st.text(st.characters(max_codepoint=255), max_size=20),
    "Retry-After": st.text(st.characters(max_codepoint=255), max_size=8),
    "Content-Type": st.sampled_from(["application/json", "text/html", "x"]),
    "Content-Length": st.sampled_from(["0", "5", "\xb2", "-1"]),
    "Content-Encoding": st.sampled_from(["identity", "gzip", "br"]),
})


class Said:
    """One answer, as `requests` hands it on."""

    request = requests.Request("GET", "https://intranet.example.com").prepare()

    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.status_code = status
        self.headers = requests.structures.CaseInsensitiveDict(headers)
        self._pieces = iter([body])
        self.raw = self

    def stream(self, size: int, *, decode_content: bool) -> t.Iterator[bytes]:
        return self._pieces

    def close(self) -> None:
        """There is nothing to close."""


def answers(*bodies: st.SearchStrategy[bytes]) -> st.SearchStrategy[tuple[int, dict[str, str], bytes]]:
    anything = st.one_of(*bodies, JSON, st.binary(max_size=20))
    return st.tuples(STATUS, st.one_of(st.just({}), st.just({}), HEADERS), anything)


def json_of(values: st.SearchStrategy[t.Any]) -> st.SearchStrategy[bytes]:
    return st.builds(lambda value: json.dumps(value).encode(), values)


#: What is answered, by what a path and a verb ask for; each list is gone through round and round.
TENANT = st.fixed_dictionaries({
    "list": st.lists(answers(json_of(LIST)), min_size=1, max_size=3),
    "record": st.lists(answers(json_of(RECORD)), min_size=1, max_size=5),
    "config": st.lists(answers(json_of(CONFIG)), min_size=1, max_size=3),
    "status": st.lists(answers(json_of(COUNTS)), min_size=1, max_size=2),
    "errors": st.lists(answers(CSV.map(str.encode)), min_size=1, max_size=2),
    "write": st.lists(answers(), min_size=1, max_size=4),
})


class Tenant:
    """A session that sends nothing and answers from a tenant that was made up."""

    def __init__(self, tenant: dict[str, list[tuple[int, dict[str, str], bytes]]]) -> None:
        self._answers = {name: itertools.cycle(found) for name, found in tenant.items()}
        self._calls = 0

    def request(self, method: str, url: str, **options: t.Any) -> Said:
        self._calls += 1
        assert self._calls <= MOST_CALLS, "more calls than any step needs"
        last = url.rpartition("/")[2]
        name = "write" if method != "GET" else last if last in self._answers else "list" if last == "imports" else "record"
        return Said(*next(self._answers[name]))

    def close(self) -> None:
        """There is nothing to close."""


class Clock:
    """Time goes on when somebody waits or looks at it."""

    now = 0.0

    def __call__(self) -> float:
        self.now += 0.01
        return self.now

    def pause(self, seconds: float) -> None:
        self.now += seconds


def waiter() -> Waiter:
    clock = Clock()
    return Waiter(5.0, 1.0, clock=clock, pause=clock.pause)


def upload(imports: Imports) -> t.Any:
    with open_source(None, CONTENT) as source:
        return Upload(imports, source, "people.csv", pause=lambda seconds: None).run().to_result()


def configure(imports: Imports) -> t.Any:
    done = Configure(imports, "69", Configuration({"externalId,userName": "id", "eMail": "mail", "locale": "lang"})).run()
    return [done.before, done.after]


def advance(goal: State, rules: ImportRules) -> t.Callable[[Imports], t.Any]:
    return lambda imports: Advance(imports, "69", rules, waiter()).run(goal).to_result()


def cancel(imports: Imports) -> t.Any:
    return cancel_step.CancelOrDelete(imports, "69", waiter(), wait=True).cancel().to_result()


def remove(imports: Imports) -> t.Any:
    return cancel_step.CancelOrDelete(imports, "69", waiter(), wait=True).remove().to_result()


STEPS: dict[str, t.Callable[[Imports], t.Any]] = {
    "upload": upload,
    "config": configure,
    "imported": advance(State.COMPLETED, ImportRules(max_row_errors=1, last_known_state="DRAFT")),
    "imported with limits": advance(State.COMPLETED, ImportRules({"deleted": 3, "created": 5})),
    "previewed": advance(State.PREVIEW_READY, ImportRules()),
    "cancelled": cancel,
    "absent": remove,
    "info": lambda imports: look_up(imports, None, Filter(), GATHER),
    "info of one": lambda imports: look_up(imports, "69", Filter(), GATHER),
}


def play(step: str, tenant: dict[str, t.Any]) -> None:
    """Run the step; whatever is told must be fit to print."""
    client = Client(Connection("https://intranet.example.com", TOKEN, retries=1), pause=lambda seconds: None, session=Tenant(tenant))
    msg = ""
    try:
        told = [STEPS[step](Imports(client))]
    except StaffbaseError as error:
        told = [error.failure(), error.details]
        msg = str(error)
    assert msg.isprintable()
    json.dumps(told, allow_nan=False, ensure_ascii=False).encode()


@pytest.fixture(autouse=True)
def _no_real_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cancel_step, "LONGEST_CANCELLATION", 0.0)


@pytest.mark.parametrize("step", STEPS)
def test_any_answer_is_a_result_or_an_error_of_ours(step: str) -> None:
    # Nine steps, each with several answers to make up, so fewer of them: all take ten seconds together.
    @settings(max_examples=settings.default.max_examples // 4)
    @given(TENANT)
    def search(tenant: dict[str, t.Any]) -> None:
        play(step, tenant)

    search()


@pytest.mark.parametrize("harm", [b'{"id": "69", "state": "\\ud800"}', b'{"entries": [{"id": 1e999}], "state": "DRAFT", "mapping": {"a": NaN}}'])
def test_without_the_strictness_some_answer_would_come_through(monkeypatch: pytest.MonkeyPatch, harm: bytes) -> None:
    """The search above would notice: what Python's own reader lets through cannot be printed."""
    monkeypatch.setattr("ansible_collections.community.staffbase.plugins.module_utils._http.answer.read_json", json.loads)
    monkeypatch.setattr("ansible_collections.community.staffbase.plugins.module_utils._imports.records._STATE", strict_json.re.compile(".*"))
    said = [(200, {}, harm)]
    tenant = dict.fromkeys(("list", "record", "config", "status", "errors", "write"), said)
    with pytest.raises((ValueError, UnicodeError)):
        play("info of one", tenant)
