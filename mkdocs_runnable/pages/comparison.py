"""Timelines of several snippets on one time axis: links, one a line, and a mark below them.

.. code-block:: markdown

    [one after the other](../../snippets/tea/in_turn.py)
    [together](../../snippets/tea/together.py)
    { .compare-timelines }

The HTML is a figure that needs no scripts; ``runtime/page/comparison/comparison.ts`` lets readers
run them.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Protocol
from xml.etree.ElementTree import Element, SubElement

from markdown.blockprocessors import BlockProcessor

from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.snippets.reference import with_fences
from mkdocs_runnable.snippets.snippet import Snippet

MARK = "compare-timelines"
MOST = 4  # more cannot be told apart
_MARK = re.compile(rf"\{{:?\s*\.{MARK}\s*\}}")
_LINK = re.compile(r"\[(?P<title>[^\]\n]+)\]\((?P<href>[^()\s]+)\)")


@dataclass(frozen=True)
class Compared:
    """A program in a comparison: what it is called there, and the link to it."""

    title: str
    href: str
    snippet: Snippet


class OnPage(Protocol):
    """What is known of the page that is being rendered."""

    def source(self) -> str:
        """Its Markdown, in which problems are to be found."""

    def snippet(self, href: str) -> Snippet:
        """Load the file that a link of the page leads to."""

    def root(self, href: str) -> str:
        """Relative URL of the root of the site; ``href`` is a link to a snippet."""

    def drawn(self, programs: Sequence[Compared]) -> str:
        """Return the figure of their recorded timelines."""

    def stash(self, html: str) -> str:
        """Keep HTML from being taken for Markdown."""

    def report(self, message: str, line: int | None) -> None:
        """Tell what is wrong, and where."""


class ComparisonProcessor(BlockProcessor):
    """Turns such a block into ``<timeline-compare>``."""

    def __init__(self, parser: Any, page: OnPage) -> None:
        super().__init__(parser)
        self._page = page

    def test(self, parent: Element, block: str) -> bool:  # noqa: ARG002
        """Whether the last line of a block is the mark."""
        return _MARK.fullmatch(block.rstrip().rpartition("\n")[2].strip()) is not None

    def run(self, parent: Element, blocks: list[str]) -> None:
        """Put the comparison into the page, or report what is wrong with it."""
        lines = [line.strip() for line in blocks.pop(0).strip().split("\n")]
        try:
            programs = self._read(lines[:-1])
            figure = self._page.drawn(programs)
        except RunnableError as error:
            self._page.report(str(error), _line_of(self._page.source(), lines))
            return
        root = self._page.root(programs[0].href)
        runs = [_described(program, root) for program in programs]
        paragraph = SubElement(parent, "p")
        paragraph.text = self._page.stash(
            f'<timeline-compare data-runtime="{escape(root)}runtime/" '
            f'data-runs="{escape(json.dumps(runs, ensure_ascii=False))}">\n'
            f"{figure}\n{_files(programs, root)}\n</timeline-compare>"
        )

    def _read(self, lines: list[str]) -> list[Compared]:
        programs = []
        for line in lines:
            match = _LINK.fullmatch(line)
            if match is None:
                raise RunnableError(
                    f"expected one link to a snippet in each line above {{ .{MARK} }}, "
                    f"but received: {line!r}."
                )
            snippet = self._page.snippet(match["href"])
            if not snippet.trace_path.exists():
                raise RunnableError(f"{snippet.name} has no recorded timeline to compare.")
            programs.append(Compared(match["title"], match["href"], snippet))
        if not 2 <= len(programs) <= MOST:
            raise RunnableError(
                f"expected two to {MOST} snippets to compare, but received: {len(programs)}."
            )
        titles = [program.title for program in programs]
        if len(set(titles)) < len(titles):
            raise RunnableError(f"expected different titles, but received: {titles}.")
        return programs


def _described(program: Compared, root: str) -> dict[str, str | bool]:
    name = program.snippet.name
    described: dict[str, str | bool] = {
        "title": program.title,
        "name": name,
        "file": f"{root}snippets/{name}.py",
    }
    if program.snippet.header.native:
        described["native"] = True
    return described


def _files(programs: Sequence[Compared], root: str) -> str:
    links = ", ".join(
        f'{escape(program.title)}: <a href="{escape(root)}snippets/{program.snippet.name}.py">'
        f"{program.snippet.name}.py</a>"
        for program in programs
    )
    return f'<p class="compare-files">{links}</p>'


def _line_of(text: str, block: Sequence[str]) -> int | None:
    """Return the number of the line in which a block begins, outside fenced code."""
    lines = [(line.strip(), place) for line, place in with_fences(text)]
    for start in range(len(lines) - len(block) + 1):
        if all(lines[start + at] == (line, "outside") for at, line in enumerate(block)):
            return start + 1
    return None
