# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What would run the tests that were skipped, in one line for the end of a run."""

from __future__ import annotations

import collections
import typing as t

#: A part of the reason for which a test is skipped -> the Debian package that lets it run.
PACKAGES = {
    "there is no Chromium": "chromium",
    "gpg is not installed": "gpg",
    "mount is not installed": "mount",
    "su is not installed": "util-linux",
}

#: A part of the reason -> what else lets it run.
NEEDS = {
    "this user (root) may read every file": "another user than root",
    "needs root": "root",
    "this user may not mount": "the right to mount file systems",
    "needs a terminal": "a terminal",
    "there is no such file on this system": "Linux with /proc",
    "from /proc": "Linux with /proc",
    "since 3.11 only": "Python 3.11 or newer",
    "holds no awx.awx": "the collection awx.awx, which `make test` brings",
}


def told(reasons: t.Iterable[str]) -> str:
    """Return the line, such as `14 skipped: 3 need root; install chromium to run 8, gpg to run 2`, or "" when nothing was skipped."""
    packages: collections.Counter[str] = collections.Counter()
    needs: collections.Counter[str] = collections.Counter()
    others = 0
    for reason in reasons:
        if package := _first(PACKAGES, reason):
            packages[package] += 1
        elif need := _first(NEEDS, reason):
            needs[need] += 1
        else:
            others += 1
    number = packages.total() + needs.total() + others
    if not number:
        return ""
    parts = [f"{count} {'needs' if count == 1 else 'need'} {need}" for need, count in needs.most_common()]
    if others:
        parts.append(f"{others} for {'a reason' if others == 1 else 'reasons'} of {'its' if others == 1 else 'their'} own, see above")
    if packages:
        parts.append("install " + ", ".join(f"{package} to run {count}" for package, count in packages.most_common()))
    return f"{number} skipped: " + "; ".join(parts)


def _first(table: dict[str, str], reason: str) -> str | None:
    return next((cure for part, cure in table.items() if part in reason), None)
