"""Tests of a table as elements of a page, and as Markdown."""

from dataclasses import replace
from xml.etree.ElementTree import tostring

from mkdocs_runnable.tables.table import Column, Row, Table

TABLE = Table(
    caption="Two teas",
    columns=[Column("Tea", "key"), Column("How", "text")],
    rows=[
        Row("green", [["*Green*{: .leaf }"], ["80 °C", "2 min"]], {"kind": ["leaf", "loose"]}),
        Row("mint", [["Mint"], ["100 °C | 5 min"]]),
    ],
    facets={"kind": "Kind"},
)


def test_a_table_has_headings_and_roles() -> None:
    element = TABLE.element()
    assert element.tag == "data-table"
    assert element.get("data-facets") == '{"kind": "Kind"}'
    (table,) = element
    assert table.get("role") == "table"
    assert [each.text for each in table.iter("th") if each.get("scope") == "col"] == ["Tea", "How"]
    assert len([each for each in table.iter("th") if each.get("scope") == "row"]) == 2


def test_rows_have_ids_labels_and_facets() -> None:
    green, mint = TABLE.element().findall(".//tbody/tr")
    assert (green.get("id"), green.get("data-kind")) == ("green", "leaf|loose")
    assert mint.get("data-kind") == ""
    assert [cell.get("data-label") for cell in green] == ["Tea", "How"]
    assert [paragraph.text for paragraph in green[1]] == ["80 °C", "2 min"]


def test_text_is_escaped() -> None:
    table = Table("<b>", [Column("<i>", "key")], [Row("x", [["<script>"]])], {})
    html = tostring(table.element(), encoding="unicode")
    assert "<script>" not in html
    assert "<b>" not in html


def test_a_table_becomes_markdown() -> None:
    assert TABLE.to_markdown() == (
        "| Tea | How |\n|---|---|\n| *Green* | 80 °C 2 min |\n| Mint | 100 °C \\| 5 min |\n"
    )


def test_the_search_of_the_site_covers_a_table_unless_the_table_says_otherwise() -> None:
    assert "data-search-exclude" not in TABLE.element().attrib
    assert replace(TABLE, is_indexed=False).element().get("data-search-exclude") == "true"
