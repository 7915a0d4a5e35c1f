"""Checks of a built site. Most of them return a message for each problem that they find."""

import gzip
import itertools
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

from mkdocs_runnable.pages.widget import render
from mkdocs_runnable.recording.policy import Recording
from mkdocs_runnable.recording.recordings import Transcript
from mkdocs_runnable.site.html_page import HtmlPage, is_external, read_site, target
from mkdocs_runnable.snippets.snippet import Library

# Imports that a module needs before it runs, unlike those with import(), which it may never need.
_STATIC_IMPORT = re.compile(r"""(?:^|[;}\s])(?:import|export)\b[^"'()]*?["'](\.{1,2}/[^"']+)["']""")
_CSS_ADDRESS = re.compile(r"""(?:url\(\s*|@import\s+)["']?(?P<address>[^"')\s]+)""")


def dead_links(site: Path) -> list[str]:
    """Find links within the site to a file or an anchor that does not exist."""
    pages = {page.path: page for page in read_site(site)}
    problems = []
    for page in pages.values():
        for address in page.links:
            if is_external(address):
                continue
            file, anchor = target(site, page.path, address)
            where = page.path.relative_to(site)
            if not file.is_file():
                problems.append(f"{where}: {address} leads nowhere")
            elif not (_is_for_scripts(anchor) or _has_anchor(pages.get(file), anchor)):
                problems.append(f"{where}: {address}: there is no such anchor")
    return problems


def _has_anchor(page: HtmlPage | None, anchor: str) -> bool:
    return page is None or not anchor or anchor in page.anchors


def _is_for_scripts(anchor: str) -> bool:
    """Whether an anchor is not an id: a share link, a text fragment or a menu of Material."""
    return anchor.startswith(("code=", ":~:", "__"))


_HEADING = re.compile(r"<h([1-6])[ >]")


def skipped_headings(site: Path) -> list[str]:
    """Find headings that are more than one level below the heading before them."""
    problems = []
    for page in read_site(site):
        html = page.path.read_text(encoding="utf-8")
        article = html.partition("<article")[2].partition("</article>")[0]
        levels = [int(level) for level in _HEADING.findall(article)]
        for before, level in itertools.pairwise(levels):
            if level > before + 1:
                where = page.path.relative_to(site)
                problems.append(
                    f"{where}: a heading of level {level} follows one of level {before}"
                )
    return problems


def orphans(site: Path) -> list[str]:
    """Find pages that readers cannot reach from the home page by following links."""
    pages = {page.path: page for page in read_site(site)}
    home = site / "index.html"
    reached, pending = {home}, [home]
    while pending:
        page = pages[pending.pop()]
        for address in page.links:
            file, _ = target(site, page.path, address)
            if not is_external(address) and file in pages and file not in reached:
                reached.add(file)
                pending.append(file)
    return [
        f"{path.relative_to(site)}: no page links to it"
        for path in sorted(pages.keys() - reached)
        if path != site / "404.html"  # no page should link to it
    ]


def foreign_assets(site: Path) -> list[str]:
    """Find files that pages and style sheets load from another host."""
    problems = [
        f"{page.path.relative_to(site)}: <{tag}> loads {address}"
        for page in read_site(site)
        for tag, address in page.assets
        if is_external(address)
    ]
    for path in sorted(site.rglob("*.css")):
        problems += [
            f"{path.relative_to(site)}: loads {match['address']}"
            for match in _CSS_ADDRESS.finditer(path.read_text(encoding="utf-8"))
            if is_external(match["address"]) and not match["address"].startswith("data:")
        ]
    return problems


def missing_assets(site: Path) -> list[str]:
    """Find files that pages load from the site, but that do not exist."""
    return [
        f"{page.path.relative_to(site)}: <{tag}> loads {address}, which is not there"
        for page in read_site(site)
        for tag, address in page.assets
        if not is_external(address) and not target(site, page.path, address)[0].is_file()
    ]


@dataclass(frozen=True)
class Weight:
    """What one page transfers before the first Run, in bytes after gzip.

    Attributes:
        page: Path of the page within the site.
        bytes: The page and all files that it loads.
        search: The index and the worker of the search, which are not part of ``bytes``. They are
            loaded when a reader starts a search; tests/e2e/site/search.test.ts checks that.
        prefetched: The largest page of the site, which is not part of ``bytes`` either. Instant
            navigation fetches a page when the reader hovers over a link to it.
    """

    page: str
    bytes: int
    search: int
    prefetched: int


def weights(site: Path) -> list[Weight]:
    """Return the weight of each page, the heaviest first."""
    pages = read_site(site)
    search = sum(
        _gzipped(file)
        for pattern in ("search/search_index.json", "assets/javascripts/workers/search.*.js")
        for file in site.glob(pattern)
    )
    html = {page.path: _gzipped(page.path) for page in pages}
    result = [
        Weight(
            page=page.path.relative_to(site).as_posix(),
            bytes=html[page.path] + sum(_gzipped(file) for file in loaded_files(site, page)),
            search=search,
            prefetched=max(html.values()),
        )
        for page in pages
    ]
    return sorted(result, key=lambda weight: weight.bytes, reverse=True)


def loaded_files(site: Path, page: HtmlPage) -> set[Path]:
    """Return the files that a page loads, including those that its scripts and styles load."""
    addresses = [address for _, address in page.assets if not is_external(address)]
    pending = [target(site, page.path, address)[0] for address in addresses]
    files: set[Path] = set()
    while pending:
        file = pending.pop()
        if file in files or not file.is_file():
            continue
        files.add(file)
        if file.suffix in (".js", ".mjs"):
            found = _STATIC_IMPORT.findall(file.read_text(encoding="utf-8"))
        elif file.suffix == ".css":
            text = file.read_text(encoding="utf-8")
            found = [match["address"] for match in _CSS_ADDRESS.finditer(text)]
        else:
            found = []
        pending += [
            target(site, file, address)[0]
            for address in found
            if not is_external(address) and not address.startswith("#")
        ]
    return files


def _gzipped(path: Path) -> int:
    return len(gzip.compress(path.read_bytes(), compresslevel=6, mtime=0))


def unpublished(site: Path, library: Library) -> list[str]:
    """Find snippet files that the site lacks or has with a different content."""
    problems = []
    for name in library.names():
        published = site / "snippets" / f"{name}.py"
        if not published.is_file():
            problems.append(f"snippets/{name}.py is not published")
        elif published.read_bytes() != library.path(name).read_bytes():
            problems.append(f"snippets/{name}.py differs from the file in the repository")
    return problems


class _Widgets(HTMLParser):
    """Reads the code and the output of each widget, as a browser without scripts shows them."""

    def __init__(self) -> None:
        super().__init__()
        self.widgets: list[dict[str, str]] = []
        # The elements that are open: the tag, and the part of a widget that begins there, if any.
        self._open: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "runnable-snippet":
            self.widgets.append({"id": attributes.get("id") or "", "code": "", "pre": ""})
            self._open.append((tag, "widget"))
            return
        classes = (attributes.get("class") or "").split()
        if "language-python" in classes and self._inside("widget"):
            self._open.append((tag, "code"))
        elif tag == "pre" and self._inside("output"):
            self._open.append((tag, "pre"))
        elif "runnable-output" in classes:
            self._open.append((tag, "output"))
        # These elements have no end tag.
        elif tag not in ("br", "img", "input", "link", "meta", "hr"):
            self._open.append((tag, ""))

    def _inside(self, part: str) -> bool:
        return any(name == part for _, name in self._open)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        for part in ("code", "pre"):
            if self.widgets and self._inside(part):
                self.widgets[-1][part] += data


def read_widgets(html: str) -> dict[str, dict[str, str]]:
    """Return the widgets of a page by id, each with its ``code`` and its output (``pre``)."""
    reader = _Widgets()
    reader.feed(html)
    reader.close()
    return {widget["id"]: widget for widget in reader.widgets}


def incomplete_widgets(
    html: str, expected: list[tuple[str, str | None]], library: Library
) -> list[str]:
    """Find snippets that a page does not show completely, with their output.

    Args:
        html: The page.
        expected: The name and the section of each snippet that the page should show; None for the
            whole snippet.
        library: The snippets.
    """
    widgets = read_widgets(html)
    problems = []
    for name, section in expected:
        snippet = library.load(name)
        recorded = snippet.recording_path.read_text(encoding="utf-8")
        complete = render(snippet, Recording(Transcript.parse(recorded)), root="", section=section)
        (identifier, wanted), *_ = read_widgets(complete).items()
        if identifier not in widgets:
            problems.append(f"{identifier} is missing")
            continue
        shown = widgets[identifier]
        first, last = snippet.shown_lines(section)
        if shown["code"] != "\n".join(snippet.lines[first - 1 : last]):
            problems.append(f"{identifier} does not show the source of {library.path(name).name}")
        if shown["pre"] != wanted["pre"]:
            problems.append(f"{identifier} does not show the recorded output")
    return problems


class _Diagrams(HTMLParser):
    """Finds images of drawings, and the names of inline drawings."""

    def __init__(self) -> None:
        super().__init__()
        self.problems: list[str] = []
        self.names: dict[str, str] = {}  # the names, by the id of the title
        self._title: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "img" and "diagrams/" in (attributes.get("src") or ""):
            self.problems.append(f"{attributes['src']} is an image, not part of the page")
        elif tag == "svg" and attributes.get("class") == "drawing":
            title = attributes.get("aria-labelledby") or ""
            self.names[title] = ""
            if attributes.get("role") != "img":
                self.problems.append(f"the drawing named by #{title} has no role")
        elif tag == "title" and attributes.get("id") in self.names:
            self._title = attributes["id"]

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self._title = None

    def handle_data(self, data: str) -> None:
        if self._title is not None:
            self.names[self._title] += data


def wrong_diagrams(html: str, expected: list[str]) -> list[str]:
    """Find diagrams, by file name, that a page does not show inline and with a name."""
    reader = _Diagrams()
    reader.feed(html)
    reader.close()
    problems = reader.problems
    # The title of a drawing has the name of its file in its id, as in "four-models--title".
    named = {title.removesuffix("--title") for title, name in reader.names.items() if name.strip()}
    problems += [
        f"{name} is not on the page, or has no name" for name in expected if name not in named
    ]
    return problems
