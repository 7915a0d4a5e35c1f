"""Python-Markdown extension: a paragraph that is one marked link becomes the snippet it names.

.. code-block:: markdown

    [snippets/chess/judit.py](../../snippets/chess/judit.py){ .runnable section="moves" }

It works without MkDocs; the plugin only tells it which page is rendered and collects its errors.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.blockprocessors import BlockProcessor
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor

from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.pages.comparison import Compared, ComparisonProcessor
from mkdocs_runnable.pages.questions import QuestionProcessor
from mkdocs_runnable.pages.timelines import compared, figure
from mkdocs_runnable.pages.widget import render
from mkdocs_runnable.recording.check import load_recording
from mkdocs_runnable.recording.recordings import Origins, Transcript
from mkdocs_runnable.snippets.reference import (
    MARK,
    PageContext,
    Reference,
    is_marked,
    marked_lines,
    parse,
    resolve,
)
from mkdocs_runnable.snippets.snippet import Library, Snippet, anchor

_LENT = "data-lent"


class RunnableExtension(Extension):
    """Options: folders ``snippets``, ``docs``, ``timelines``; ``page``, a :class:`PageContext`."""

    def __init__(self, **options: Any) -> None:
        self.config = {
            "snippets": ["snippets", "Folder of the snippets"],
            "docs": ["docs", "Folder of the pages"],
            "timelines": ["build/timelines", "Folder of the figures of recorded timelines"],
            "page": [PageContext(), "The page being rendered"],
        }
        super().__init__(**options)

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Python-Markdown's name
        """Register everything; ``attr_list`` too, which reads the mark of misplaced links."""
        md.registerExtension(self)
        md.registerExtensions(["attr_list"], {})
        # So that the stashed HTML is not wrapped into a paragraph.
        md.block_level_elements += ["predict-question", "runnable-snippet", "timeline-compare"]
        self._renderer = _Renderer(
            md,
            Library(Path(self.getConfig("snippets"))),
            Path(self.getConfig("docs")).absolute(),
            Path(self.getConfig("timelines")),
            self.getConfig("page"),
        )
        # Before anything changes the lines; before paragraphs, after code blocks and lists; after
        # attr_list (8), which reads the mark of links that are not alone.
        md.preprocessors.register(_Lines(md, self._renderer), "runnable_lines", 1000)
        md.parser.blockprocessors.register(_Block(md.parser, self._renderer), "runnable", 15)
        comparison = ComparisonProcessor(md.parser, self._renderer)
        md.parser.blockprocessors.register(comparison, "compare_timelines", 15)
        # Before inline Markdown (20).
        md.treeprocessors.register(QuestionProcessor(md, self._renderer), "runnable_questions", 30)
        # MkDocs collects anchors at 5.
        md.treeprocessors.register(_TakeBack(md), "runnable_take_back", 4.5)
        md.treeprocessors.register(_Misplaced(md, self._renderer), "runnable_misplaced", 4)

    def reset(self) -> None:
        """Forget the page before."""
        self._renderer.reset()


class _Renderer:
    """Turns marked links of one page into HTML, and says where on the page something is wrong."""

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
        self._text = ""
        self._lines: list[tuple[int, str]] = []
        self._used: dict[str, int | None] = {}
        self._recordings: dict[str, tuple[str, Transcript]] = {}
        self._comparisons = 0

    def read_lines(self, text: str) -> None:
        raw = self._page.raw
        self._text = text if raw is None else raw
        self._lines = marked_lines(self._text)

    def source(self) -> str:
        """The Markdown of the page."""
        return self._text

    def recording(self, element: Element) -> tuple[str, Transcript] | None:
        """Name and recording of the snippet that a paragraph stands for."""
        return self._recordings.get(element.get("id", "")) if _LENT in element.attrib else None

    def paragraph(self, block: str) -> Element | None:
        """Return a paragraph that stands for a block, or None after reporting an error."""
        line = self.take_line(block.strip())
        try:
            identifier, html = self._render(parse(block), line)
        except RunnableError as error:
            self.report(str(error), line)
            return None
        paragraph = Element("p", {"id": identifier, _LENT: ""})
        paragraph.text = self.stash(html)
        return paragraph

    def _render(self, reference: Reference, line: int | None) -> tuple[str, str]:
        snippet = self.snippet(reference.href)
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
            root=self.root(reference.href),
            section=reference.section,
            height=reference.height,
            explore=reference.explore,
            timeline=figure(snippet, self._timelines),
        )
        return identifier, html

    def root(self, href: str) -> str:
        """Relative URL of the root of the site; ``href`` is a link to a snippet."""
        if self._page.root is not None:
            return self._page.root
        # A page is as deep on the site as in the repository, but for the folder of the pages,
        # and with addresses that end in a slash one deeper: the two cancel out.
        return href.partition(f"{self._library.root.name}/")[0]

    def snippet(self, href: str) -> Snippet:
        """Load the file that a link of the page leads to."""
        return resolve(Reference(href), self._library, self._docs, self._page.path)

    def drawn(self, programs: Sequence[Compared]) -> str:
        """Return the figure of their recorded timelines."""
        name = f"compare-{self._comparisons}"
        self._comparisons += 1
        return compared(name, [(program.title, program.snippet) for program in programs])

    def stash(self, html: str) -> str:
        """Keep HTML from being taken for Markdown."""
        return self._md.htmlStash.store(html)

    def take_line(self, text: str) -> int | None:
        """Return the number of the next line with this text, once."""
        for index, (number, line) in enumerate(self._lines):
            if line == text:
                del self._lines[index]
                return number
        return None

    def take_line_with(self, part: str) -> int | None:
        """Return the number of the next line that contains a text, once."""
        for number, line in self._lines:
            if part in line:
                return self.take_line(line) and number
        return None

    def report(self, message: str, line: int | None) -> None:
        self._page.report_problem(message, self._docs, line)


class _Lines(Preprocessor):
    def __init__(self, md: Markdown, renderer: _Renderer) -> None:
        super().__init__(md)
        self._renderer = renderer

    def run(self, lines: list[str]) -> list[str]:
        self._renderer.read_lines("\n".join(lines))
        return lines


class _Block(BlockProcessor):
    def __init__(self, parser: Any, renderer: _Renderer) -> None:
        super().__init__(parser)
        self._renderer = renderer

    def test(self, parent: Element, block: str) -> bool:  # noqa: ARG002
        return is_marked(block)

    def run(self, parent: Element, blocks: list[str]) -> None:
        paragraph = self._renderer.paragraph(blocks.pop(0))
        if paragraph is not None:
            parent.append(paragraph)


class _TakeBack(Treeprocessor):
    """Takes ids from paragraphs when whoever checks links has seen them: the widgets have them."""

    def run(self, root: Element) -> None:
        for element in root.iter("p"):
            if _LENT in element.attrib:
                element.attrib.clear()


class _Misplaced(Treeprocessor):
    """Finds marks that stand where they do nothing."""

    def __init__(self, md: Markdown, renderer: _Renderer) -> None:
        super().__init__(md)
        self._renderer = renderer

    def run(self, root: Element) -> None:
        for element in root.iter():
            if MARK not in element.get("class", "").split():
                continue
            href = element.get("href")
            line = self._renderer.take_line_with(f"]({href}" if href else f".{MARK}")
            what = f"the link to {href}" if href else f"a mark on <{element.tag}>"
            self._renderer.report(
                f"{what} is marked .{MARK}, but is not a paragraph of its own. Expected, between "
                "blank lines: [snippets/topic/name.py](path/to/the/file.py){ .runnable }",
                line,
            )


def makeExtension(**options: Any) -> RunnableExtension:  # noqa: N802 - Python-Markdown's name
    """Return the extension; Python-Markdown calls this for ``mkdocs_runnable``."""
    return RunnableExtension(**options)
