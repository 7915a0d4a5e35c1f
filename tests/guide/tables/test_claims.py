"""Tests of the claim ledger as a table, and of errors in its data."""

from pathlib import Path

import pytest

from guide.tables.claims import claims_table, load_claims
from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.tables.pages import Pages

CLAIM = """
[[claims]]
id = "S000.1"
said = "Tea is green."
verdict = "imprecise"
today = "Some is."
sources = ["tea"]
page = "guide/tea.md#colour"
asks = "Is Assam green?"
finds = "no"
implied = "yes"
"""
# Says the same as the first claim, whose check and sources count for it as well.
REPEAT = """
[[claims]]
id = "S001.1"
said = "Green."
verdict = "imprecise"
today = "As above."
page = "guide/tea.md"
same_as = ["S000.1"]
"""
DOCUMENTS = '[documents]\ntea = { title = "On tea", url = "https://example.org/tea" }\n'


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    (tmp_path / "guide").mkdir()
    (tmp_path / "guide" / "tea.md").write_text("---\ntitle: How tea brews\n---\n")
    return Pages(tmp_path, "guide/claims.md")


def write(pages: Pages, text: str) -> Path:
    path = pages.folder / "claims.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_row_contains_all_that_is_known_about_a_claim(pages: Pages) -> None:
    table = claims_table(write(pages, DOCUMENTS + CLAIM + REPEAT), pages)
    first, second = table.rows
    assert first.key == "S000.1"
    assert first.cells[2] == [
        "Some is.",
        "*Run:* Is Assam green? **no**; the statement implies yes.",
        "Shown in [How tea brews](../guide/tea.md#colour). "
        "Sources: [On tea](https://example.org/tea).",
    ]
    assert first.facets == {
        "verdict": ["imprecise"],
        "note": ["S000"],
        "check": ["by running code"],
    }
    assert second.facets["check"] == ["by running code"], "as the claim that it repeats"
    assert second.cells[2][1] == "This repeats [S000.1](#S000.1)."
    assert "[On tea]" in second.cells[2][2], "a source of the claim that it repeats"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (CLAIM, "claim S000.1: there is no document 'tea'."),
        (DOCUMENTS + CLAIM + CLAIM, "claim S000.1 occurs more than once."),
        (REPEAT, "claim S001.1: there is no claim 'S000.1'."),
        (DOCUMENTS + CLAIM.replace('finds = "no"\n', ""), "asks and finds are needed together."),
        (DOCUMENTS + CLAIM.replace("imprecise", "nearly"), "verdict cannot be 'nearly'."),
        ('[[claims]]\nsaid = "x"\n', "claim 1: id is missing."),
    ],
)
def test_an_error_says_what_is_wrong_in_the_data(pages: Pages, text: str, message: str) -> None:
    with pytest.raises(RunnableError) as error:
        load_claims(write(pages, text))
    assert message in str(error.value)


def test_a_missing_page_is_an_error(pages: Pages) -> None:
    path = write(pages, DOCUMENTS + CLAIM.replace("guide/tea.md", "guide/coffee.md"))
    with pytest.raises(RunnableError, match=r"there is no page coffee\.md"):
        claims_table(path, pages)
