"""A table, and its two forms: elements of a page, and Markdown."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, SubElement

# Attributes of an element inside a cell, which only HTML has: ``{: .sold-out }``.
_ATTRIBUTES = re.compile(r"\{: [^{}]*\}")


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes:
        title: Its heading, which narrow screens show before each cell instead.
        kind: The end of its CSS class, ``data-table__<kind>``. The engine has styles for ``key``, a
            column of names; a project can style the other kinds.
    """

    title: str
    kind: str


@dataclass(frozen=True)
class Row:
    """One row, whose first cell is its heading.

    Attributes:
        key: The HTML id, so that other pages can link to the row.
        cells: The paragraphs for each column, as inline Markdown.
        facets: What the row can be filtered by: name of the facet → the values of this row.
    """

    key: str
    cells: Sequence[Sequence[str]]
    facets: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """Rows and columns.

    Attributes:
        caption: What the table contains, in a few words.
        facets: Name of each facet → its label, in the sequence of the filters.
        is_indexed: Whether the search of the site covers the rows. A table with many rows has a
            search field of its own, and would be among the results of most searches of the site.
    """

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    facets: Mapping[str, str]
    is_indexed: bool = True

    def element(self) -> Element:
        """Return ``<data-table>``. Python-Markdown converts the Markdown in its cells later.

        The roles are explicit because the style sheet displays rows as blocks on narrow screens.
        Without roles, assistive technology would no longer treat the element as a table there.
        """
        root = Element("data-table", {"data-facets": json.dumps(dict(self.facets))})
        if not self.is_indexed:
            # Material for MkDocs leaves such an element out of the index.
            root.set("data-search-exclude", "true")
        table = SubElement(root, "table", {"class": "data-table", "role": "table"})
        SubElement(table, "caption").text = self.caption
        head = SubElement(table, "thead", {"role": "rowgroup"})
        titles = SubElement(head, "tr", {"role": "row"})
        for column in self.columns:
            heading = SubElement(titles, "th", {"scope": "col", "role": "columnheader"})
            heading.text = column.title
        body = SubElement(table, "tbody", {"role": "rowgroup"})
        for row in self.rows:
            body.append(self._row(row))
        return root

    def _row(self, row: Row) -> Element:
        attributes = {"id": row.key, "role": "row"}
        for facet in self.facets:
            attributes[f"data-{facet}"] = "|".join(row.facets.get(facet, ()))
        tr = Element("tr", attributes)
        for index, (column, cell) in enumerate(zip(self.columns, row.cells, strict=True)):
            heading = {"scope": "row", "role": "rowheader"}
            td = SubElement(
                tr,
                "td" if index else "th",
                {
                    **({"role": "cell"} if index else heading),
                    "class": f"data-table__{column.kind}",
                    "data-label": column.title,
                },
            )
            for paragraph in cell:
                SubElement(td, "p").text = paragraph
        return tr

    def to_markdown(self) -> str:
        """Return the table as plain Markdown."""
        return "\n".join(self._lines()) + "\n"

    def _lines(self) -> Iterator[str]:
        yield f"| {' | '.join(column.title for column in self.columns)} |"
        yield f"|{'|'.join('---' for _ in self.columns)}|"
        for row in self.rows:
            cells = (_ATTRIBUTES.sub("", " ".join(cell)).replace("|", "\\|") for cell in row.cells)
            yield f"| {' | '.join(cells)} |"
