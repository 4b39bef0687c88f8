# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The objects, by kind and id, and what is associated with them."""

from __future__ import annotations

import copy
import itertools
import typing as t
import uuid

from . import rules
from .kinds import FIXED, KINDS, UNIFIED
from .rules import Data, Refused

READ_ONLY: dict[str, Data] = {"credential_types": {"managed": False}, "projects": {"scm_revision": "0" * 40}}


class Store:
    """`playbooks`: what a project holds, once it was updated."""

    def __init__(self, playbooks: t.Collection[str]) -> None:
        self._ids = itertools.count(1)
        self._playbooks = playbooks
        self.objects: dict[str, dict[int, Data]] = {kind: {} for kind in KINDS}
        self.associated: dict[tuple[str, int, str], list[int]] = {}
        self.surveys: dict[tuple[str, int], Data] = {}
        #: Projects whose first update nobody has looked at yet. Only after it a project has playbooks.
        self.updating: set[int] = set()

    def create(self, kind: str, given: Data) -> int:
        """Make an object and return its id; raise Refused."""
        data = self._checked(kind, given, None)
        number = next(self._ids)
        if kind == "workflow_job_template_nodes":
            data["identifier"] = data["identifier"] or str(uuid.uuid4())
        self.objects[kind][number] = data
        if kind == "projects" and data["scm_type"]:
            self.updating.add(number)
        return number

    def change(self, kind: str, number: int, given: Data) -> None:
        """Change some fields; raise Refused."""
        fixed = FIXED.get(kind)
        given = {name: value for name, value in given.items() if name != fixed}
        self.objects[kind][number] = self._checked(kind, given, number)

    def _checked(self, kind: str, given: Data, number: int | None) -> Data:
        known = KINDS[kind]
        before = {} if number is None else self.objects[kind][number]
        # What is not a field, or is read-only, is ignored as Django's serializers do.
        data = copy.deepcopy({**known.fields, **before, **{name: value for name, value in given.items() if name in known.fields}})
        for name in known.required:
            if data[name] in ("", 0, None):
                raise Refused(name, "This field is required.")
        for name, value in data.items():
            if value is None and known.fields[name] is not None:
                raise Refused(name, "This field may not be null.")
        for name, other in known.references.items():
            if data[name] is not None and self.find(other, data[name]) is None:
                raise Refused(name, f'Invalid pk "{data[name]}" - object does not exist.')
        self._check_kind(kind, data, before)
        others = [item for other, item in self.objects[kind].items() if other != number]
        if known.unique and any(all(item.get(name) == data.get(name) for name in known.unique) for item in others):
            raise Refused("__all__", f"{known.type} with these {' and '.join(known.unique)} already exists.")
        return data

    def _check_kind(self, kind: str, data: Data, before: Data) -> None:
        if kind == "credential_types":
            rules.credential_type(data)
        elif kind == "credentials":
            rules.credential(data, before, self.objects["credential_types"][data["credential_type"]])
        elif kind == "notification_templates":
            rules.notification_template(data, before)
        elif kind == "inventory_sources":
            rules.inventory_source(data, self.find("projects", data["source_project"]))
        elif kind == "job_templates":
            rules.job_template(data, self.find("projects", data["project"]), () if data["project"] in self.updating else self._playbooks)
        elif kind == "schedules":
            rules.schedule(data, self.surveys.get(("workflow_job_templates", data["unified_job_template"]), {}))

    def find(self, kind: str, number: int | None) -> Data | None:
        """Return an object, or None."""
        kinds = UNIFIED if kind == "unified_job_templates" else (kind,)
        return next((self.objects[one][number] for one in kinds if number in self.objects[one]), None)

    def shown(self, kind: str, number: int) -> Data:
        """Return an object as the API shows it."""
        item = rules.shown(kind, self.objects[kind][number], self.objects["credential_types"])
        url = f"/api/v2/{kind}/{number}/"
        related = {relation: f"{url}{relation}/" for relation in KINDS[kind].associations}
        if kind in ("job_templates", "workflow_job_templates"):
            related["survey_spec"] = f"{url}survey_spec/"
        if kind == "job_templates":
            project = self.objects["projects"].get(item["project"], {})
            item["organization"] = project.get("organization")
        unified = item.get("unified_job_template")
        if kind == "workflow_job_template_nodes" and unified:
            other = next(one for one in UNIFIED if unified in self.objects[one])
            related["unified_job_template"] = f"/api/v2/{other}/{unified}/"
        summary: Data = {"current_update": {"id": number}} if kind == "projects" and number in self.updating else {}
        return {"id": number, "type": KINDS[kind].type, "url": url, "related": related, "summary_fields": summary, **item, **READ_ONLY.get(kind, {})}

    def listed(self, kind: str) -> list[Data]:
        """Return all objects of a kind as the API shows them."""
        kinds = UNIFIED if kind == "unified_job_templates" else (kind,)
        return [self.shown(one, number) for one in kinds for number in self.objects[one]]
