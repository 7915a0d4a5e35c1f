"""Tests that a build converts the pages that have changed, and takes the others from the cache.

That the result is the same as without a cache is tested in ``test_cached_builds.py``, too.
"""

import functools
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from markdown.extensions.toc import slugify
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.structure.pages import Page
from pygments.lexers.python import PythonLexer

from mkdocs_runnable import cache
from mkdocs_runnable.pages.timelines import _Drawer
from mkdocs_runnable.site import kept_pages
from mkdocs_runnable.site.kept_pages import UnknownError, encoded
from mkdocs_runnable.tables.pages import Pages
from mkdocs_runnable.tables.table import Column, Row, Table
from tests.conftest import write_manifest
from tests.mkdocs_runnable.site.test_cached_builds import (
    CUP,
    DIAGRAM,
    TEMPLATE,
    replace,
    write,
)

TRACE = '{"version": 1, "events": []}'
CONFIGURATION = """\
site_name: Tea
nav: [index.md, tea.md, prices.md, playground.md]
theme:
  name: null
  custom_dir: theme
plugins:
  - runnable:
      playground: playground.md
      text_editions: true
      runtime: runtime
markdown_extensions:
  - admonition
  - toc:
      permalink: false
  - mkdocs_runnable.diagrams
  - mkdocs_runnable.tables:
      tables:
        prices.txt: tests.mkdocs_runnable.site.test_kept_pages:price_table
validation:
  links:
    anchors: warn
"""
SITE = {
    "mkdocs.yml": CONFIGURATION,
    "theme/main.html": TEMPLATE,
    "runtime/widget.js": "",
    "docs/index.md": "# Pots { #pots }\n\n[pot](../snippets/pot.py){ .runnable }\n",
    "docs/tea.md": "# Tea\n\n[Pots](index.md#pots)\n\n![A pot.](diagrams/pot.svg){ .diagram }\n\n"
    '[lid](../snippets/cup.py){ .runnable section="lid" }\n',
    "docs/prices.md": "# Prices\n\n[all](prices.txt){ .data-table }\n",
    "docs/playground.md": "# Playground\n\nIt's here.\n",
    "docs/prices.txt": "green 3",
    "docs/diagrams/pot.svg": DIAGRAM,
    "snippets/pot.py": "print('hot')\n",
    "snippets/pot.out": "hot\n",
    "snippets/cup.py": CUP,
    "snippets/cup.out": "warm\n",
}
ALL = {"index.md", "tea.md", "prices.md", "playground.md"}


def price_table(path: Path, pages: Pages) -> Table:
    """Return a table that depends on a file and on the title of another page."""
    cells = [[path.read_text(encoding="utf-8")], [pages.link("playground.md")]]
    return Table("Prices", [Column("Tea", "key"), Column("Page", "page")], [Row("r", cells)], {})


class Site:
    """A small site, which is built in this process."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.converted: set[str] = set()
        write(folder, SITE)
        write_manifest(folder / "runtime")
        convert = Page.render

        @functools.wraps(convert)
        def render(page: Page, *arguments: Any) -> None:
            self.converted.add(page.file.src_uri)
            convert(page, *arguments)

        monkeypatch.setattr(Page, "render", render)
        monkeypatch.chdir(folder)

    def build(self, **options: Any) -> dict[str, str]:
        """Build the site, and return the text of each page and each text edition."""
        self.converted.clear()
        site = self.folder / "site"
        config = load_config("mkdocs.yml", site_dir=str(site), **options)
        config.plugins.on_startup(command="build", dirty=False)
        build(config)
        paths = [path for ending in ("html", "md", "txt") for path in site.rglob(f"*.{ending}")]
        return {path.relative_to(site).as_posix(): path.read_text("utf-8") for path in paths}


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    return Site(tmp_path, monkeypatch)


def record_pot(folder: Path) -> None:
    origin = {"interpreter": "CPython 3.13", "source": "0" * 12}
    write(folder, {"snippets/recordings.json": json.dumps({"pot": origin})})


def new_page(folder: Path) -> None:
    write(folder, {"docs/new.md": "# New\n"})
    replace("mkdocs.yml", "playground.md]", "playground.md, new.md]")(folder)


def renamed_title(folder: Path) -> None:
    replace("docs/playground.md", "# Playground", "# Try it")(folder)


# What has changed → the function that changes it, and the pages that have to be converted again.
CHANGES: dict[str, tuple[Callable[[Path], None], set[str]]] = {
    "nothing": (lambda _: None, set()),
    "text": (replace("docs/tea.md", "# Tea", "# Green tea"), {"tea.md"}),
    "front matter": (replace("docs/tea.md", "# Tea", "---\ntitle: T\n---\n# Tea"), set()),
    "program": (replace("snippets/pot.py", "hot", "cold"), {"index.md"}),
    "output": (replace("snippets/pot.out", "hot", "cold"), {"index.md"}),
    "origin of the output": (record_pot, {"index.md"}),
    "no output": (lambda folder: (folder / "snippets/pot.out").unlink(), {"index.md"}),
    "header": (replace("snippets/cup.py", 'watch = ["warm"]', "native = 'No.'"), {"tea.md"}),
    "section": (replace("snippets/cup.py", 'print("warm")', 'print("er")'), {"tea.md"}),
    "other program": (lambda folder: write(folder, {"snippets/jug.py": "1\n"}), ALL),
    "diagram": (replace("docs/diagrams/pot.svg", 'width="3"', 'width="9"'), {"tea.md"}),
    "data of a table": (replace("docs/prices.txt", "3", "4"), {"prices.md"}),
    "page named in a table": (renamed_title, {"prices.md", "playground.md"}),
    "target of a link": (replace("docs/index.md", "# Pots {", "# Kettles {"), {"index.md"}),
    "theme": (replace("theme/main.html", "<title>", "<title>Our "), set()),
    "name of the site": (replace("mkdocs.yml", "site_name: Tea", "site_name: Chai"), set()),
    "navigation": (replace("mkdocs.yml", "index.md, tea.md", "tea.md, index.md"), set()),
    "titles in the navigation": (replace("mkdocs.yml", "[index.md", "[Start: index.md"), set()),
    "new page": (new_page, {*ALL, "new.md"}),
    "addresses": (replace("mkdocs.yml", "plugins:", "use_directory_urls: false\nplugins:"), ALL),
    "option of an extension": (replace("mkdocs.yml", "permalink: false", "permalink: true"), ALL),
    "extension": (replace("mkdocs.yml", "- admonition", "- smarty"), ALL),
    "playground": (replace("mkdocs.yml", "      playground: playground.md\n", ""), ALL),
    "libraries": (
        replace("mkdocs.yml", "runtime: ", "dependencies: [httpx]\n      runtime: "),
        ALL,
    ),
    "validation": (replace("mkdocs.yml", "anchors: warn", "anchors: info"), ALL),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_converts_exactly_the_pages_that_it_concerns(site: Site, change: str) -> None:
    make, expected = CHANGES[change]
    before = site.build()
    assert site.converted == ALL
    make(site.folder)
    after = site.build()
    assert site.converted == expected
    (site.folder / ".cache").rename(site.folder / "earlier")
    assert site.build() == after, "the same site as with an empty cache"
    assert (after == before) == (change in ("nothing", "other program", "validation"))


def test_a_page_is_taken_again_when_a_change_is_undone(site: Site) -> None:
    before = site.build()
    replace("snippets/pot.py", "hot", "cold")(site.folder)
    assert site.build() != before
    replace("snippets/pot.py", "cold", "hot")(site.folder)
    assert site.build() == before
    assert site.converted == set()


@pytest.mark.parametrize("what", ["engine", "packages"])
def test_every_page_is_converted_with_other_software(
    site: Site, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    site.build()
    if what == "engine":
        monkeypatch.setattr(cache, "_versions", lambda: "other")
    else:
        monkeypatch.setattr(kept_pages, "installed_packages", lambda: ["Markdown-9.dist-info"])
    site.build()
    assert site.converted == ALL


def test_pages_with_timelines_are_converted_when_the_code_that_draws_changes(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(site.folder, {"snippets/pot.trace.json": TRACE})
    monkeypatch.setattr(_Drawer, "draw", lambda *_: "<figure></figure>")
    site.build()
    site.build()
    assert site.converted == set()
    monkeypatch.setattr(_Drawer, "version", lambda _: "other")
    site.build()
    assert site.converted == {"index.md"}
    write(site.folder, {"snippets/pot.trace.json": TRACE + "\n"})
    site.build()
    assert site.converted == {"index.md"}


def test_a_dead_anchor_on_an_unchanged_page_is_still_reported(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    site.build()
    replace("docs/index.md", "#pots", "#kettles")(site.folder)
    site.build()
    assert site.converted == {"index.md"}
    assert "'tea.md' contains a link 'index.md#pots'" in caplog.text


@pytest.mark.parametrize("link", ["[gone](gone.md)", "[somewhere](/somewhere)"])
def test_what_was_reported_about_a_page_is_reported_in_each_build(
    site: Site, caplog: pytest.LogCaptureFixture, link: str
) -> None:
    caplog.set_level(logging.INFO, "mkdocs")
    replace("docs/tea.md", "[Pots](index.md#pots)", link)(site.folder)
    for _ in range(2):
        caplog.clear()
        site.build()
        assert "Doc file 'tea.md' contains a" in caplog.text
    assert site.converted == {"tea.md"}


def test_a_report_that_a_quiet_build_does_not_show_is_not_lost(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    replace("docs/tea.md", "[Pots](index.md#pots)", "[somewhere](/somewhere)")(site.folder)
    caplog.set_level(logging.ERROR, "mkdocs")
    site.build()
    caplog.set_level(logging.INFO, "mkdocs")
    site.build()
    assert "Doc file 'tea.md' contains an absolute link" in caplog.text
    caplog.set_level(logging.ERROR, "mkdocs")
    site.build()
    assert site.converted <= {"tea.md"}, "what was converted without a report serves both"


def test_a_file_that_changes_during_the_conversion_does_no_harm(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    convert = Page.render

    def render(page: Page, *arguments: Any) -> None:
        convert(page, *arguments)
        replace("snippets/pot.py", "hot", "cold")(site.folder)

    with monkeypatch.context() as patch:
        patch.setattr(Page, "render", render)
        replace("mkdocs.yml", "index.md, tea.md, prices.md, playground.md", "index.md")(site.folder)
        for page in ALL - {"index.md"}:
            (site.folder / "docs" / page).unlink()
        replace("mkdocs.yml", "      playground: playground.md\n", "")(site.folder)
        assert "hot" in site.build()["index.html"]
    assert "cold" in site.build()["index.html"]


def test_pages_are_converted_in_each_build_with_an_extension_that_reads_files(site: Site) -> None:
    replace("mkdocs.yml", "- admonition", "- pymdownx.snippets:\n      base_path: [docs]")(
        site.folder
    )
    replace("docs/tea.md", "# Tea", '# Tea\n\n--8<-- "prices.txt"\n')(site.folder)
    assert "green 3" in site.build()["tea/index.html"]
    replace("docs/prices.txt", "green 3", "white 5")(site.folder)
    assert "white 5" in site.build()["tea/index.html"]


def test_no_page_is_kept_without_a_cache(site: Site) -> None:
    replace("mkdocs.yml", "runtime: ", 'cache: ""\n      runtime: ')(site.folder)
    site.build()
    site.build()
    assert site.converted == ALL


def test_a_page_is_kept_with_its_title_and_its_table_of_contents(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace("docs/tea.md", "# Tea", "# Tea & *more*\n\n## Green\n\n### Young\n\n## White")(
        site.folder
    )
    seen: list[object] = []
    attach = kept_pages.KeptPages.attach

    def remember(self: kept_pages.KeptPages, page: Page) -> None:
        attach(self, page)
        render = page.render

        def and_look(*arguments: Any) -> None:
            render(*arguments)
            links = {file.src_uri: each for file, each in (page.links_to_anchors or {}).items()}
            toc = [(str(item), item.level, getattr(item, "active", False)) for item in page.toc]
            seen.append((page.title, toc, page.content, page.present_anchor_ids, links))

        page.render = and_look  # type: ignore[method-assign, assignment]

    monkeypatch.setattr(kept_pages.KeptPages, "attach", remember)
    site.build()
    site.build()
    assert site.converted == set()
    assert seen[: len(ALL)] == seen[len(ALL) :]


def test_settings_have_the_same_text_in_every_process() -> None:
    value = {"b": [1, None, "x", (True,)], "a": functools.partial(slugify, separator="_")}
    text = repr(encoded(value))
    assert "0x" not in text
    assert text == repr(encoded(dict(reversed(value.items()))))
    assert repr(encoded(slugify)) != repr(encoded(PythonLexer))


@pytest.mark.parametrize("value", [object(), [price_table], {"custom_icons": ["icons"]}, Path("x")])
def test_a_setting_that_might_hide_something_is_unknown(value: object) -> None:
    with pytest.raises(UnknownError):
        encoded(value)
