# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people can do about refusals that have been seen; which ones, stands in ``_model/known_answers.py``.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

from ansible_collections.azdo.connections.plugins.module_utils._model.recognition import of_request


def remedy_for(message: str, code: str = "", status: int = 0) -> str:
    """One sentence, or an empty text where nothing is known.

    :param code: of the refusal, if it has one of its own. :param status: of HTTP.
    """
    if known := of_request(message, code):
        return known.remedy
    if status == 405:
        return (
            "The region of the managed identity may not offer federated credentials: use an identity in another region."
        )
    return ""
