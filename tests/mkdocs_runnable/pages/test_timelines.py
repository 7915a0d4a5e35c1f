"""Tests of drawing recorded timelines, and of the messages if they cannot be drawn."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from mkdocs_runnable.cache import Cache
from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.pages import timelines
from mkdocs_runnable.pages.timelines import comparison_figure, figure
from mkdocs_runnable.snippets.snippet import Library
from tests.conftest import AddSnippet
from tests.mkdocs_runnable.pages.test_comparison import TRACE


@pytest.fixture
def pot(add_snippet: AddSnippet) -> Path:
    """Add a program with a damaged trace, and return its path."""
    path = add_snippet("tea/pot", "print('hot')\n", "hot\n")
    path.with_suffix(".trace.json").write_text("{}")
    return path


def test_the_message_for_a_damaged_trace_names_the_file_and_the_command(
    library: Library, pot: Path
) -> None:
    trace, snippet = pot.with_suffix(".trace.json"), library.load("tea/pot")
    drawings: list[Callable[[], str]] = [
        lambda: figure(snippet, Cache(None), "tea-pot"),
        lambda: comparison_figure("compare-0", [("pot", snippet)], Cache(None)),
    ]
    for drawing in drawings:
        with pytest.raises(RunnableError) as caught:
            drawing()
        assert f"{trace} holds no trace." in str(caught.value)
        assert "`python -m mkdocs_runnable record tea/pot`" in str(caught.value)


def test_a_damaged_trace_does_not_end_the_program_that_draws(library: Library, pot: Path) -> None:
    snippet = library.load("tea/pot")
    with pytest.raises(RunnableError):
        figure(snippet, Cache(None), "tea-pot")
    pot.with_suffix(".trace.json").write_text(json.dumps(TRACE))
    assert figure(snippet, Cache(None), "tea-pot").startswith("<figure")


def test_an_error_of_the_program_that_draws_is_shown(
    library: Library, pot: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "broken.mjs"
    broken.write_text("console.error('out of ink'); process.exit(3);")
    # An earlier test may have started the program that draws. The next figure starts it anew.
    timelines.finish()
    pot.with_suffix(".trace.json").write_text(json.dumps(TRACE))
    with monkeypatch.context() as patch:
        patch.setattr(timelines, "prerender_script", lambda: broken)
        with pytest.raises(RunnableError, match="timelines cannot be drawn: out of ink"):
            figure(library.load("tea/pot"), Cache(None), "tea-pot")
    html = figure(library.load("tea/pot"), Cache(None), "tea-pot")
    assert html.startswith("<figure"), "the next figure starts the program again"


def test_a_figure_is_drawn_again_after_its_trace_or_the_drawing_code_has_changed(
    library: Library, pot: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests: list[str] = []
    draw = timelines._drawer.draw

    def count_request(request: dict[str, str], snippets: list[object]) -> str:
        requests.append(request["name"])
        return draw(request, snippets)  # type: ignore[arg-type]

    monkeypatch.setattr(timelines._drawer, "draw", count_request)
    cache = Cache(tmp_path / "cache")
    pot.with_suffix(".trace.json").write_text(json.dumps(TRACE))
    first = figure(library.load("tea/pot"), cache, "tea-pot")
    assert figure(library.load("tea/pot"), cache, "tea-pot") == first
    assert len(requests) == 1
    pot.with_suffix(".trace.json").write_text(json.dumps(TRACE | {"interpreter": "CPython 9"}))
    assert "CPython 9" in figure(library.load("tea/pot"), cache, "tea-pot")
    assert len(requests) == 2
    code = tmp_path / "changed.ts"
    code.write_text("")
    timelines.finish()
    monkeypatch.setattr(timelines, "prerender_sources", lambda: [code])
    figure(library.load("tea/pot"), cache, "tea-pot")
    timelines.finish()
    assert len(requests) == 3
