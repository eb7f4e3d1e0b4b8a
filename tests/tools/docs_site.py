# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation as a site: ``python -m tools.docs_site <folder>``; ``--reason-codes`` writes their page anew from the code.

Pages of plugins and roles by antsibull-docs, and the guides of docs/docsite/rst; made to HTML by Sphinx, to which a link that leads nowhere is an error. It
needs no network: what ansible-core documents elsewhere is in an inventory that is written here.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import typing as t
import zlib
from pathlib import Path

from ansible_collections.azdo.connections.plugins.module_utils._rules.reason_codes import RULES, TARGETS

ANSIBLE_DOCS = "https://docs.ansible.com/ansible/latest/"
# What our pages refer to there. Modules and other plugins of ansible.builtin have a page each, settings a place on one.
_LABELS = {
    "common_return_values": "reference_appendices/common_return_values.html",
    "action_plugins": "plugins/action.html",
    "ansible_configuration_settings": "reference_appendices/config.html",
}
_BUILTIN = re.compile(r"ansible_collections\.ansible\.builtin\.([a-z_]+)_(module|filter|inventory|lookup|test)\b")
_SETTING = re.compile(r"\bANSIBLE_[A-Z_]+")

CONF = """\
project = "azdo.connections"
html_title = "azdo.connections"
extensions = ["sphinx.ext.intersphinx", "sphinx_antsibull_ext"]
pygments_style = "ansible"
highlight_language = "YAML+Jinja"
html_theme = "alabaster"
html_theme_options = {"page_width": "auto", "body_max_width": "60em", "fixed_sidebar": True}
html_show_sphinx = False
html_use_index = False
html_copy_source = False
default_role = "any"
nitpicky = True
intersphinx_mapping = {"ansible": ("%s", "ansible.inv")}
"""
ANTSIBULL = "breadcrumbs = true\nindexes = true\nuse_html_blobs = false\nadd_antsibull_docs_version = false\n"

GUIDES = Path(__file__).resolve().parents[2] / "docs" / "docsite" / "rst"
REASON_CODES = GUIDES / "reason_codes.rst"
_HEADER = (
    "..",
    "  Copyright: (c) 2026, azdo.connections contributors",
    "  GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)",
    "  SPDX-License-Identifier: GPL-3.0-or-later",
    "",
    "  Written by tests/tools/docs_site.py; what it says is in plugins/module_utils/_rules/reason_codes.py.",
    "",
)
_EFFECTS = {"blocks": "left out", "warns": "a warning", "informs": "said", None: "-"}
_TITLES = {
    "workload_identity_federation": "to workload identity federation",
    "service_principal": "back to the secret",
    "entra_issuer": "to the issuer of Microsoft Entra",
}


def reason_codes() -> str:
    """The page of all reason codes, in reStructuredText, in the order of the code."""
    title = "Reason codes"
    lines = [
        *_HEADER,
        ".. _ansible_collections.azdo.connections.docsite.reason_codes:",
        "",
        title,
        "=" * len(title),
        "",
        "Why a service connection is left out of a conversion, or what is worth knowing of it, as rows and reports say it. A code is never renamed.",
        "",
    ]
    for code, rule in RULES.items():
        heading = f"``{code}``"
        effects = [
            f"{_TITLES[target]}: {_EFFECTS[effect]}"
            for target, effect in zip(TARGETS, rule.effects, strict=True)
            if effect
        ]
        lines += [heading, "-" * len(heading), "", _text(rule.message), "", _text(rule.remedy_for()), ""]
        lines += [f"*{'; '.join(effects)}*", ""]
    return "\n".join(lines).rstrip() + "\n"


def _text(said: str) -> str:
    """Names as they are: nothing of it is markup."""
    return re.sub(r"([\\*`|_])", r"\\\1", said)


def _inventory(pages: t.Iterable[str]) -> bytes:
    """What the pages refer to in the documentation of ansible-core, in the form in which Sphinx reads it."""
    text = "\n".join(pages).replace("\\_", "_")
    entries = [f"{label} std:label -1 {page} {label.replace('_', ' ')}" for label, page in _LABELS.items()]
    for name, kind in sorted(set(_BUILTIN.findall(text))):
        label = f"ansible_collections.ansible.builtin.{name}_{kind}"
        page = f"collections/ansible/builtin/{name}_{kind}.html"
        entries.append(f"{label} std:label -1 {page} ansible.builtin.{name}")
    config = "reference_appendices/config.html"
    entries += [f"{name} std:envvar 1 {config}#envvar-$ -" for name in sorted(set(_SETTING.findall(text)))]
    head = "# Sphinx inventory version 2\n# Project: Ansible\n# Version: latest\n# The remainder of this file is compressed using zlib.\n"
    return head.encode() + zlib.compress("".join(f"{entry}\n" for entry in entries).encode())


def build(folder: Path) -> int:
    """Write the site below ``folder``/html. The exit status: 0 unless something leads nowhere or is no documentation."""
    rst = folder / "rst"
    shutil.rmtree(folder, ignore_errors=True)
    rst.mkdir(parents=True, mode=0o755)
    (folder / "antsibull-docs.cfg").write_text(ANTSIBULL, encoding="utf-8")
    tools = Path(sys.executable).parent
    made = subprocess.run(
        [
            *(str(tools / "antsibull-docs"), "--config-file", str(folder / "antsibull-docs.cfg"), "collection"),
            *("--use-current", "--squash-hierarchy", "--fail-on-error", "--dest-dir", str(rst), "azdo.connections"),
        ],
        check=False,
    )
    if made.returncode:
        return made.returncode
    pages = [page.read_text(encoding="utf-8") for page in rst.rglob("*.rst")]
    (rst / "ansible.inv").write_bytes(_inventory(pages))
    (folder / "conf.py").write_text(CONF % ANSIBLE_DOCS, encoding="utf-8")
    sphinx = [str(tools / "sphinx-build"), "-b", "html", "-q", "-W", "--keep-going", "-c", str(folder)]
    return subprocess.run([*sphinx, str(rst), str(folder / "html")], check=False).returncode


def main(arguments: t.Sequence[str]) -> int:
    if arguments[0] == "--reason-codes":
        REASON_CODES.write_text(reason_codes(), encoding="utf-8")
        return 0
    folder = Path(arguments[0]).resolve()
    status = build(folder)
    if status == 0:
        print(f"The documentation, to open in a browser: {(folder / 'html' / 'index.html').as_uri()}")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
