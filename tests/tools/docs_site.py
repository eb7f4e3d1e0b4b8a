# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation as a site: ``python -m tools.docs_site <folder>``; ``--write-pages`` writes those anew that come from the code.

Pages of plugins and roles by antsibull-docs, and the guides of docs/docsite/rst; made to HTML by Sphinx, to which a link that leads nowhere is an error. It
needs no network: what ansible-core documents elsewhere is in an inventory that is written here, and the pictures of the guides, which antsibull-docs copies for
nobody and which therefore have the address that they have on GitHub, are taken from docs/. One that is not there is an error, too.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import typing as t
import zlib
from pathlib import Path

from tools.generated_pages import GENERATED

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

DOCS = Path(__file__).resolve().parents[2] / "docs"
GUIDES = DOCS / "docsite" / "rst"
PICTURES = "https://github.com/azdo-connections/azdo.connections/raw/main/docs/"


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


def bring_pictures(rst: Path) -> None:
    """Take the pictures of the pages below ``rst`` from docs/, and have the pages show these."""
    here = rst / "pictures"
    here.mkdir()
    for picture in [*DOCS.glob("*.png"), *DOCS.glob("*.svg")]:
        shutil.copy(picture, here)
    for page in rst.rglob("*.rst"):
        text = page.read_text(encoding="utf-8")
        if PICTURES in text:
            page.write_text(text.replace(PICTURES, "/pictures/"), encoding="utf-8")


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
    bring_pictures(rst)
    pages = [page.read_text(encoding="utf-8") for page in rst.rglob("*.rst")]
    (rst / "ansible.inv").write_bytes(_inventory(pages))
    (folder / "conf.py").write_text(CONF % ANSIBLE_DOCS, encoding="utf-8")
    sphinx = [str(tools / "sphinx-build"), "-b", "html", "-q", "-W", "--keep-going", "-c", str(folder)]
    return subprocess.run([*sphinx, str(rst), str(folder / "html")], check=False).returncode


def main(arguments: t.Sequence[str]) -> int:
    if arguments[0] == "--write-pages":
        for name, page in GENERATED.items():
            (GUIDES / name).write_text(page(), encoding="utf-8")
        return 0
    folder = Path(arguments[0]).resolve()
    status = build(folder)
    if status == 0:
        print(f"The documentation, to open in a browser: {(folder / 'html' / 'index.html').as_uri()}")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
