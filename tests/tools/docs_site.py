# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation site: where its parts are put together, and a look at whether its pages load anything from elsewhere."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from .collection_copy import PLACE

#: What Sphinx and antsibull-docs are told, and the front page.
FRAME = Path("docs/docsite/sphinx")

#: What a browser loads by itself: scripts, pictures, frames, style sheets and what these import. Links are followed by people only.
_LOADED = (
    re.compile(r"<(?:script|img|iframe|source|video|audio|embed)\b[^>]*\bsrc=[\"']?(?:https?:)?//", re.IGNORECASE),
    re.compile(r"<link\b(?=[^>]*\brel=[\"']?(?:stylesheet|icon|preload|preconnect|dns-prefetch))[^>]*\bhref=[\"']?(?:https?:)?//", re.IGNORECASE),
    re.compile(r"(?:url\(|@import)\s*[\"']?(?:https?:)?//", re.IGNORECASE),
)


def prepare(root: Path, source: Path) -> None:
    """Make the folder that Sphinx reads: the front page, and the examples and pictures where the guides look for them."""
    shutil.rmtree(source, ignore_errors=True)
    guides = source / "collections" / PLACE.relative_to("ansible_collections") / "docsite"
    shutil.copytree(root / "docs/docsite/examples", guides / "examples")
    shutil.copytree(root / "extensions/eda/rulebooks", guides / "examples/eda")
    # Beside a guide as in the repository, ../../images, so that the picture is seen there, too.
    shutil.copytree(root / "docs/images", guides.parents[1] / "images")
    shutil.copyfile(root / FRAME / "index.rst", source / "index.rst")


def loaded_from_elsewhere(site: Path) -> list[str]:
    """Return the files of the site with which a browser would load something from another server."""
    found = []
    for path in sorted([*site.rglob("*.html"), *site.rglob("*.css")]):
        text = path.read_text(encoding="utf-8", errors="replace")
        if any(pattern.search(text) for pattern in _LOADED):
            found.append(path.relative_to(site).as_posix())
    return found
