"""Tests of what the built site has for machine readers: text editions, llms.txt and metadata."""

import json
import re
from pathlib import Path

import pytest

from mkdocs_runnable.notebooks.notebook import CHECK, Notebook, find, has_tag, text_of
from mkdocs_runnable.notebooks.page import describe
from mkdocs_runnable.project import Project
from mkdocs_runnable.site.html_page import is_external, target
from mkdocs_runnable.site.text_edition import edition_path
from mkdocs_runnable.snippets.reference import is_marked, marked_lines, parse
from tests.conftest import REPOSITORY
from tests.site.test_built_site import listed

PROJECT = Project.at(REPOSITORY)
PAGES = [
    path.relative_to(PROJECT.docs).as_posix()
    for pattern in ("*.md", "*.ipynb")
    for path in sorted(PROJECT.docs.rglob(pattern))
]
LINK = re.compile(r"\]\(([^)\s]+)\)")
DESCRIPTION = re.compile(r'<meta name="description" content="([^"]*)">')
# Metadata in the vocabulary of https://schema.org.
LINKED_DATA = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)


def prose(text: str) -> str:
    """Return a page without its code, which may contain text that looks like a link."""
    return re.sub(r"(`{3,}).*?\n\1|`[^`\n]*`", "", text, flags=re.DOTALL)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_has_a_text_edition_without_dead_links(site: Path, page: str) -> None:
    edition = site / edition_path(page)
    text = edition.read_text(encoding="utf-8")
    assert text.startswith("# ")
    assert "{ .runnable" not in prose(text)
    assert "<svg" not in prose(text)
    dead = [
        link
        for link in LINK.findall(prose(text))
        if not is_external(link) and not target(site, edition, link)[0].is_file()
    ]
    assert not dead, listed(dead)


def test_text_editions_contain_every_program_with_its_output(site: Path) -> None:
    shown = 0
    for page in PAGES:
        if page.endswith(".ipynb"):
            continue
        lines = marked_lines((PROJECT.docs / page).read_text(encoding="utf-8"))
        text = (site / edition_path(page)).read_text(encoding="utf-8")
        for name in {
            parse(line).href.rpartition("snippets/")[2].removesuffix(".py")
            for _, line in lines
            if is_marked(line)
        }:
            snippet = PROJECT.library.load(name)
            first, last = snippet.shown_lines()
            assert "\n".join(snippet.lines[first - 1 : last]) in text, name
            assert snippet.recording_path.read_text(encoding="utf-8").rstrip() in text, name
            shown += 1
    # A smaller number would mean that the test does not find the programs.
    assert shown > 50


@pytest.mark.parametrize("path", find(PROJECT), ids=lambda path: path.stem)
def test_measured_pages_name_their_machine_and_hide_their_checks(site: Path, path: Path) -> None:
    """A measured page is a notebook, and its checks are cells that test what its text claims."""
    notebook = Notebook.read(path, PROJECT.where(path))
    assert notebook.origin
    edition = site / edition_path(path.relative_to(PROJECT.docs).as_posix())
    comments_in_checks = [
        line
        for cell in notebook.code_cells
        if has_tag(cell, CHECK)
        for line in text_of(cell["source"]).splitlines()
        if line.startswith("# ")
    ]
    assert comments_in_checks
    for file in (edition, edition.with_suffix(".html")):
        text = file.read_text(encoding="utf-8")
        assert text.count(describe(notebook.origin)) == 1
        assert [line for line in comments_in_checks if line in text] == []


def test_llms_txt_lists_every_page(site: Path) -> None:
    text = (site / "llms.txt").read_text(encoding="utf-8")
    assert text.startswith("# Concurrency in Python\n\n> ")
    links = set(re.findall(r"^- \[[^\]]+\]\(([^)]+)\): \S", text, re.MULTILINE))
    assert links == {edition_path(page) for page in PAGES}


@pytest.mark.parametrize("page", PAGES)
def test_every_page_has_metadata(site: Path, page: str) -> None:
    html = (site / edition_path(page)).with_suffix(".html").read_text(encoding="utf-8")
    (description,) = DESCRIPTION.findall(html)
    # In characters. Search engines cut longer descriptions, and shorter ones say too little.
    assert 50 < len(description) < 320
    # docs/templates/main.html says why there is a space in `rel`.
    assert '<link rel="alternate " type="text/markdown" href="index.md"' in html
    (script,) = LINKED_DATA.findall(html)
    article = json.loads(script)
    assert article["@type"] == ("WebSite" if page == "index.md" else "TechArticle")
    assert article["description"]
    assert article.get("headline") or article.get("name")


def test_no_two_pages_have_the_same_description(site: Path) -> None:
    descriptions = [
        DESCRIPTION.findall(
            (site / edition_path(page)).with_suffix(".html").read_text(encoding="utf-8")
        )[0]
        for page in PAGES
    ]
    assert len(set(descriptions)) == len(descriptions)
