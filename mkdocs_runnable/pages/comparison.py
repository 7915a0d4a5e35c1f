"""Comparisons: recorded timelines of several snippets on one time axis.

A comparison is a block with one link to a snippet on each line, and a mark on its last line.

.. code-block:: markdown

    [one after the other](../../snippets/tea/in_turn.py)
    [together](../../snippets/tea/together.py)
    { .compare-timelines }

The HTML is a figure that needs no scripts. ``runtime/page/comparison/comparison.ts`` adds a way to
run the programs.
"""

import json
import re
from collections.abc import Sequence
from html import escape
from xml.etree.ElementTree import Element, SubElement

from markdown.blockparser import BlockParser
from markdown.blockprocessors import BlockProcessor

from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.pages.renderer import ComparedProgram, PageRenderer
from mkdocs_runnable.snippets.reference import LINK, path_of, with_fences
from mkdocs_runnable.snippets.snippet import published_url

MARK = "compare-timelines"
MOST_PROGRAMS = 4  # readers cannot tell more timelines apart
_MARK = re.compile(rf"\{{:?\s*\.{MARK}\s*\}}")


class ComparisonProcessor(BlockProcessor):
    """Turns each marked block of links into the custom element ``<timeline-compare>``."""

    def __init__(self, parser: BlockParser, renderer: PageRenderer) -> None:
        super().__init__(parser)
        self._renderer = renderer

    def test(self, parent: Element, block: str) -> bool:  # noqa: ARG002
        """Whether the last line of the block is the mark."""
        return _MARK.fullmatch(block.rstrip().rpartition("\n")[2].strip()) is not None

    def run(self, parent: Element, blocks: list[str]) -> None:
        """Replace the block with the comparison, or report what is wrong with it."""
        lines = [line.strip() for line in blocks.pop(0).strip().split("\n")]
        try:
            programs = self._read(lines[:-1])
            figure = self._renderer.compare(programs)
        except RunnableError as error:
            self._renderer.report(str(error), _line_of(self._renderer.source, lines))
            return
        root = self._renderer.root_url(programs[0].href)
        runs = [_describe(program, root) for program in programs]
        paragraph = SubElement(parent, "p")
        paragraph.text = self._renderer.stash(
            f'<timeline-compare data-runtime="{escape(root)}runtime/" '
            f'data-runs="{escape(json.dumps(runs, ensure_ascii=False))}">\n'
            f"{figure}\n{_unrecorded(programs)}{_file_links(programs, root)}\n</timeline-compare>"
        )

    def _read(self, lines: list[str]) -> list[ComparedProgram]:
        programs = []
        for line in lines:
            match = LINK.fullmatch(line)
            if match is None or not match["text"]:
                raise RunnableError(
                    f"expected one link to a snippet in each line above {{ .{MARK} }}, "
                    f"but received: {line!r}."
                )
            path = path_of(match)
            snippet = self._renderer.load_snippet(path)
            is_recorded = self._renderer.has_timeline(snippet)
            programs.append(ComparedProgram(match["text"], path, snippet, is_recorded))
        if not 2 <= len(programs) <= MOST_PROGRAMS:
            raise RunnableError(
                f"expected 2 to {MOST_PROGRAMS} snippets to compare, but received: {len(programs)}."
            )
        titles = [program.title for program in programs]
        if len(set(titles)) < len(titles):
            raise RunnableError(f"expected different titles, but received: {titles}.")
        return programs


def _describe(program: ComparedProgram, root: str) -> dict[str, str | bool]:
    """Return what the script of the page needs to know about a program."""
    name = program.snippet.name
    description: dict[str, str | bool] = {
        "title": program.title,
        "name": name,
        "file": f"{root}{published_url(name)}",
    }
    if program.snippet.header.native:
        description["native"] = True
    if not program.is_recorded:
        description["unrecorded"] = True
    return description


def _unrecorded(programs: Sequence[ComparedProgram]) -> str:
    titles = ", ".join(escape(program.title) for program in programs if not program.is_recorded)
    return f'<p class="compare-unrecorded">Not recorded yet: {titles}.</p>\n' if titles else ""


def _file_links(programs: Sequence[ComparedProgram], root: str) -> str:
    links = ", ".join(
        f'{escape(program.title)}: <a href="{escape(root)}{published_url(program.snippet.name)}">'
        f"{escape(program.snippet.name)}.py</a>"
        for program in programs
    )
    return f'<p class="compare-files">{links}</p>'


def _line_of(text: str, block: Sequence[str]) -> int | None:
    """Return the number of the line on which a block starts, ignoring fenced code."""
    lines = [(line.strip(), place) for line, place in with_fences(text)]
    for start in range(len(lines) - len(block) + 1):
        if all(lines[start + offset] == (line, "outside") for offset, line in enumerate(block)):
            return start + 1
    return None
