# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file that says what the run is asked for that is under way: it comes back as it was, and a run that wants the same is known by its digest."""

from __future__ import annotations

import json
import stat
import typing as t
from pathlib import Path

import pytest

from ansible_collections.community.staffbase.plugins.module_utils._errors import InputError
from ansible_collections.community.staffbase.plugins.module_utils._files.run_record import Asked, RunRecord, read_run
from ansible_collections.community.staffbase.plugins.module_utils._steps.stored_name import stored_name

ASKED = Asked(
    "https://a.example/api", {"externalId": "Personalnummer", "eMail": "E-Mail"}, {"send_mails_new": True, "send_mails_pending": False},
    {"leavers": "deactivate", "resend": False, "protected": ["1", 2], "separator": "auto"})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "last.csv.run"


def test_it_comes_back_as_it_was_for_its_owner_only(path: Path) -> None:
    record = RunRecord.new(ASKED)
    record.write(str(path))
    assert read_run(str(path)) == record
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    RunRecord.new(Asked("https://b.example")).write(str(path))
    found = read_run(str(path))
    assert found is not None
    assert found.asked == Asked("https://b.example")


def test_no_file_is_no_run(path: Path) -> None:
    assert read_run(str(path)) is None


def test_each_run_has_a_token_of_its_own_that_a_name_can_hold() -> None:
    tokens = {RunRecord.new(ASKED).token for _run in range(50)}
    assert len({token[:12] for token in tokens}) == 50, "the part that is in the name"
    assert {stored_name("people", "a" * 64, token) for token in tokens} == {f"people.{'a' * 16}-{token[:12]}.csv" for token in tokens}


# The digest


def test_the_digest_is_the_same_in_every_version_and_on_every_machine() -> None:
    """A run that was begun before an upgrade is gone on with after it."""
    assert ASKED.digest == "724f2596096531dfbaa7e4689c6fce19305c9ed415054a76a9d9fb79e4240d44"


def test_the_order_of_keys_says_nothing(path: Path) -> None:
    other = Asked(ASKED.tenant, *({key: part[key] for key in reversed(part)} for part in (ASKED.mapping, ASKED.flags, ASKED.rules)))
    assert list(other.mapping) != list(ASKED.mapping)
    assert other.digest == ASKED.digest
    RunRecord.new(other).write(str(path))
    found = read_run(str(path))
    assert found is not None
    assert found.asked.digest == ASKED.digest, "read again, too"


@pytest.mark.parametrize("other", [
    Asked("https://b.example/api", ASKED.mapping, ASKED.flags, ASKED.rules), Asked(ASKED.tenant, {"externalId": "E-Mail"}, ASKED.flags, ASKED.rules),
    Asked(ASKED.tenant, {**ASKED.mapping, "status": "S"}, ASKED.flags, ASKED.rules),
    Asked(ASKED.tenant, ASKED.mapping, {**ASKED.flags, "send_mails_pending": True}, ASKED.rules),
    Asked(ASKED.tenant, ASKED.mapping, ASKED.flags, {**ASKED.rules, "leavers": "ignore"}),
    Asked(ASKED.tenant, ASKED.mapping, ASKED.flags, {**ASKED.rules, "protected": ["1"]}), Asked(ASKED.tenant),
    Asked(ASKED.tenant, ASKED.flags, ASKED.mapping, ASKED.rules),  # type: ignore[arg-type]
], ids=["tenant", "column", "field", "flag", "rule", "list", "nothing", "swapped"])
def test_whoever_wants_something_else_has_another_digest(other: Asked) -> None:
    assert other.digest != ASKED.digest


# What cannot be read


def altered(**changes: t.Any) -> bytes:
    found = {"version": 1, "token": "0123456789abcdef" * 2, "asked": {"tenant": "https://a", "mapping": {}, "flags": {}, "rules": {}}}
    return json.dumps({**found, **changes}).encode()


def asked(**changes: t.Any) -> bytes:
    return altered(asked={"tenant": "https://a", "mapping": {}, "flags": {}, "rules": {}, **changes})


@pytest.mark.parametrize("data", [
    b"", b"{", b"[]", b"null", b"{}", b"\xff", altered()[:-5], b"[" * 100_000, b'{"version": ' + b"[" * 100_000,
    altered(version=2), altered(version="1"),
    altered(token=""), altered(token="0123"), altered(token="x" * 32), altered(token="01 " * 11), altered(token=5), altered(token=None),
    altered(asked=None), altered(asked=[]), altered(asked={}), asked(tenant=5), asked(mapping=[]), asked(mapping=[["a", "b"]]),
    asked(mapping={"a": 1}),
    asked(mapping=None), asked(flags=5), asked(rules="x"), asked(quellwick=1),
], ids=lambda data: ascii(data)[:60])
def test_what_is_damaged_is_named_with_the_way_on(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    with pytest.raises(InputError) as caught:
        read_run(str(path))
    assert str(caught.value) == (
        f"baseline: {path}, which tells of the run that is under way, is damaged or of another version of this collection. Nothing was sent. See "
        "in Studio whether its import was done; then delete this file and run with delta_import_resend: true")
    assert path.read_bytes() == data, "left as it was"


def test_what_was_written_by_hand_as_it_should_be_is_read(path: Path) -> None:
    """That the cases above are refused for what they change."""
    path.write_bytes(asked(mapping={"externalId": "id"}))
    found = read_run(str(path))
    assert found is not None
    assert (found.token, found.asked.mapping) == ("0123456789abcdef" * 2, {"externalId": "id"})


def test_what_is_no_file_is_named(path: Path) -> None:
    path.mkdir()
    with pytest.raises(InputError, match="is a directory"):
        read_run(str(path))
    path.rmdir()
    path.symlink_to(path.parent / "nowhere")
    with pytest.raises(InputError, match="cannot be opened: No such file"):
        read_run(str(path))
    with pytest.raises(InputError, match="is a symbolic link"):
        RunRecord.new(ASKED).write(str(path))
