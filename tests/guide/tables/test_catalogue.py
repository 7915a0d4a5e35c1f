"""Tests of the table of all snippets."""

from pathlib import Path

import pytest

from guide.tables.catalogue import catalogue_table, models, shown_on
from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.snippets.snippet import Library
from mkdocs_runnable.tables.pages import Pages
from tests.conftest import AddSnippet


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = 1\n", ["plain code"]),
        ("import asyncio\n", ["asyncio"]),
        ("import asyncio\nasyncio.to_thread(print)\n", ["asyncio", "threads"]),
        ("from concurrent.futures import ThreadPoolExecutor\n", ["threads"]),
        ("from concurrent import interpreters\n", ["interpreters"]),
        (
            "import asyncio\nfrom concurrent.futures import ProcessPoolExecutor\n"
            "loop.run_in_executor(pool, len)\n",
            ["asyncio", "processes"],
        ),
        ('print("threading")\n', ["plain code"]),
    ],
)
def test_the_models_that_a_program_uses_are_found_in_its_source(
    library: Library, add_snippet: AddSnippet, source: str, expected: list[str]
) -> None:
    add_snippet("tea/pot", source)
    assert models(library.load("tea/pot")) == expected


def test_a_row_names_the_models_the_requirements_and_the_pages_of_a_snippet(
    library: Library, add_snippet: AddSnippet, tmp_path: Path
) -> None:
    add_snippet("tea/pot", "# region lid\nimport asyncio\n# endregion\n")
    add_snippet(
        "tea/cup",
        '# /// script\n# requires-python = ">=3.13"\n# dependencies = ["httpx>=0.28"]\n'
        '# [tool.runnable]\n# native = "Sockets are missing."\n# ///\nimport threading\n',
    )
    docs = tmp_path / "docs"
    (docs / "guide").mkdir(parents=True)
    (docs / "guide" / "tea.md").write_text(
        '# How tea brews\n\n[x](../../snippets/tea/pot.py){ .runnable section="lid" }\n'
    )
    assert shown_on(library, docs) == {"tea/pot": ["guide/tea.md#tea-pot--lid"]}
    table = catalogue_table(library.root, Pages(docs, "guide/all.md"))
    cup, pot = table.rows
    assert pot.cells == [
        ["[`tea/pot.py`](../snippets/tea/pot.py)"],
        ["asyncio"],
        ["In your browser and in your own Python."],
        ["[How tea brews](../guide/tea.md#tea-pot--lid)"],
    ]
    assert cup.cells[1:] == [
        ["threads, httpx"],
        ["Sockets are missing.", "Needs Python 3.13 or newer."],
        [],
    ]
    assert cup.facets == {
        "topic": ["tea"],
        "model": ["threads"],
        "needs": ["httpx"],
        "runs": ["your own Python only"],
    }
    assert pot.facets["needs"] == ["only the standard library"]


def test_odd_names_have_working_links_and_different_ids(
    library: Library, add_snippet: AddSnippet, tmp_path: Path
) -> None:
    for name in ("a_b", "a-b", "tea/in a `cup`"):
        add_snippet(name, "x = 1\n")
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "tea.md").write_text(
        "# Tea\n\n[x](../snippets/a-b.py){ .runnable }\n\n[x](../snippets/a_b.py){ .runnable }\n\n"
        "[x](<../snippets/tea/in a `cup`.py>){ .runnable }\n\n[x](../other.py){ .runnable }\n"
    )
    assert shown_on(library, docs) == {
        "a-b": ["tea.md#a-b"],
        "a_b": ["tea.md#a-b-2"],
        "tea/in a `cup`": ["tea.md#tea-in-a--cup-"],
    }
    *_, cup = rows = catalogue_table(library.root, Pages(docs, "all.md")).rows
    assert [row.key for row in rows] == ["a-b", "a-b-2", "tea-in-a--cup-"]
    assert cup.cells[0] == ["[`` tea/in a `cup`.py ``](snippets/tea/in%20a%20%60cup%60.py)"]
    assert [row.facets["topic"] for row in rows] == [[], [], ["tea"]]


def test_a_library_without_snippets_is_an_error(library: Library) -> None:
    with pytest.raises(RunnableError, match="there are no snippets"):
        catalogue_table(library.root, Pages(library.root))
