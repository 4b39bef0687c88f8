# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.community.staffbase.plugins.modules.staffbase_import_begin import DEFINITION
from ansible_collections.community.staffbase.plugins.plugin_utils._in_worker import InWorker


class ActionModule(InWorker):
    definition = DEFINITION
