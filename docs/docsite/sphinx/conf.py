# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How Sphinx builds the documentation site. `make docs` calls it; the pages are written by antsibull-docs."""

from __future__ import annotations

import tempfile
import zlib
from pathlib import Path

#: The few labels of Ansible's own documentation that the generated pages refer to: label -> (page, title). They are kept here, because
#: the list that the site offers would have to be fetched from the network at each build.
ANSIBLE = {
    "action_plugins": ("plugins/action.html#action-plugins", "Action plugins"),
    "ansible_configuration_settings": ("reference_appendices/config.html#ansible-configuration-settings", "Ansible Configuration Settings"),
    "common_return_values": ("reference_appendices/common_return_values.html#common-return-values", "Return Values"),
}


def _inventory() -> str:
    """Write ANSIBLE in the format that intersphinx reads, and return the path."""
    lines = "".join(f"{label} std:label -1 {page} {title}\n" for label, (page, title) in ANSIBLE.items())
    head = b"# Sphinx inventory version 2\n# Project: Ansible\n# Version: \n# The remainder of this file is compressed using zlib.\n"
    path = Path(tempfile.mkdtemp()) / "objects.inv"
    path.write_bytes(head + zlib.compress(lines.encode()))
    return str(path)


project = "community.staffbase"
title = html_title = html_short_title = "community.staffbase"

extensions = ["sphinx.ext.intersphinx", "sphinx_antsibull_ext"]
intersphinx_mapping = {"ansible": ("https://docs.ansible.com/projects/ansible/latest/", _inventory())}

pygments_style = "ansible"
highlight_language = "YAML+Jinja"
default_role = "any"

html_theme = "sphinx_ansible_theme"
html_theme_options = {"vcs_pageview_mode": "", "documentation_home_url": "index.html", "topbar_links": {}}
html_show_sphinx = False
html_show_copyright = False
html_copy_source = False
html_use_index = False
