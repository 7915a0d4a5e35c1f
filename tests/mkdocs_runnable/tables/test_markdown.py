"""A link marked ``.data-table`` becomes a table whose cells are Markdown."""

from pathlib import Path

import pytest
from markdown import Markdown

from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.snippets.reference import PageContext
from mkdocs_runnable.tables.markdown import TablesExtension, is_table

DATA = """
[documents]
tea = { title = "On tea", url = "https://example.org/tea" }
[[claims]]
id = "S000.1"
said = "`tea` is *green*."
verdict = "wrong"
today = "<b>No.</b>"
sources = ["tea"]
page = "tea.md"
"""
LINK = "[claims.toml](claims.toml){ .data-table }"


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    (tmp_path / "claims.toml").write_text(DATA)
    (tmp_path / "tea.md").write_text("# Tea\n")
    return tmp_path


def convert(text: str, docs: Path, page: PageContext | None = None) -> str:
    extension = TablesExtension(docs=str(docs), page=page or PageContext(path="list.md"))
    return Markdown(extensions=[extension]).convert(text)


def test_becomes_a_table(docs: Path) -> None:
    html = convert(f"Before.\n\n{LINK}\n\nAfter.", docs)
    assert html.index("Before") < html.index("<data-table") < html.index("After")
    assert "<p><code>tea</code> is <em>green</em>.</p>" in html
    assert '<strong class="verdict-wrong">wrong</strong>' in html
    assert '<a href="tea.md">Tea</a>' in html


def test_other_links_stay_links(docs: Path) -> None:
    for text in ("[claims.toml](claims.toml)", f"See {LINK}.", f"    {LINK}"):
        assert "<data-table" not in convert(text, docs)


def test_a_link_to_something_else_is_refused(docs: Path) -> None:
    with pytest.raises(RunnableError, match=r"no table for claim\.toml\. Did you mean"):
        convert("[x](claim.toml){ .data-table }", docs)
    problems: list[str] = []
    convert("[x](x.csv){ .data-table }", docs, PageContext(path="a.md", report=problems.append))
    assert problems == [
        f"{docs.name}/a.md: there is no table for x.csv. "
        "Expected one of: api.toml, choose.toml, claims.toml, snippets."
    ]


def test_knows_a_table_when_it_sees_one() -> None:
    assert is_table(f"  {LINK}\n")
    assert not is_table(f"See {LINK}.")
