"""Tests that a link marked ``.data-table`` becomes a table whose cells are Markdown."""

from pathlib import Path

import pytest
from markdown import Markdown

from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.snippets.reference import PageContext
from mkdocs_runnable.tables.markdown import TablesExtension, find_makers, is_table
from mkdocs_runnable.tables.pages import Pages
from mkdocs_runnable.tables.table import Column, Row, Table

LINK = "[teas.txt](teas.txt){ .data-table }"
HERE = "tests.mkdocs_runnable.tables.test_markdown"


def tea_table(path: Path, pages: Pages) -> Table:
    """Return a table with a row for each tea in the file, and with links to the page about tea."""
    rows = [Row(tea, [[f"**{tea}**"], [pages.link("tea.md")]]) for tea in path.read_text().split()]
    return Table("Teas", [Column("Tea", "tea"), Column("Page", "page")], rows, {})


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    (tmp_path / "teas.txt").write_text("assam\n")
    (tmp_path / "tea.md").write_text("# Tea\n")
    return tmp_path


def convert(text: str, docs: Path, page: PageContext | None = None) -> str:
    extension = TablesExtension(
        tables={"teas.txt": f"{HERE}:tea_table"},
        docs=str(docs),
        page=page or PageContext(path="list.md"),
    )
    return Markdown(extensions=[extension]).convert(text)


def test_a_marked_link_becomes_a_table(docs: Path) -> None:
    html = convert(f"Before.\n\n{LINK}\n\nAfter.", docs)
    assert html.index("Before") < html.index("<data-table") < html.index("After")
    assert "<p><strong>assam</strong></p>" in html
    assert '<a href="tea.md">Tea</a>' in html


def test_other_links_stay_links(docs: Path) -> None:
    for text in ("[teas.txt](teas.txt)", f"See {LINK}.", f"    {LINK}"):
        assert "<data-table" not in convert(text, docs)


def test_a_marked_link_to_a_file_without_a_table_is_refused(docs: Path) -> None:
    with pytest.raises(RunnableError, match=r"no table for tea\.txt .*\. Did you mean 'teas\.txt'"):
        convert("[x](tea.txt){ .data-table }", docs)
    problems: list[str] = []
    convert("[x](x.csv){ .data-table }", docs, PageContext(path="a.md", report=problems.append))
    assert problems == [
        f"{docs.name}/a.md: there is no table for x.csv in the option `tables` of "
        "mkdocs_runnable.tables. Expected one of: teas.txt."
    ]


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        (["teas.txt"], r"expected a mapping .* received: \['teas.txt'\]"),
        ({"teas.txt": "teas"}, r"teas\.txt: expected package\.module:function, .* 'teas'"),
        ({"teas.txt": "no.teas:table"}, r"no\.teas:table cannot be imported: No module named 'no'"),
        ({"teas.txt": f"{HERE}:coffee"}, r":coffee cannot be imported: .* no attribute 'coffee'"),
    ],
)
def test_an_option_that_names_no_function_is_refused(tables: object, message: str) -> None:
    with pytest.raises(RunnableError, match=message):
        find_makers(tables)


def test_only_a_marked_link_in_its_own_paragraph_is_a_table() -> None:
    assert is_table(f"  {LINK}\n")
    assert not is_table(f"See {LINK}.")
