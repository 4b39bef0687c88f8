# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What kinds of objects there are: their fields with defaults, what they refer to, and what can be associated with them."""

from __future__ import annotations

import dataclasses
from typing import Any


@dataclasses.dataclass(frozen=True)
class Kind:
    """`fields`: name -> default; None means that it may be null. `references`: field -> kind. `associations`: relation -> kind."""

    type: str
    fields: dict[str, Any]
    required: tuple[str, ...] = ("name",)
    references: dict[str, str] = dataclasses.field(default_factory=dict)
    associations: dict[str, str] = dataclasses.field(default_factory=dict)
    unique: tuple[str, ...] = ("name", "organization")


_NOTIFIED = {f"notification_templates_{event}": "notification_templates" for event in ("started", "success", "error")}
_ASKED = {f"ask_{name}_on_launch": False for name in ("variables", "limit", "inventory", "credential", "scm_branch", "tags", "skip_tags", "labels")}

KINDS: dict[str, Kind] = {
    "organizations": Kind("organization", {"name": "", "description": ""}, unique=("name",)),
    "credential_types": Kind(
        "credential_type", {"name": "", "description": "", "kind": "", "inputs": {}, "injectors": {}}, ("name", "kind"), unique=("name",)),
    "credentials": Kind(
        "credential", {"name": "", "description": "", "organization": None, "credential_type": 0, "inputs": {}}, ("name", "credential_type"),
        {"organization": "organizations", "credential_type": "credential_types"}, unique=("name", "organization", "credential_type")),
    "execution_environments": Kind(
        "execution_environment", {"name": "", "description": "", "organization": None, "image": "", "credential": None, "pull": ""},
        ("name", "image"), {"organization": "organizations", "credential": "credentials"}, unique=("name",)),
    "projects": Kind(
        "project",
        {"name": "", "description": "", "organization": None, "scm_type": "", "scm_url": "", "scm_branch": "", "scm_refspec": "", "scm_clean": False,
         "scm_update_on_launch": False, "scm_update_cache_timeout": 0, "credential": None, "local_path": "", "allow_override": False,
         "default_environment": None, "timeout": 0},
        ("name",), {"organization": "organizations", "credential": "credentials"}, _NOTIFIED),
    "inventories": Kind(
        "inventory", {"name": "", "description": "", "organization": 0, "kind": "", "host_filter": None, "variables": ""}, ("name", "organization"),
        {"organization": "organizations"}),
    "inventory_sources": Kind(
        "inventory_source",
        {"name": "", "description": "", "inventory": 0, "source": "", "source_project": None, "source_path": "", "source_vars": "",
         "overwrite": False, "overwrite_vars": False, "update_on_launch": False, "update_cache_timeout": 0, "execution_environment": None},
        ("name", "inventory"), {"inventory": "inventories", "source_project": "projects"}, _NOTIFIED, unique=("name", "inventory")),
    "hosts": Kind(
        "host", {"name": "", "description": "", "inventory": 0, "enabled": True, "variables": ""}, ("name", "inventory"),
        {"inventory": "inventories"}, unique=("name", "inventory")),
    "groups": Kind(
        "group", {"name": "", "description": "", "inventory": 0, "variables": ""}, ("name", "inventory"), {"inventory": "inventories"},
        {"hosts": "hosts", "children": "groups"}, unique=("name", "inventory")),
    "notification_templates": Kind(
        "notification_template",
        {"name": "", "description": "", "organization": 0, "notification_type": "", "notification_configuration": {}, "messages": None},
        ("name", "organization", "notification_type"), {"organization": "organizations"}),
    "job_templates": Kind(
        "job_template",
        {"name": "", "description": "", "job_type": "run", "inventory": None, "project": None, "playbook": "", "scm_branch": "", "forks": 0,
         "limit": "", "verbosity": 0, "extra_vars": "", "job_tags": "", "skip_tags": "", "timeout": 0, "execution_environment": None,
         "survey_enabled": False, "allow_simultaneous": False, "become_enabled": False, "diff_mode": False, **_ASKED},
        ("name", "project"),
        {"inventory": "inventories", "project": "projects", "execution_environment": "execution_environments"},
        {"credentials": "credentials", **_NOTIFIED}),
    "workflow_job_templates": Kind(
        "workflow_job_template",
        {"name": "", "description": "", "organization": None, "inventory": None, "limit": None, "scm_branch": None, "extra_vars": "",
         "survey_enabled": False, "allow_simultaneous": False, **_ASKED},
        ("name",), {"organization": "organizations", "inventory": "inventories"},
        {**_NOTIFIED, "notification_templates_approvals": "notification_templates"}),
    "workflow_job_template_nodes": Kind(
        "workflow_job_template_node",
        {"identifier": "", "workflow_job_template": 0, "unified_job_template": None, "extra_data": {}, "inventory": None, "limit": None,
         "all_parents_must_converge": False},
        ("workflow_job_template",), {"workflow_job_template": "workflow_job_templates", "unified_job_template": "unified_job_templates"},
        {f"{outcome}_nodes": "workflow_job_template_nodes" for outcome in ("success", "failure", "always")},
        unique=("identifier", "workflow_job_template")),
    "workflow_approval_templates": Kind("workflow_approval_template", {"name": "", "description": "", "timeout": 0}, unique=()),
    "schedules": Kind(
        "schedule",
        {"name": "", "description": "", "unified_job_template": 0, "rrule": "", "enabled": True, "extra_data": {}, "inventory": None},
        ("name", "unified_job_template", "rrule"), {"unified_job_template": "unified_job_templates"}, unique=("name", "unified_job_template")),
}

#: They share one list, in which they are looked up by name.
UNIFIED = ("projects", "inventory_sources", "job_templates", "workflow_job_templates", "workflow_approval_templates")

#: What can only be said when the object is made.
FIXED = {"inventory_sources": "inventory", "workflow_job_template_nodes": "workflow_job_template"}
