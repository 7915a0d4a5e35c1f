"""Tests that the checks of the built site find all problems of small sites, and no others."""

import random
from pathlib import Path

import pytest

from mkdocs_runnable.pages.widget import render
from mkdocs_runnable.recording.policy import Recording
from mkdocs_runnable.recording.recordings import Transcript
from mkdocs_runnable.site.html_page import read_site
from mkdocs_runnable.snippets.snippet import Library
from tests.conftest import AddSnippet
from tests.site import checks


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Return a small site without any problem: a home page, a page that it links to, and a 404."""
    site = tmp_path / "site"
    (site / "deep").mkdir(parents=True)
    write(site, "index.html", '<h1 id="top">Home</h1><a href="deep/#down">x</a>')
    write(site, "deep/index.html", '<a name="down" href="../#top">x</a><a href="#down">x</a>')
    write(site, "404.html", '<a href="/">x</a>')
    return site


def write(site: Path, name: str, text: str) -> None:
    (site / name).parent.mkdir(parents=True, exist_ok=True)
    (site / name).write_text(text, encoding="utf-8")


def test_a_site_without_problems_passes(small: Path) -> None:
    assert checks.dead_links(small) == []
    assert checks.orphans(small) == []
    assert checks.foreign_assets(small) == []
    assert checks.missing_assets(small) == []


@pytest.mark.parametrize(
    ("link", "problem"),
    [
        ("gone/", "a.html: gone/ leads nowhere"),
        ("deep/gone.html", "a.html: deep/gone.html leads nowhere"),
        ("../site.zip", "a.html: ../site.zip leads nowhere"),
        ("deep/#gone", "a.html: deep/#gone: there is no such anchor"),
        ("#gone", "a.html: #gone: there is no such anchor"),
        ("/deep/#gone", "a.html: /deep/#gone: there is no such anchor"),
        ("deep/", None),
        ("deep", None),
        ("deep/?q=1#down", None),
        ("https://example.org/gone", None),
        ("mailto:a@example.org", None),
    ],
)
def test_dead_links_are_found(small: Path, link: str, problem: str | None) -> None:
    write(small, "a.html", f'<a href="{link}">x</a>')
    assert checks.dead_links(small) == ([problem] if problem else [])


def test_skipped_levels_of_headings_are_found(small: Path) -> None:
    write(small, "a.html", "<article><h1>a</h1><h2>b</h2><h3>c</h3><h2>d</h2></article>")
    assert checks.skipped_headings(small) == []
    write(small, "a.html", "<article><h1>a</h1><h3>c</h3></article>")
    assert checks.skipped_headings(small) == ["a.html: a heading of level 3 follows one of level 1"]


def test_pages_that_cannot_be_reached_are_found(small: Path) -> None:
    write(small, "lost/index.html", '<a href="../far/">x</a>')
    write(small, "far/index.html", '<a href="../lost/">x</a>')
    assert checks.orphans(small) == [
        "far/index.html: no page links to it",
        "lost/index.html: no page links to it",
    ]
    # The home page links to this page, and now this page links to one of the two.
    write(small, "deep/index.html", '<a href="/lost/">x</a>')
    assert checks.orphans(small) == []


@pytest.mark.parametrize(
    "html",
    [
        '<script src="https://example.org/x.js"></script>',
        '<script src="//example.org/x.js"></script>',
        '<link rel="stylesheet" href="https://example.org/x.css">',
        '<link rel="preload" as="font" href="https://example.org/x.woff2">',
        '<img src="https://example.org/x.png">',
        '<img srcset="a.png 1x, https://example.org/x.png 2x">',
        '<iframe src="https://example.org/"></iframe>',
        '<video poster="https://example.org/x.png"></video>',
    ],
)
def test_files_that_pages_load_from_another_host_are_found(small: Path, html: str) -> None:
    write(small, "a.html", html)
    assert len(checks.foreign_assets(small)) == 1


def test_files_that_style_sheets_load_from_another_host_are_found(small: Path) -> None:
    write(small, "a.css", '@import "https://example.org/x.css"; a { background: url(x.png) }')
    write(small, "b.css", "a { src: url('//example.org/x'); b: url(data:image/png;base64,x) }")
    assert len(checks.foreign_assets(small)) == 2


def test_links_to_other_sites_are_not_assets(small: Path) -> None:
    html = '<a href="https://example.org">x</a><link rel="canonical" href="https://example.org/">'
    write(small, "a.html", html)
    assert checks.foreign_assets(small) == []


def test_missing_files_are_found(small: Path) -> None:
    write(small, "a.html", '<script src="gone.js"></script><img src="data:image/png;base64,x">')
    assert checks.missing_assets(small) == ["a.html: <script> loads gone.js, which is not there"]


def test_the_weight_of_a_page_counts_only_files_that_it_loads(small: Path) -> None:
    def noise(size: int) -> str:
        """Return text of this many characters, which gzip compresses to about half of its size."""
        return random.Random(size).randbytes(size // 2).hex()

    write(small, "index.html", '<script type="module" src="w.js"></script>')
    write(
        small, "w.js", f'import{{a}}from"./chunks/a.js";import("./chunks/later.js");//{noise(4000)}'
    )
    write(small, "chunks/a.js", f'export * from "./b.js";//{noise(8000)}')
    write(small, "chunks/b.js", f"//{noise(16000)}")
    write(small, "chunks/later.js", f"//{noise(100_000)}")
    write(small, "search/search_index.json", noise(200_000))
    weights = {weight.page: weight for weight in checks.weights(small)}
    home = weights["index.html"]
    # Half of 4,000 + 8,000 + 16,000 characters, and the page itself.
    assert 14_000 < home.bytes < 20_000
    assert weights["404.html"].bytes < 200
    assert home.search > 90_000
    assert home.prefetched < 200
    assert next(iter(weights)) == "index.html", "the heaviest page comes first"


def test_the_weight_of_a_page_counts_files_that_style_sheets_load(small: Path) -> None:
    write(small, "deep/index.html", '<link rel="stylesheet" href="../css/a.css">')
    write(small, "css/a.css", '@import "b.css"; a { src: url("../font.woff2") }')
    write(small, "css/b.css", "")
    write(small, "font.woff2", "")
    page = next(each for each in read_site(small) if each.path.parent.name == "deep")
    names = {file.relative_to(small).as_posix() for file in checks.loaded_files(small, page)}
    assert names == {"css/a.css", "css/b.css", "font.woff2"}


def test_snippets_that_are_missing_or_different_are_found(
    small: Path, library: Library, add_snippet: AddSnippet
) -> None:
    add_snippet("tea/pot", "x = 1\n")
    assert checks.unpublished(small, library) == ["snippets/tea/pot.py is not published"]
    write(small, "snippets/tea/pot.py", "x = 1")
    (problem,) = checks.unpublished(small, library)
    assert "differs" in problem
    write(small, "snippets/tea/pot.py", "x = 1\n")
    assert checks.unpublished(small, library) == []


def test_incomplete_widgets_are_found(library: Library, add_snippet: AddSnippet) -> None:
    source = "# region a\nprint('<one>')\n# endregion\n"
    add_snippet("tea/pot", source, "<one>\n2> two\n[exit status 1]\n")
    snippet = library.load("tea/pot")
    recording = Recording(Transcript.parse(snippet.recording_path.read_text()))
    html = render(snippet, recording, root="")
    # Around the widget are an element without an end tag, and code that belongs to no widget.
    html = f"<main><p>x<br>y</p>{html}<code class=language-python>x</code></main>"
    assert checks.incomplete_widgets(html, [("tea/pot", None)], library) == []
    missing = checks.incomplete_widgets(html, [("tea/pot", "a")], library)
    assert missing == ["tea-pot--a is missing"]
    changed = html.replace("&lt;one&gt;", "&lt;two&gt;")
    assert checks.incomplete_widgets(changed, [("tea/pot", None)], library) == [
        "tea-pot does not show the source of pot.py",
        "tea-pot does not show the recorded output",
    ]
    assert checks.incomplete_widgets("", [("tea/pot", None)], library) == ["tea-pot is missing"]


def test_wrong_diagrams_are_found() -> None:
    drawing = (
        '<svg class="drawing" role="img" aria-labelledby="pot--title">'
        '<title id="pot--title">A pot.</title></svg>'
    )
    assert checks.wrong_diagrams(f"<title>Tea</title>{drawing}<svg></svg>", ["pot"]) == []
    missing = ["pot is not on the page, or has no name"]
    assert checks.wrong_diagrams("", ["pot"]) == missing
    assert checks.wrong_diagrams(drawing.replace("A pot.", " "), ["pot"]) == missing
    assert checks.wrong_diagrams(drawing.replace(' role="img"', ""), ["pot"]) == [
        "the drawing named by #pot--title has no role"
    ]
    assert checks.wrong_diagrams('<img src="../diagrams/pot.svg">', []) == [
        "../diagrams/pot.svg is an image, not part of the page"
    ]
