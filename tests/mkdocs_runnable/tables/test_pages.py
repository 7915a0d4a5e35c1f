"""Tests of finding the title of a page."""

from pathlib import Path

import pytest

from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.tables.pages import title


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("---\ntitle: How tea brews\n---\n# Tea\n", "How tea brews"),
        ('---\ntitle: "Tea: hot, or \\"iced\\""\n---\n', 'Tea: hot, or "iced"'),
        ("# Tea\n", "Tea"),
    ],
)
def test_the_title_is_the_one_that_readers_see(tmp_path: Path, text: str, expected: str) -> None:
    page = tmp_path / "tea.md"
    page.write_text(text)
    assert title(page) == expected


def test_a_page_without_a_title_is_an_error(tmp_path: Path) -> None:
    page = tmp_path / "tea.md"
    page.write_text("Tea.\n")
    with pytest.raises(RunnableError, match=r"tea\.md has no title"):
        title(page)
    with pytest.raises(RunnableError, match=r"there is no page cup\.md"):
        title(tmp_path / "cup.md")
