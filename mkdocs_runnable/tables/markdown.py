"""Python-Markdown extension: a paragraph that consists of a link to data becomes a table."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.blockprocessors import BlockProcessor
from markdown.extensions import Extension

from guide.tables.api import api_table
from guide.tables.catalogue import catalogue_table
from guide.tables.choices import choices_table
from guide.tables.claims import claims_table
from mkdocs_runnable.errors import RunnableError, nearest
from mkdocs_runnable.snippets.reference import PageContext
from mkdocs_runnable.tables.pages import Pages
from mkdocs_runnable.tables.table import Table

_LINK = re.compile(r"\[[^\]\n]*\]\((?P<href>[^()\s]+)\)\{:? *\.data-table *\}")

type Maker = Callable[[Path, Pages], Table]

# Name of the linked data file or folder → what makes the table.
MAKERS: dict[str, Maker] = {
    "api.toml": api_table,
    "choose.toml": choices_table,
    "claims.toml": claims_table,
    "snippets": catalogue_table,
}


class TablesExtension(Extension):
    """Options: the folder ``docs``, and ``page``, a :class:`PageContext`."""

    def __init__(self, **options: Any) -> None:
        self.config = {
            "docs": ["docs", "Folder of the pages"],
            "page": [PageContext(), "The page being rendered"],
        }
        super().__init__(**options)

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Python-Markdown's name
        """Register the block before paragraphs, and ``attr_list`` for marks inside cells."""
        md.registerExtensions(["attr_list"], {})
        md.block_level_elements += ["choice-table", "data-table"]
        block = _Block(md.parser, Path(self.getConfig("docs")), self.getConfig("page"))
        md.parser.blockprocessors.register(block, "data_table", 16)


class _Block(BlockProcessor):
    def __init__(self, parser: Any, docs: Path, page: PageContext) -> None:
        super().__init__(parser)
        self._docs = docs
        self._page = page

    def test(self, parent: Element, block: str) -> bool:  # noqa: ARG002
        return is_table(block)

    def run(self, parent: Element, blocks: list[str]) -> None:
        try:
            pages = Pages(self._docs, self._page.path or "")
            parent.append(make_table(blocks.pop(0), pages).element())
        except RunnableError as error:
            self._page.report_problem(str(error), self._docs)


def is_table(block: str) -> bool:
    """Whether a block of Markdown consists of a link marked ``.data-table``."""
    return _LINK.fullmatch(block.strip()) is not None


def make_table(block: str, pages: Pages) -> Table:
    """Make the table for a marked link on a page.

    Raises:
        RunnableError: There is no table for the linked file, or its data is wrong.
    """
    match = _LINK.fullmatch(block.strip())
    assert match
    path = pages.folder / match["href"]
    maker = MAKERS.get(path.name)
    if maker is None:
        raise RunnableError(f"there is no table for {match['href']}.{nearest(path.name, MAKERS)}")
    return maker(path, pages)
