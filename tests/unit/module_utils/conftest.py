# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers with a script, and certificate authorities for them."""

from __future__ import annotations

import dataclasses
import importlib
import ssl
import typing as t

import pytest
import trustme

if t.TYPE_CHECKING:
    from pathlib import Path

    from support.dialogue import Converse


@pytest.fixture
def converse() -> t.Iterator[Converse]:
    """Start a server with a script and a client for it."""
    # The collection can be imported only after pytest-ansible has been configured, so later than this file.
    with importlib.import_module("support.dialogue").conversations() as start:
        yield start


@dataclasses.dataclass(frozen=True)
class Authority:
    """A certificate authority of these tests: its file, and a server's context with a certificate for 127.0.0.1."""

    ca_path: str
    context: ssl.SSLContext


def make_authority(folder: Path) -> Authority:
    ca = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("127.0.0.1").configure_cert(context)
    path = folder / "ca.pem"
    ca.cert_pem.write_to_path(str(path))
    return Authority(str(path), context)


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def other_authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("other"))


@pytest.fixture
def where() -> t.Any:
    """Return what an error says about a call."""
    errors = importlib.import_module("ansible_collections.community.staffbase.plugins.module_utils._http.errors")
    return errors.Where("list", "GET", "https://intranet.example.com/api/users/imports", None)
