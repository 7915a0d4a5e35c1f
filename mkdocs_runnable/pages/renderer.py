"""Renders the marked links of one page, and reports problems with the line that caused them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element

from markdown import Markdown

from mkdocs_runnable.blocks import LineFinder
from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.pages.timelines import comparison_figure, figure
from mkdocs_runnable.pages.widget import render
from mkdocs_runnable.recording.check import load_recording
from mkdocs_runnable.recording.recordings import Origins, Transcript
from mkdocs_runnable.snippets.reference import (
    PageContext,
    Reference,
    marked_lines,
    parse,
    resolve,
)
from mkdocs_runnable.snippets.snippet import Library, Snippet, anchor

_PLACEHOLDER = "data-placeholder"


@dataclass(frozen=True)
class ComparedProgram:
    """A program in a comparison: its title there, and the link to its snippet."""

    title: str
    href: str
    snippet: Snippet


class PageRenderer:
    """Turns marked links of one page into HTML, and reports what is wrong with them.

    Args:
        md: The converter, which keeps the finished HTML until all Markdown is converted.
        library: All snippets.
        docs: The folder of the pages.
        timelines: The folder with the figures of recorded timelines.
        page: The page that is being rendered.
    """

    def __init__(
        self, md: Markdown, library: Library, docs: Path, timelines: Path, page: PageContext
    ) -> None:
        self._md = md
        self._library = library
        self._docs = docs
        self._timelines = timelines
        self._page = page
        self.reset()

    def reset(self) -> None:
        """Forget the previous page."""
        self._source = ""
        self._marked_lines = LineFinder()
        # Shown name of each snippet or section on the page → the line of its link.
        self._used: dict[str, int | None] = {}
        # HTML id of a widget → name and recording of its snippet.
        self._recordings: dict[str, tuple[str, Transcript]] = {}
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
        snippet = self.load_snippet(reference.href)
        shown = snippet.name + (f" (section {reference.section})" if reference.section else "")
        if shown in self._used:
            before = f", on line {self._used[shown]}" if self._used[shown] else ""
            raise RunnableError(f"{shown} is on this page already{before}. Show it once.")
        snippet.shown_lines(reference.section)
        self._used[shown] = line
        identifier = anchor(snippet.name, reference.section)
        recording = load_recording(snippet, self._library)
        self._recordings[identifier] = (snippet.name, recording)
        html = render(
            snippet,
            recording,
            Origins(self._library.root).get(snippet.name),
            root=self.root_url(reference.href),
            section=reference.section,
            height=reference.height,
            explore=reference.explore,
            timeline=figure(snippet, self._timelines),
        )
        return identifier, html

    def recording_at(self, element: Element) -> tuple[str, Transcript] | None:
        """Return name and recording of the snippet for a placeholder; None for other elements."""
        is_placeholder = _PLACEHOLDER in element.attrib
        return self._recordings.get(element.get("id", "")) if is_placeholder else None

    def root_url(self, href: str) -> str:
        """Return the relative URL of the root of the site; ``href`` is a link to a snippet."""
        if self._page.root is not None:
            return self._page.root
        # The link goes up to the root of the repository, which is one folder above docs/. The URL
        # of the page ends in a slash, so it is one level deeper than its file. The two cancel out.
        return href.partition(f"{self._library.root.name}/")[0]

    def load_snippet(self, href: str) -> Snippet:
        """Load the snippet that a link on the page leads to.

        Raises:
            RunnableError: The link leads elsewhere or to no file, or the file cannot be used.
        """
        return resolve(Reference(href), self._library, self._docs, self._page.path)

    def compare(self, programs: Sequence[ComparedProgram]) -> str:
        """Return the figure with the recorded timelines of several programs on one time axis."""
        name = f"compare-{self._comparison_count}"
        self._comparison_count += 1
        return comparison_figure(name, [(program.title, program.snippet) for program in programs])

    def stash(self, html: str) -> str:
        """Keep finished HTML, and return the text that holds its place in the Markdown."""
        return self._md.htmlStash.store(html)

    def find_line_containing(self, part: str) -> int | None:
        """Return the number of the next marked line that contains a text; each is found once."""
        return self._marked_lines.find_containing(part)

    def report(self, message: str, line: int | None) -> None:
        """Report a problem of the page, with its line if that is known."""
        self._page.report_problem(message, self._docs, line)


def clear_placeholders(root: Element) -> None:
    """Remove the ids of all placeholders, because the widgets in them have the same ids."""
    for element in root.iter("p"):
        if _PLACEHOLDER in element.attrib:
            element.attrib.clear()
