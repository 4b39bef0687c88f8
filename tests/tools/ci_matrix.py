# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Print the sessions of the CI as JSON, each with the Python that it needs: `[{"session": ..., "python": ...}, ...]`.

Run in the folder tests: python -m tools.ci_matrix
"""

from __future__ import annotations

import json

from .cores import CORES, sanity_pairs, test_pairs
from .interpreters import OLDEST_CONTROLLER, VERSIONS, version_key

#: What does not depend on the version of ansible-core.
CHECKS = ("lint", "types", "docs_lint", "docs", "release", "declared", "demo", "guards", "faults")


def sessions() -> list[dict[str, str]]:
    """Return all sessions of `make test-all`, the building of a release, the guards, and the faults."""
    pythons = [version for version in VERSIONS if version_key(version) >= version_key(OLDEST_CONTROLLER)]
    sanity, tests = sanity_pairs(pythons), test_pairs(pythons)
    # The oldest Python of the newest core: what the checks need is there for it first.
    found = [{"session": name, "python": CORES[-1].official[0]} for name in CHECKS]
    found += [{"session": f"sanity_core({pair.name})", "python": pair.python} for pair in sanity]
    return found + [{"session": f"tests({pair.name})", "python": pair.python} for pair in tests]


if __name__ == "__main__":
    print(json.dumps(sessions()))
