# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWX refuses, and what it adds by itself: read from its serializers, fields and views."""

from __future__ import annotations

import re
import typing as t

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

Data = dict[str, t.Any]

ENCRYPTED = "$encrypted$"

#: For each kind of notification, its settings with their defaults (... = required), and which of them are secret.
NOTIFICATIONS: dict[str, tuple[Data, tuple[str, ...]]] = {
    "webhook": (
        {"url": ..., "http_method": "POST", "disable_ssl_verification": False, "username": "", "password": "", "headers": ...}, ("password",)),
    "email": (
        {"host": ..., "port": ..., "username": ..., "password": ..., "use_tls": ..., "use_ssl": ..., "sender": ..., "recipients": ..., "timeout": 30},
        ("password",)),
}

#: Settings of notifications that are whole numbers.
NUMBERS = ("port", "timeout")

SURVEY_DEFAULTS = {"text": str, "textarea": str, "password": str, "integer": int, "float": (float, int), "multiplechoice": str, "multiselect": str}


class Refused(Exception):
    """HTTP 400 with this body."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.body = {field: [text]}


def credential_type(data: Data) -> None:
    """The types of inputs are filled in; injectors may use the inputs only, and no variable that steers Ansible."""
    fields = data["inputs"].get("fields", [])
    for field in fields:
        field.setdefault("type", "string")
        if unknown := set(field) - {"id", "label", "type", "format", "choices", "help_text", "multiline", "secret", "ask_at_runtime", "default"}:
            raise Refused("inputs", f"unknown: {sorted(unknown)}")
        if field["type"] != "string" and {"choices", "multiline", "format", "secret"} & set(field):
            raise Refused("inputs", f"not allowed for {field['type']}")
        if "default" in field and not isinstance(field["default"], {"string": str, "boolean": bool}[field["type"]]):
            raise Refused("inputs", "default of another type")
    names: Data = {field["id"]: "EXAMPLE" for field in fields}
    if "template" in data["injectors"].get("file", {}):
        names["tower"] = {"filename": "EXAMPLE_FILENAME"}
    if any(name.startswith("ANSIBLE_") for name in data["injectors"].get("env", {})):
        raise Refused("injectors", "ANSIBLE_ is not allowed")
    for templates in data["injectors"].values():
        for template in templates.values():
            try:
                rendered(template, names, jinja2.StrictUndefined)
            except jinja2.TemplateError as error:
                raise Refused("injectors", str(error)) from None


def rendered(template: str, names: Data, undefined: type[jinja2.Undefined] = jinja2.Undefined) -> str:
    """Render an injector as AWX does it for a job."""
    return ImmutableSandboxedEnvironment(undefined=undefined).from_string(template).render(**names)


def credential(data: Data, before: Data, kind: Data) -> None:
    """Inputs must be known and complete; a secret that comes back as AWX shows it stays as it is."""
    known = {field["id"] for field in kind["inputs"].get("fields", [])}
    if unknown := set(data["inputs"]) - known:
        raise Refused("inputs", f"unknown: {sorted(unknown)}")
    if missing := set(kind["inputs"].get("required", [])) - set(data["inputs"]):
        raise Refused("inputs", f"required: {sorted(missing)}")
    _keep_secrets(data["inputs"], before.get("inputs", {}))


def notification_template(data: Data, before: Data) -> None:
    """Settings that are missing are filled in, or refused."""
    settings, _secrets = NOTIFICATIONS[data["notification_type"]]
    configuration = data["notification_configuration"]
    for name, default in settings.items():
        if name not in configuration:
            if default is ...:
                raise Refused("notification_configuration", f"missing: {name}")
            configuration[name] = default
        elif name in NUMBERS and not isinstance(configuration[name], int):
            raise Refused("notification_configuration", f"Configuration field {name!r} incorrect type, expected int.")
    _keep_secrets(configuration, before.get("notification_configuration", {}))


def _keep_secrets(values: Data, before: Data) -> None:
    for name, value in values.items():
        if value == ENCRYPTED:
            values[name] = before.get(name, "")


def shown(kind: str, item: Data, types: t.Mapping[int, Data]) -> Data:
    """Return an object without its secrets."""
    item = {**item}
    if kind == "credentials":
        secret = {field["id"] for field in types[item["credential_type"]]["inputs"].get("fields", []) if field.get("secret")}
        item["inputs"] = {name: ENCRYPTED if name in secret and value else value for name, value in item["inputs"].items()}
    if kind == "notification_templates":
        _settings, secrets = NOTIFICATIONS[item["notification_type"]]
        item["notification_configuration"] = {
            name: ENCRYPTED if name in secrets and value else value for name, value in item["notification_configuration"].items()}
    return item


def inventory_source(data: Data, project: Data | None) -> None:
    """A source of the kind scm needs a project that is not manual."""
    if data["source"] == "scm" and project is None:
        raise Refused("source_project", "Project required for scm type sources.")
    if project is not None and project["scm_type"] == "":
        raise Refused("source_project", "Cannot use manual project for SCM-based inventory.")


def job_template(data: Data, project: Data | None, playbooks: t.Collection[str]) -> None:
    """The playbook must be in the project, and there must be an inventory."""
    if project is None:
        raise Refused("project", "Job Templates must have a project assigned.")
    if data["inventory"] is None and not data["ask_inventory_on_launch"]:
        raise Refused("inventory", "You must either set a default value or ask to prompt on launch.")
    if data["playbook"] not in playbooks:
        raise Refused("playbook", "Playbook not found for project.")


def schedule(data: Data, survey_spec: Data) -> None:
    """A start with a time zone, rules with an interval, and an answer to each required question of what is launched; its default is none."""
    answers = data.get("extra_data") or {}
    if missing := [one["variable"] for one in survey_spec.get("spec", []) if one["required"] and one["variable"] not in answers]:
        raise Refused("variables_needed_to_start", f"{missing[0]!r} value missing")
    rrule = data["rrule"]
    if len(re.findall(r"DTSTART(?:;[^:]+)?:[0-9]+T[0-9]+Z?", rrule)) != 1:
        raise Refused("rrule", "Valid DTSTART required in rrule.")
    if re.search(r"DTSTART:[0-9]+T[0-9]+ ", rrule):
        raise Refused("rrule", "DTSTART cannot be a naive datetime.")
    rules = re.findall(r"RRULE:\S*", rrule)
    if not rules or any("INTERVAL" not in rule for rule in rules):
        raise Refused("rrule", "INTERVAL required in rrule")


def survey(spec: Data) -> None:
    """Names, types, and defaults of the type."""
    for name in ("name", "description", "spec"):
        if not spec.get(name) and spec.get(name) != "":
            raise Refused("error", f"Field '{name}' is missing from survey spec.")
    for question in spec["spec"]:
        for name, kind in (("type", str), ("question_name", str), ("variable", str), ("required", bool)):
            if not isinstance(question.get(name), kind):
                raise Refused("error", f"'{name}' in survey question expected to be {kind.__name__}.")
        default = question.get("default", "")
        if default != "" and not isinstance(default, SURVEY_DEFAULTS[question["type"]]):
            raise Refused("error", "Default value in survey question of another type.")
        if any(not isinstance(question.get(limit, 0), int) for limit in ("min", "max")):
            raise Refused("error", "The limit in survey question expected to be integer.")
