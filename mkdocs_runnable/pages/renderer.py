"""Renders the marked links of one page, and reports problems with the line that caused them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import quote
from xml.etree.ElementTree import Element

from markdown import Markdown

from mkdocs_runnable.blocks import LineFinder
from mkdocs_runnable.cache import Cache
from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.pages.timelines import comparison_figure, description, figure
from mkdocs_runnable.pages.widget import render
from mkdocs_runnable.recording.policy import Recording, RecordingFinder
from mkdocs_runnable.snippets.reference import (
    PageContext,
    Reference,
    marked_lines,
    parse,
    resolve,
    split_at,
)
from mkdocs_runnable.snippets.snippet import Anchors, Snippet

_PLACEHOLDER = "data-placeholder"


@dataclass(frozen=True)
class ComparedProgram:
    """A program in a comparison.

    Attributes:
        title: Its title in the comparison.
        href: Path from the page to its snippet.
        snippet: The snippet.
        is_recorded: Whether its timeline is recorded.
    """

    title: str
    href: str
    snippet: Snippet
    is_recorded: bool


@dataclass(frozen=True)
class ShownSnippet:
    """A snippet on a page, with its recording, which is None if there is none yet."""

    snippet: Snippet
    recording: Recording | None


class PageRenderer:
    """Turns marked links of one page into HTML, and reports what is wrong with them.

    Args:
        md: The converter, which keeps the finished HTML until all Markdown is converted.
        recordings: The snippets and their recordings.
        docs: The folder of the pages.
        cache: What is kept between two builds.
        page: The page that is being rendered.
    """

    def __init__(
        self,
        md: Markdown,
        recordings: RecordingFinder,
        docs: Path,
        cache: Cache,
        page: PageContext,
    ) -> None:
        self._md = md
        self._recordings = recordings
        self._library = recordings.library
        self._docs = docs
        self._cache = cache
        self._page = page
        self.reset()

    def reset(self) -> None:
        """Forget the previous page."""
        self._source = ""
        self._marked_lines = LineFinder()
        # Snippet and section of each widget on the page → the line of its link.
        self._used: dict[tuple[str, str | None], int | None] = {}
        self._anchors = Anchors()
        # HTML id of a widget → its snippet.
        self._shown: dict[str, ShownSnippet] = {}
        self._comparison_count = 0

    def read_source(self, text: str) -> None:
        """Remember the Markdown of the page: the whole file if it is known, else ``text``."""
        raw = self._page.raw
        self._source = text if raw is None else raw
        self._marked_lines = LineFinder(marked_lines(self._source))

    @property
    def source(self) -> str:
        """The Markdown of the page, in which the lines of problems are counted."""
        return self._source

    def placeholder(self, block: str) -> Element | None:
        """Render a marked link as a paragraph that holds the place of a widget.

        The paragraph has the widget's id until :func:`clear_placeholders` removes it. This lets
        MkDocs find the id when it collects the anchors of the page.

        Returns:
            The paragraph, or None if the link has a problem, which has then been reported.
        """
        line = self._marked_lines.find(block.strip())
        try:
            identifier, html = self._render(parse(block), line)
        except RunnableError as error:
            self.report(str(error), line)
            return None
        paragraph = Element("p", {"id": identifier, _PLACEHOLDER: ""})
        paragraph.text = self.stash(html)
        return paragraph

    def _render(self, reference: Reference, line: int | None) -> tuple[str, str]:
        """Return the HTML id and the HTML of a widget."""
        snippet = self.load_snippet(reference.href)
        shown = snippet.name, reference.section
        if shown in self._used:
            what = snippet.name + (f" (section {reference.section})" if reference.section else "")
            before = f", on line {self._used[shown]}" if self._used[shown] else ""
            raise RunnableError(f"{what} is on this page already{before}. Show it once.")
        snippet.shown_lines(reference.section)  # raises an error if there is no such section
        self._used[shown] = line
        identifier = self._anchors.take(*shown)
        recording = self._recordings.find(snippet)
        self._shown[identifier] = ShownSnippet(snippet, recording)
        root = self.root_url(reference.href)
        playground = self._page.playground
        make = partial(
            render,
            snippet,
            recording,
            root=root,
            playground=None if playground is None else f"{root}{playground}",
            identifier=identifier,
            section=reference.section,
            height=reference.height,
            explore=reference.explore,
            timeline=figure(snippet, self._cache, identifier) if recording else "",
        )
        # The HTML depends on these values. All other attributes of the snippet follow from its
        # source.
        parts = (snippet.name, snippet.source, recording, make.keywords)
        html = self._cache.text("widget", parts, make)
        return identifier, html

    def snippet_at(self, element: Element) -> ShownSnippet | None:
        """Return the snippet for which a placeholder holds the place; None for other elements."""
        is_placeholder = _PLACEHOLDER in element.attrib
        return self._shown.get(element.get("id", "")) if is_placeholder else None

    def has_timeline(self, snippet: Snippet) -> bool:
        """Whether the timeline of a snippet is recorded. If not, recording it again may add one.

        Raises:
            RunnableError: The snippet has no timeline, and recording it again would add none.
        """
        recording = self._recordings.find(snippet)
        has_trace = snippet.trace_path.exists()
        is_due = recording is None or recording.is_outdated
        if has_trace or (is_due and snippet.header.timeline is not False):
            return has_trace and recording is not None
        raise RunnableError(f"{snippet.name} has no recorded timeline to compare.")

    def root_url(self, href: str) -> str:
        """Return the relative URL of the root of the site.

        Args:
            href: Path from the page to a snippet.
        """
        if self._page.root is not None:
            return self._page.root
        # The link goes up to the root of the repository, which is one folder above docs/. The URL
        # of the page ends in a slash, so it is one level deeper than its file. The two cancel out.
        return quote(split_at(href, self._library.root.name)[0])

    def load_snippet(self, href: str) -> Snippet:
        """Load the snippet at a path, as seen from the page.

        Raises:
            RunnableError: The link leads elsewhere or to no file, or the file cannot be used.
        """
        snippet = resolve(Reference(href), self._library, self._docs, self._page.path)
        self._page.add_input("program", href, content_of(snippet, self._recordings))
        return snippet

    def compare(self, programs: Sequence[ComparedProgram]) -> str:
        """Return the figure with the recorded timelines of several programs on one time axis.

        Programs that are not recorded yet are left out. If that leaves no program, the figure is
        hidden, and scripts show it for the reader's own runs.
        """
        name = f"compare.{self._comparison_count}"
        self._comparison_count += 1
        runs = [(program.title, program.snippet) for program in programs if program.is_recorded]
        if not runs:
            return '<figure class="runnable-timeline" hidden></figure>'
        return comparison_figure(name, runs, self._cache)

    def stash(self, html: str) -> str:
        """Keep finished HTML, and return the text that holds its place in the Markdown."""
        return self._md.htmlStash.store(html)

    def find_line_containing(self, part: str) -> int | None:
        """Return the number of the next marked line with a text. Each line is found only once."""
        return self._marked_lines.find_containing(part)

    def report(self, message: str, line: int | None) -> None:
        """Report a problem of the page, with its line if that is known."""
        self._page.report_problem(message, self._docs, line)


def content_of(snippet: Snippet, recordings: RecordingFinder) -> str:
    """Return all that the HTML of a snippet can depend on: its source, its output and its trace."""
    try:
        recording = recordings.find(snippet)
        timeline = description(snippet)
    except RunnableError as error:  # the page reports it
        return str(error)
    return repr((snippet.name, snippet.source, recording, timeline))


def clear_placeholders(root: Element) -> None:
    """Remove the ids of all placeholders, because the widgets in them have the same ids."""
    for element in root.iter("p"):
        if _PLACEHOLDER in element.attrib:
            element.attrib.clear()
