# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The OpenAPI description, and whether an answer conforms to it."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

PATH = Path(__file__).parents[3] / "docs" / "staffbase-import-api.openapi.yaml"
NAME = "urn:document"


@functools.cache
def document() -> dict[str, Any]:
    """The description as plain data."""
    loaded: dict[str, Any] = yaml.safe_load(PATH.read_text(encoding="utf-8"))
    return loaded


@functools.cache
def _registry() -> Any:
    return Registry().with_resource(NAME, Resource.from_contents(document(), default_specification=DRAFT202012))


@functools.cache
def _validator(pointer: str) -> Any:
    return Draft202012Validator({"$ref": f"{NAME}#{pointer}"}, registry=_registry())


def open_questions() -> set[str]:
    """Every name under x-open-question."""
    return _all_under("x-open-question", document())


def facts() -> set[str]:
    """Every tag under x-fact."""
    return _all_under("x-fact", document())


def _all_under(key: str, node: Any) -> set[str]:
    found: set[str] = set()
    for item in node.values() if isinstance(node, dict) else node:
        if isinstance(item, (dict, list)):
            found |= _all_under(key, item)
    if isinstance(node, dict):
        found |= set(node.get(key, ()))
    return found


def check(answer: requests.Response, *_arguments: Any, **_more: Any) -> None:
    """Raise AssertionError when the description does not allow this answer; usable as a hook of requests."""
    method = str(answer.request.method).lower()
    path = urlsplit(str(answer.request.url)).path.rstrip("/").removeprefix("/api")
    template = re.sub(r"^/users/imports/[^/]+", "/users/imports/{importId}", path)
    where = f"{method} {template} {answer.status_code}"
    pointer = "/".join(["", "paths", template.replace("/", "~1"), method, "responses", str(answer.status_code)])
    response = _resolved(pointer)
    assert response is not None, f"{where} is not described"
    for name, header in response.get("headers", {}).items():
        assert name in answer.headers or not header.get("required"), f"{where}: no {name}"
        if name in answer.headers:
            Draft202012Validator(header["schema"]).validate(answer.headers[name])
    kind = answer.headers.get("Content-Type", "").partition(";")[0]
    content = response.get("content")
    if content is None:
        assert not answer.content, f"{where} has a body"
        return
    assert kind in content, f"{where}: {kind!r} is none of {list(content)}"
    body = answer.json() if kind == "application/json" else answer.text
    schema = content[kind]["schema"]
    validator = _validator(schema["$ref"].removeprefix("#")) if "$ref" in schema else Draft202012Validator(schema)
    errors = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(body)]
    assert not errors, f"{where}: {errors}"


def _resolved(pointer: str) -> dict[str, Any] | None:
    node: Any = document()
    for part in pointer.split("/")[1:]:
        node = node.get(part.replace("~1", "/"))
        if node is None:
            return None
        if "$ref" in node and node["$ref"].startswith("#"):
            node = _resolved(node["$ref"].removeprefix("#"))
    found: dict[str, Any] | None = node
    return found
