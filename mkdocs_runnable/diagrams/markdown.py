"""Python-Markdown extension: a paragraph that is one marked image becomes an inline drawing."""

import posixpath
import re
from html import unescape
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

from mkdocs_runnable.blocks import SOURCE_PRIORITY, LineFinder, MarkedBlock, SourceReader
from mkdocs_runnable.diagrams.drawing import Drawing, read
from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.snippets.reference import PageContext, with_fences

MARK = "diagram"
FOLDER = "diagrams"
_IMAGE = re.compile(r"!\[(?P<alt>[^\]\n]*)\]\((?P<href>[^()\s]+)\)\{:? *\.diagram *\}")
_EXPECTED = (
    "Expected, on one line between blank lines: "
    f"![What the picture shows.](path/to/{FOLDER}/name.svg){{ .{MARK} }}"
)


class DiagramsExtension(Extension):
    """Turns images marked ``.diagram`` into drawings that follow the theme.

    Its options are the folder ``docs``, and ``page``, a :class:`PageContext`.
    """

    def __init__(self, **options: Any) -> None:
        self.config = {
            "docs": ["docs", "Folder of the pages"],
            "page": [PageContext(), "The page being rendered"],
        }
        super().__init__(**options)

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Python-Markdown's name
        """Register the processors of this extension, and ``attr_list``, which reads the marks."""
        md.registerExtension(self)
        md.registerExtensions(["attr_list"], {})
        self._figures = _Figures(md, Path(self.getConfig("docs")), self.getConfig("page"))
        reader = SourceReader(md, self._figures.read_source)
        md.preprocessors.register(reader, "diagram_lines", SOURCE_PRIORITY)
        # Before paragraphs, which have priority 10.
        block = MarkedBlock(md.parser, is_diagram, self._figures.figure)
        md.parser.blockprocessors.register(block, "diagram", 16)
        # After attr_list, at priority 8, has turned misplaced marks into classes.
        md.treeprocessors.register(_MisplacedMarks(md, self._figures), "diagram_misplaced", 4)

    def reset(self) -> None:
        """Forget the previous page."""
        self._figures.reset()


class _Figures:
    """Makes the figures of one page, and reports what is wrong with them.

    Args:
        md: The converter, which keeps the finished HTML until all Markdown is converted.
        docs: The folder of the pages.
        page: The page that is being rendered.
    """

    def __init__(self, md: Markdown, docs: Path, page: PageContext) -> None:
        self._md = md
        self._docs = docs
        self._page = page
        self.reset()

    def reset(self) -> None:
        self._lines = LineFinder()
        # Name of each diagram on the page → the line of its image.
        self._shown: dict[str, int | None] = {}

    def read_source(self, text: str) -> None:
        raw = text if self._page.raw is None else self._page.raw
        self._lines = LineFinder(
            (number, line)
            for number, (line, place) in enumerate(with_fences(raw), start=1)
            if place == "outside"
        )

    def figure(self, block: str) -> Element | None:
        """Return a paragraph with the figure for a block, or None after reporting a problem."""
        line = self.find_line(block.strip())
        content = content_of(block, self._docs, self._page.path)
        self._page.add_input("diagram", block, content)
        try:
            alternative, drawing = load(block, self._docs, self._page.path)
            if drawing.name in self._shown:
                before = self._shown[drawing.name]
                raise RunnableError(
                    f"{drawing.name}.svg is on this page already"
                    f"{f', on line {before}' if before else ''}. Show it once."
                )
        except RunnableError as error:
            self.report(str(error), line)
            return None
        self._shown[drawing.name] = line
        paragraph = Element("p")
        paragraph.text = self._md.htmlStash.store(drawing.to_html(alternative))
        return paragraph

    def find_line(self, part: str) -> int | None:
        """Return the number of the next line that contains a text; each line is found once."""
        return self._lines.find_containing(part)

    def report(self, message: str, line: int | None) -> None:
        self._page.report_problem(message, self._docs, line)


class _MisplacedMarks(Treeprocessor):
    """Reports marks that have no effect, and images of diagrams that have no mark."""

    def __init__(self, md: Markdown, figures: _Figures) -> None:
        super().__init__(md)
        self._figures = figures

    def run(self, root: Element) -> None:
        for element in root.iter():
            source = element.get("src", "") if element.tag == "img" else ""
            if MARK in element.get("class", "").split():
                what = f"the image {source}" if source else f"a mark on <{element.tag}>"
                problem = f"{what} is marked .{MARK}, but is not a paragraph of its own."
            elif f"{FOLDER}/" in source and source.endswith(".svg"):
                problem = f"the diagram {source} has no mark, so it would not follow the theme."
            else:
                continue
            line = self._figures.find_line(f"]({source}" if source else f".{MARK}")
            self._figures.report(f"{problem} {_EXPECTED}", line)


def is_diagram(block: str) -> bool:
    """Whether a block of Markdown is one image marked ``.diagram``."""
    return _IMAGE.fullmatch(block.strip()) is not None


def load(block: str, docs: Path, page: str | None) -> tuple[str, Drawing]:
    """Read the drawing that a marked image shows.

    Args:
        block: A block for which :func:`is_diagram` is true.
        docs: The folder of the pages.
        page: Path of the page within ``docs``. If it is None because the page is unknown, only the
            file name in the link is used.

    Returns:
        The text alternative of the image, and the drawing.

    Raises:
        RunnableError: The image has no text alternative, or its file is missing or cannot be used.
    """
    match = _IMAGE.fullmatch(block.strip())
    assert match
    href, alternative = match["href"], " ".join(unescape(match["alt"]).split())
    if not alternative:
        raise RunnableError(f"the diagram {href} has no text alternative. {_EXPECTED}")
    path = _path(href, page)
    if posixpath.dirname(path) != FOLDER:
        folder = posixpath.dirname(page or "")
        expected = posixpath.relpath(f"{FOLDER}/{posixpath.basename(href)}", folder or ".")
        raise RunnableError(
            f"{href} is not in {docs.name}/{FOLDER}/. Expected {expected}, the path from this page."
        )
    return alternative, read(docs / path, f"{docs.name}/{path}")


def _path(href: str, page: str | None) -> str:
    """Return the path of a diagram within the folder of the pages."""
    if page is None:
        return f"{FOLDER}/{posixpath.basename(href)}"
    return posixpath.normpath(posixpath.join(posixpath.dirname(page), href))


def content_of(block: str, docs: Path, page: str | None) -> str:
    """Return the text of the file that a marked image shows; empty if it cannot be read.

    The arguments are those of :func:`load`.
    """
    match = _IMAGE.fullmatch(block.strip())
    assert match
    try:
        return (docs / _path(match["href"], page)).read_text(encoding="utf-8")
    except (OSError, ValueError):  # the page reports it
        return ""


def describe(block: str, docs: Path, page: str) -> str:
    """Describe in words what a marked image shows.

    Args:
        block: A block for which :func:`is_diagram` is true.
        docs: The folder of the pages.
        page: Path of the page within ``docs``.

    Raises:
        RunnableError: The image has no text alternative, or its file is missing or cannot be used.
    """
    alternative, drawing = load(block, docs, page)
    texts = [alternative, *([drawing.description] if drawing.description else [])]
    return f"[Picture: {' '.join(f'{text.rstrip(".")}.' for text in texts)}]"
