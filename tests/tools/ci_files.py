# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The checks of workflows, pipelines, rulebooks, hooks and updates: by the schemas of those who run them, and by zizmor for what is unsafe."""

from __future__ import annotations

from pathlib import Path

WORKFLOWS = (".github/workflows/ci.yml", "docs/docsite/examples/ci/github-actions.yml")
PIPELINES = ("docs/docsite/examples/ci/gitlab-ci.yml",)
UPDATES = ".github/dependabot.yml"
HOOKS = ".pre-commit-config.yaml"
RULEBOOKS = "extensions/eda/rulebooks/*.yml"
RULEBOOK_SCHEMA = "lib/python*/site-packages/ansible_rulebook/schema/ruleset_schema.json"


def checks(collection: Path, environment: Path) -> list[tuple[str, ...]]:
    """Return the commands, to be run in `collection`. None of them needs the network. `environment` holds ansible-rulebook."""
    schema = next(environment.glob(RULEBOOK_SCHEMA))
    rulebooks = sorted(str(path.relative_to(collection)) for path in collection.glob(RULEBOOKS))
    return [
        ("zizmor", "--offline", "--no-progress", "--persona", "pedantic", "--strict-collection", *WORKFLOWS, UPDATES, HOOKS),
        ("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *WORKFLOWS),
        ("check-jsonschema", "--builtin-schema", "vendor.gitlab-ci", *PIPELINES),
        ("check-jsonschema", "--builtin-schema", "vendor.dependabot", UPDATES),
        ("check-jsonschema", "--schemafile", str(schema), *rulebooks),
    ]
