"""Python-Markdown extension: a paragraph that consists of a link to data becomes a table.

Only the project knows what its data mean, so the project names a function for each file (or folder)
of data that its pages show as a table:

    markdown_extensions:
      - mkdocs_runnable.tables:
          tables:
            prices.toml: our_package.prices:price_table

The function receives the path of the data and a :class:`~mkdocs_runnable.tables.pages.Pages`, with
which it can link to pages. It returns a :class:`~mkdocs_runnable.tables.table.Table`.
"""

import importlib
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, tostring

from markdown import Markdown
from markdown.extensions import Extension

from mkdocs_runnable.blocks import MarkedBlock
from mkdocs_runnable.errors import RunnableError, nearest
from mkdocs_runnable.snippets.reference import PageContext
from mkdocs_runnable.tables.pages import Pages
from mkdocs_runnable.tables.table import Table

_LINK = re.compile(r"\[[^\]\n]*\]\((?P<href>[^()\s]+)\)\{:? *\.data-table *\}")

type Maker = Callable[[Path, Pages], Table]


class TablesExtension(Extension):
    """Turns marked links to data into tables.

    Its options are ``tables`` (see the docstring of this module), the folder ``docs``, and
    ``page``, a :class:`PageContext`.
    """

    def __init__(self, **options: Any) -> None:
        self.config = {
            "tables": [{}, "Name of a file or folder of data: package.module:function"],
            "docs": ["docs", "Folder of the pages"],
            "page": [PageContext(), "The page being rendered"],
        }
        super().__init__(**options)

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Python-Markdown's name
        """Register the processor of marked links, and ``attr_list``, for attributes in cells."""
        md.registerExtensions(["attr_list"], {})
        md.block_level_elements += ["choice-table", "data-table"]
        self._makers = find_makers(self.getConfig("tables"))
        block = MarkedBlock(md.parser, is_table, self._table)
        # Before paragraphs, which have priority 10.
        md.parser.blockprocessors.register(block, "data_table", 16)

    def _table(self, block: str) -> Element | None:
        docs, page = Path(self.getConfig("docs")), self.getConfig("page")
        try:
            table = make_table(block, Pages(docs, page.path or ""), self._makers).element()
        except RunnableError as error:
            page.report_problem(str(error), docs)
            return None
        page.add_input("table", block, content_of(table))
        return table


def content_of(table: Element) -> str:
    """Return all that the HTML of a table can depend on, except the configuration."""
    return tostring(table, encoding="unicode")


def find_makers(tables: object) -> dict[str, Maker]:
    """Import the functions that make tables, by the name of the data that each of them shows.

    Args:
        tables: The option ``tables``: names of files or folders with ``package.module:function``.

    Raises:
        RunnableError: The option has another form, or names a function that does not exist.
    """
    if not isinstance(tables, Mapping):
        raise RunnableError(
            "mkdocs_runnable.tables: expected a mapping from names of data files to functions "
            f"(package.module:function), but received: {tables!r}"
        )
    return {str(name): _import(str(name), path) for name, path in tables.items()}


def _import(name: str, path: object) -> Maker:
    module, colon, function = str(path).partition(":")
    if not colon:
        raise RunnableError(
            f"mkdocs_runnable.tables: {name}: expected package.module:function, "
            f"but received: {path!r}"
        )
    try:
        maker: Maker = getattr(importlib.import_module(module), function)
    except (ImportError, AttributeError) as error:
        raise RunnableError(
            f"mkdocs_runnable.tables: {name}: {path} cannot be imported: {error}"
        ) from error
    return maker


def is_table(block: str) -> bool:
    """Whether a block of Markdown consists of a link marked ``.data-table``."""
    return _LINK.fullmatch(block.strip()) is not None


def make_table(block: str, pages: Pages, makers: Mapping[str, Maker]) -> Table:
    """Make the table for a marked link on a page.

    Args:
        block: The link.
        pages: The pages, as seen from the page with the link.
        makers: The functions that make tables, by the name of the linked file or folder.

    Raises:
        RunnableError: There is no table for the linked file, or its data is wrong.
    """
    match = _LINK.fullmatch(block.strip())
    assert match
    path = pages.folder / match["href"]
    maker = makers.get(path.name)
    if maker is None:
        raise RunnableError(
            f"there is no table for {match['href']} in the option `tables` of "
            f"mkdocs_runnable.tables.{nearest(path.name, makers)}"
        )
    return maker(path, pages)
