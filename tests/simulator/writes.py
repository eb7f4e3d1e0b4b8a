# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""THE list of what a write is: a request that changes state. Every test asks this file.

TestConnection, query calls, token requests and previews of pipelines are not writes, whatever their method.
"""

from __future__ import annotations

import re
from typing import Any

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

_POSTS_THAT_ONLY_ASK = re.compile(
    r"""(
        /oauth2/(v2\.0/)?token                      # a token
      | /oauth2/v2\.0/devicecode
      | /_apis/serviceendpoint/endpointproxy        # TestConnection and other data sources
      | /_apis/serviceendpoint/types                # filtered list of types (7.2)
      | /_apis/pipelines/checks/queryconfigurations
      | /_apis/pipelines/[^/]+/preview              # with previewRun, see below
    )/?$""",
    re.IGNORECASE | re.VERBOSE,
)


_PREVIEW = re.compile(r"/_apis/pipelines/[^/]+/preview/?$", re.IGNORECASE)
_DRY: Any = {"previewRun": True}


def is_write(method: str, path: str, body: Any = _DRY) -> bool:
    """`path` is the decoded path without query; `method` the effective one (X-HTTP-Method-Override applied).

    `body` matters for a preview only, which starts a run when it does not say `previewRun`.
    """  # assumed: pipeline readiness 3
    method = method.upper()
    if method in _SAFE_METHODS:
        return False
    if method == "POST" and _PREVIEW.search(path):
        return not (isinstance(body, dict) and body.get("previewRun") is True)
    return not (method == "POST" and _POSTS_THAT_ONLY_ASK.search(path))
