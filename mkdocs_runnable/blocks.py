"""Helpers that the Markdown extensions of this package share, mainly to replace marked blocks.

A mark is a class that the author has given to a link or an image, such as ``{ .runnable }``.
"""

from collections.abc import Callable, Iterable
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.blockparser import BlockParser
from markdown.blockprocessors import BlockProcessor
from markdown.preprocessors import Preprocessor

# Python-Markdown runs the preprocessor with the highest number first. A `SourceReader` has to be
# first, because some of the others remove lines.
SOURCE_PRIORITY = 1000


class SourceReader(Preprocessor):
    """Passes the Markdown of each page to a function before anything changes it.

    Args:
        md: The converter.
        read: Receives the text of the page.
    """

    def __init__(self, md: Markdown, read: Callable[[str], None]) -> None:
        super().__init__(md)
        self._read = read

    def run(self, lines: list[str]) -> list[str]:
        """Pass the text to ``read``, and return the lines unchanged."""
        self._read("\n".join(lines))
        return lines


class MarkedBlock(BlockProcessor):
    """Replaces each block of Markdown that has a mark, such as ``.runnable``, with an element.

    Args:
        parser: The block parser of the converter.
        is_marked: Whether a block has the mark.
        make: Returns the element for a block, or None after it has reported a problem.
    """

    def __init__(
        self,
        parser: BlockParser,
        is_marked: Callable[[str], bool],
        make: Callable[[str], Element | None],
    ) -> None:
        super().__init__(parser)
        self._is_marked = is_marked
        self._make = make

    def test(self, parent: Element, block: str) -> bool:  # noqa: ARG002
        """Whether the block has the mark."""
        return self._is_marked(block)

    def run(self, parent: Element, blocks: list[str]) -> None:
        """Replace the first block with its element, or remove the block if it has a problem."""
        element = self._make(blocks.pop(0))
        if element is not None:
            parent.append(element)


class LineFinder:
    """Finds the line of a page that has a certain text, and finds each line only once.

    If the same text occurs twice on a page, the first search finds the first line and the second
    search finds the second one.

    Args:
        lines: Number and text of each line, in the order of the page.
    """

    def __init__(self, lines: Iterable[tuple[int, str]] = ()) -> None:
        self._lines = list(lines)

    def find(self, text: str) -> int | None:
        """Return the number of the first line not found before that equals a text, or None."""
        return self._take(lambda line: line == text)

    def find_containing(self, part: str) -> int | None:
        """Return the number of the first line not found before that contains a text, or None."""
        return self._take(lambda line: part in line)

    def _take(self, is_wanted: Callable[[str], bool]) -> int | None:
        for index, (number, line) in enumerate(self._lines):
            if is_wanted(line):
                del self._lines[index]
                return number
        return None
