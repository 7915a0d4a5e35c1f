"""Tests of the search index that Material for MkDocs makes for a small site."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY, write_manifest
from tests.mkdocs_runnable.pages.test_comparison import TRACE

CONFIGURATION = """\
site_name: Tea
theme:
  name: material
  font: false
plugins:
  - search
  - runnable:
      runtime: runtime
markdown_extensions:
  - attr_list
  - mkdocs_runnable.diagrams
exclude_docs: /diagrams/
"""
PAGE = """\
# Tea

The prose is about oolong.

[Pot](../snippets/pot.py){ .runnable }

![A kettle on a stove.](diagrams/kettle.svg){ .diagram }

The last sentence is about sencha.
"""
DRAWING = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 40" class="drawing">
  <title>A kettle</title>
  <desc>It is on the stove.</desc>
  <text x="0" y="33">boiling</text>
</svg>
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the site, and return its folder."""
    root = tmp_path_factory.mktemp("tea")
    for name, text in {
        "mkdocs.yml": CONFIGURATION,
        "docs/index.md": PAGE,
        "docs/diagrams/kettle.svg": DRAWING,
        "runtime/widget.js": "// widget",
        "snippets/pot.py": "steep = print\nsteep('rooibos')\n",
        "snippets/pot.out": "rooibos was printed\n2> and a warning\n",
        "snippets/pot.trace.json": json.dumps(TRACE),
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    write_manifest(root / "runtime")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict"],
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY), "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return root / "site"


def test_the_index_contains_prose_and_code_but_no_outputs_timelines_or_diagrams(site: Path) -> None:
    html = (site / "index.html").read_text(encoding="utf-8")
    (page,) = json.loads((site / "search" / "search_index.json").read_text("utf-8"))["docs"]
    text = page["text"]
    for word in ("oolong", "steep", "sencha"):
        assert word in text
    for word in ("was printed", "and a warning", "Timeline recorded", "boiling", "on the stove"):
        assert word in html
        assert word not in text


def test_pages_contain_nothing_that_only_the_search_needs(site: Path) -> None:
    assert "data-search" not in (site / "index.html").read_text(encoding="utf-8")
