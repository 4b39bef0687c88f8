# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Play what was found on the installed collection, whichever it is: cd tests; ANSIBLE_COLLECTIONS_PATH=... python -m model [words of a name]

It tells of each sequence whether everything is true at its end. On a tree without what a guard keeps, it shows what the model found there.
"""

from __future__ import annotations

import sys

from .explore import as_users_do
from .found import ALL, Found
from .shorter import outcome


def main() -> int:
    wanted: list[Found] = [found for found in ALL if all(word in found.name for word in sys.argv[1:])]
    untrue = 0
    for found in wanted:
        told = outcome(as_users_do, found.steps, baseline=found.baseline, switches=found.switches).split("\n", 1)[0]
        untrue += bool(told)
        print(f"{'untrue' if told else 'true  '}  {found.name}{': ' if told else ''}{told[:150]}", flush=True)
    print(f"{untrue} of {len(wanted)} end untrue")
    return int(bool(untrue))


if __name__ == "__main__":
    sys.exit(main())
