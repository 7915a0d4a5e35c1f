"""Tests that a build that uses parts of earlier builds makes the same site, byte for byte.

A site with every kind of block is built, changed, and built again in the same process, as
``mkdocs serve`` does it. The result has to equal that of a process that starts from nothing.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY, write_manifest
from tests.mkdocs_runnable.pages.test_comparison import TRACE

# Builds the site in the current folder once for each line that it reads, which names the folder for
# the result. With the argument "afresh", each build has a process of its own, in which nothing was
# built before.
BUILDER = """
import os, sys
from mkdocs.commands.build import build
from mkdocs.config import load_config

def build_into(folder):
    config = load_config("mkdocs.yml", site_dir=folder)
    config.plugins.on_startup(command="serve", dirty=False)
    build(config, serve_url="http://127.0.0.1:8000/")

for line in sys.stdin:
    if sys.argv[1:] != ["afresh"]:
        build_into(line.strip())
    elif not (child := os.fork()):
        build_into(line.strip())
        sys.stdout.flush()
        os._exit(0)
    else:
        assert os.waitpid(child, 0)[1] == 0
    print("built", flush=True)
"""
CONFIGURATION = """\
site_name: Tea
theme:
  name: null
  custom_dir: theme
plugins:
  - search
  - runnable:
      playground: playground.md
      text_editions: true
      keep_last_site: true
      runtime: build/runtime
      cache: !ENV CACHE
markdown_extensions:
  - admonition
  - pymdownx.superfences
  - mkdocs_runnable.diagrams
  - mkdocs_runnable.tables:
      tables:
        snippets: guide.tables.catalogue:catalogue_table
"""
TEMPLATE = """\
<title>{{ page.title }} - {{ config.site_name }}</title>
{% for item in nav %}{{ item }}{% endfor %}
{{ page.toc }}
{{ page.content }}
"""
PAGE = """\
---
title: Tea
---

# How to make tea

A [diagram](#how-to-make-tea), and [the other page](../index.md#pots).

![A pot.](../diagrams/pot.svg){ .diagram }

1. hot { when='^hot' }
2. cold { when='^cold' }

[pot](../../snippets/tea/pot.py){ .runnable }

!!! note

    [part](../../snippets/tea/cup.py){ .runnable section="lid" height="5" explore="1" }

[in the pot](../../snippets/tea/pot.py)
[in the cup](../../snippets/tea/cup.py)
{ .compare-timelines }

```python
print("fenced")
```
"""
INDEX = """\
# Pots { #pots }

[pot](../snippets/tea/pot.py){ .runnable }

[all](../snippets){ .data-table }
"""
CUP = """\
# /// script
# [tool.runnable]
# watch = ["warm"]
# ///
# region lid
print("warm")
# endregion
"""
DIAGRAM = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 90" class="drawing"><title>Pot</title>\
<rect class="box" x="1" y="2" width="3" height="4"/></svg>
"""


def write(folder: Path, files: dict[str, str]) -> None:
    """Write texts into files, whose names are paths in the folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def replace(file: str, old: str, new: str) -> Callable[[Path], None]:
    """Return a function that replaces a text in a file of a site."""

    def change(folder: Path) -> None:
        path = folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    return change


def rename_page(folder: Path) -> None:
    (folder / "docs/guide/tea.md").rename(folder / "docs/guide/chai.md")


def rename_snippet(folder: Path) -> None:
    for ending in ("py", "out", "trace.json"):
        (folder / f"snippets/tea/pot.{ending}").rename(folder / f"snippets/tea/can.{ending}")
    for page in ("docs/index.md", "docs/guide/tea.md"):
        replace(page, "tea/pot.py", "tea/can.py")(folder)


def add_page(folder: Path) -> None:
    write(folder, {"docs/guide/a.md": "# A\n\n[pot](../../snippets/tea/pot.py){ .runnable }\n"})


def remove_timeline(folder: Path) -> None:
    (folder / "snippets/tea/cup.trace.json").unlink()
    # A comparison needs all of its timelines.
    comparison = PAGE[PAGE.index("[in the pot]") : PAGE.index("```python")]
    replace("docs/guide/tea.md", comparison, "")(folder)


def record(folder: Path) -> None:
    """Pretend to record the present versions of the programs."""
    origins = {}
    for name in ("tea/pot", "tea/cup"):
        source = hashlib.sha256((folder / f"snippets/{name}.py").read_bytes()).hexdigest()[:12]
        origins[name] = {"interpreter": "CPython 3.13", "source": source}
    write(folder, {"snippets/recordings.json": json.dumps(origins)})


# What has changed → the function that changes it in the folder of the site.
CHANGES: dict[str, Callable[[Path], None]] = {
    "nothing": lambda _: None,
    "text": replace("docs/guide/tea.md", "A [diagram]", "One [diagram]"),
    "title": replace("docs/guide/tea.md", "title: Tea", "title: Chai"),
    "heading": replace("docs/index.md", "# Pots {", "# Kettles {"),
    "renamed page": rename_page,
    "new page": add_page,
    "removed page": lambda folder: (folder / "docs/guide/tea.md").unlink(),
    "program": replace("snippets/tea/pot.py", "'hot'", "'hot' + ''"),
    "header": replace("snippets/tea/cup.py", 'watch = ["warm"]', "native = 'It whistles.'"),
    "section": replace("snippets/tea/cup.py", 'print("warm")', 'print("warm")\nprint("er")'),
    "renamed program": rename_snippet,
    "output": replace("snippets/tea/cup.out", "warm", "2> warm"),
    "origin": record,
    "timeline": replace("snippets/tea/cup.trace.json", "20.0", "31.5"),
    "removed timeline": remove_timeline,
    "removed recording": lambda folder: (folder / "snippets/tea/cup.out").unlink(),
    "question": replace("docs/guide/tea.md", "when='^hot'", "when='^h'"),
    "titles of a comparison": replace("docs/guide/tea.md", "[in the cup]", "[in the mug]"),
    "diagram": replace("docs/diagrams/pot.svg", 'width="3"', 'width="9"'),
    "configuration": replace("mkdocs.yml", "site_name: Tea", "site_name: Chai"),
    "without a playground": replace("mkdocs.yml", "      playground: playground.md\n", ""),
    "addresses": replace("mkdocs.yml", "plugins:", "use_directory_urls: false\nplugins:"),
}
# The files of the site before the change.
SITE = {
    "mkdocs.yml": CONFIGURATION,
    "theme/main.html": TEMPLATE,
    "build/runtime/widget.js": "",
    "docs/index.md": INDEX,
    "docs/guide/tea.md": PAGE,
    "docs/playground.md": "# Playground\n",
    "docs/diagrams/pot.svg": DIAGRAM,
    "snippets/tea/pot.py": "print('hot')\n",
    "snippets/tea/pot.out": "hot\n",
    "snippets/tea/pot.trace.json": json.dumps(TRACE),
    "snippets/tea/cup.py": CUP,
    "snippets/tea/cup.out": "warm\n",
    "snippets/tea/cup.trace.json": json.dumps(TRACE),
}


class Builder:
    """A process of `BUILDER`, with its cache and its arguments."""

    def __init__(self, site: Path, cache: str, *arguments: str) -> None:
        self._site = site
        self._process = subprocess.Popen(
            [sys.executable, "-c", BUILDER, *arguments],
            cwd=site,
            env=os.environ
            | {"PYTHONPATH": str(REPOSITORY), "NO_MKDOCS_2_WARNING": "1", "CACHE": cache},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def build(self) -> dict[str, bytes]:
        """Build the site, and return the content of each file."""
        assert self._process.stdin
        assert self._process.stdout
        folder = self._site.parent / "result"
        self._process.stdin.write(f"{folder}\n")
        self._process.stdin.flush()
        assert self._process.stdout.readline() == "built\n"
        # sitemap.xml.gz contains the time of the build.
        return {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file() and path.name != "sitemap.xml.gz"
        }

    def __enter__(self) -> "Builder":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate(timeout=60)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder in which each test writes the site afresh."""
    folder = tmp_path_factory.mktemp("cached") / "site"
    folder.mkdir()
    return folder


@pytest.fixture(scope="module")
def builders(site: Path) -> Iterator[tuple[Builder, Builder, Builder]]:
    """Start three builders, which use different parts of earlier builds.

    The first one keeps its process, as `mkdocs serve` does, and the cache. The second one shares
    this cache, but starts a new process for each build. The third one uses neither.
    """
    cache = str(site.parent / "cache")
    with ExitStack() as stack:
        yield (
            stack.enter_context(Builder(site, cache)),
            stack.enter_context(Builder(site, cache, "afresh")),
            stack.enter_context(Builder(site, str(site.parent / "empty"), "afresh")),
        )


@pytest.mark.parametrize("change", CHANGES)
def test_the_site_after_a_change_is_that_of_a_build_from_nothing(
    site: Path, builders: tuple[Builder, Builder, Builder], change: str
) -> None:
    serving, with_cache, from_nothing = builders
    for path in site.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    write(site, SITE)
    write_manifest(site / "build" / "runtime")
    before = serving.build()
    kept = [path for path in (site.parent / "cache").rglob("*") if path.is_file()]
    # At least three widgets, the timelines of two programs, and the figure of the comparison.
    assert len(kept) >= 3 + 2 + 1
    CHANGES[change](site)
    served = serving.build()
    again = with_cache.build()
    shutil.rmtree(site.parent / "empty", ignore_errors=True)
    expected = from_nothing.build()
    assert served.keys() == again.keys() == expected.keys()
    for name, content in expected.items():
        assert served[name] == content, name
        assert again[name] == content, name
    assert (before == served) == (change == "nothing"), "the change is visible"
