"""Tests of the messages about recorded timelines that cannot be drawn."""

from pathlib import Path

import pytest

from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.pages.timelines import comparison_figure, draw, figure
from mkdocs_runnable.snippets.snippet import Library
from tests.conftest import AddSnippet


@pytest.fixture
def pot(add_snippet: AddSnippet) -> Path:
    path = add_snippet("tea/pot", "print('hot')\n", "hot\n")
    path.with_suffix(".trace.json").write_text("{}")
    return path


def test_the_message_for_a_damaged_trace_names_the_file_and_the_command(
    library: Library, pot: Path, tmp_path: Path
) -> None:
    trace, snippet = pot.with_suffix(".trace.json"), library.load("tea/pot")
    for drawing in (
        lambda: draw(library, tmp_path / "timelines"),
        lambda: comparison_figure("compare-0", [("pot", snippet)]),
    ):
        with pytest.raises(RunnableError) as caught:
            drawing()
        assert f"{trace} holds no trace." in str(caught.value)
        assert "`python -m mkdocs_runnable record TOPIC/NAME`" in str(caught.value)


@pytest.mark.usefixtures("pot")
def test_a_timeline_that_has_not_been_drawn_is_an_error(library: Library, tmp_path: Path) -> None:
    with pytest.raises(RunnableError, match=r"has not been drawn\. The MkDocs plugin `runnable`"):
        figure(library.load("tea/pot"), tmp_path, "tea-pot")
