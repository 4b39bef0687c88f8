# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is told of a run: its result as data, in one sentence, and what its report is made of."""

from __future__ import annotations

from .._csv.delta import KINDS
from .facts import Data, Facts, data
from .plan import Plan

#: What else a difference is told with, where there is some of it, and what it is called.
ALSO_TOLD = {"refused_earlier": "sent again after a refusal", "protected": "protected", "earlier_leavers": "leavers of earlier runs"}

#: What the state step tells of an import.
OF_THE_IMPORT = ("changes", "expected", "row_error_count")


def result_of(plan: Plan) -> Data:
    """Return `delta_import_result`: the same keys whatever happened. What is not known is None."""
    facts, failed = plan.facts, plan.facts.failed
    check, difference, upload, state = (facts.last(step) for step in ("check", "delta", "upload", "state"))
    return {
        "source": plan.inputs.source,
        "target": plan.inputs.target,
        "failed": failed is not None,
        "stage": (failed.stage or failed.step) if failed else None,
        "msg": failed.message if failed else sentence_of(plan),
        "changed": has_changed(plan),
        "nothing_new": facts.is_nothing_new,
        "import_id": upload.get("import_id"),
        "file_name": data(upload.get("import")).get("file_name"),
        "sha256": upload.get("sha256"),
        "state": facts.import_state or None,
        "row_count": check.get("row_count"),
        **{kind: difference.get(kind) for kind in (*KINDS, "unchanged", *ALSO_TOLD)},
        "refused_open": facts.last("baseline").get("refused"),
        "refused_since": facts.last("baseline").get("refused_since"),
        **{name: state.get(name) for name in OF_THE_IMPORT},
        "row_errors": state.get("row_errors") or [],
        "elapsed": state.get("elapsed") or 0.0,
    }


def has_changed(plan: Plan) -> bool:
    """Tell whether the tenant was changed, or in check mode would be."""
    if any(result.get("changed") for step, result in plan.facts.ran if step in ("upload", "config", "state", "remove")):
        return True
    # With a baseline, check mode makes no difference that could be looked for in the tenant.
    return plan.check_mode and plan.has_baseline and not plan.facts.last("delta").get("empty")


def sentence_of(plan: Plan) -> str:
    """Return what happened, for somebody who watches the run."""
    facts = plan.facts
    return f"{_difference(plan, facts.last('delta'))}{_outcome(plan, facts)}"


def _difference(plan: Plan, delta: Data) -> str:
    if "joiners" not in delta:
        return ""
    more = [f"; {called} {delta[name]}" for name, called in ALSO_TOLD.items() if delta.get(name)]
    return (f"joiners {delta['joiners']}, movers {delta['movers']}, leavers {delta['leavers']} ({plan.inputs.leavers}), "
            f"unchanged {delta['unchanged']}{''.join(more)}. ")


def _outcome(plan: Plan, facts: Facts) -> str:
    if facts.is_nothing_new:
        return f"Nothing new: {'nobody has changed' if facts.last('delta').get('empty') else 'this export was imported before'}, so nothing was sent."
    if plan.check_mode:
        return f"A real run would take this export to {plan.inputs.target}."
    changes, refused = facts.last("state").get("changes"), facts.refused_count
    told = ", ".join(f"{name} {count}" for name, count in sorted(data(changes).items())) or "no numbers from the service"
    return (f"Import {plan.import_id} is {facts.import_state}: {told}; rows refused: {'not known yet' if refused is None else refused}."
            f"{_still_refused(facts.last('baseline'))}")


def _still_refused(baseline: Data) -> str:
    count = baseline.get("refused")
    return f" Refused and sent again in the next run: {count}, the oldest since {baseline.get('refused_since')}." if count else ""


def report_of(plan: Plan) -> Data:
    """Return the options of the report that hang on a decision."""
    return {
        "wanted": bool(plan.inputs.report), "steps": plan.steps,
        "baseline_limits": plan.limits_of_changes,
        "errors": plan.errors_dest,
    }
