# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is managed by Terraform, as every module says it that looks at that."""

from __future__ import annotations


class ModuleDocFragment:
    """Options of ``module_utils/_inspect/terraform_files.py``."""

    DOCUMENTATION = r"""
options:
  terraform_state:
    description:
      - Files with states of Terraform, as C(terraform state pull) prints them, or C(terraform show -json). A connection whose ID is there as
        C(azuredevops_serviceendpoint_azurerm) is marked with its address.
      - States hold secrets in plain text. Of each file addresses and IDs are kept, and nothing else.
    type: list
    elements: path
  terraform_confirmed:
    description:
      - Addresses or IDs of connections of O(terraform_state) of which you say that C(ignore_changes) for C(service_endpoint_authentication_scheme) and
        C(prevent_destroy) are applied. Without that Terraform replaces what is moved.
    type: list
    elements: str
"""
