"""Tests of the filter for tracebacks, with the same cases as the filter in the browser."""

from pathlib import Path

import pytest

from mkdocs_runnable.recording.tidy import TracebackFilter, tidy

CASES = Path(__file__).parents[2] / "cases" / "traceback"
SNIPPET = "/home/reader/demo.py"


@pytest.mark.parametrize("raw", sorted(CASES.glob("*.raw")), ids=lambda path: path.stem)
def test_only_lines_that_help_readers_are_kept(raw: Path) -> None:
    expected = raw.with_suffix(".tidy").read_text(encoding="utf-8")
    assert tidy(raw.read_text(encoding="utf-8"), SNIPPET) == expected


@pytest.mark.parametrize("case", sorted(CASES.glob("*.tidy")), ids=lambda path: path.stem)
def test_tidy_text_contains_no_absolute_path(case: Path) -> None:
    text = case.read_text(encoding="utf-8")
    assert "/home/" not in text
    assert "/usr/" not in text


@pytest.mark.parametrize("case", sorted(CASES.glob("*.tidy")), ids=lambda path: path.stem)
def test_tidy_text_does_not_change_again(case: Path) -> None:
    text = case.read_text(encoding="utf-8")
    assert tidy(text, "demo.py") == text


def test_every_case_has_both_files() -> None:
    assert {path.stem for path in CASES.glob("*.raw")} == {
        path.stem for path in CASES.glob("*.tidy")
    }


def test_the_filter_decides_on_each_line_when_the_line_arrives() -> None:
    tidying = TracebackFilter(SNIPPET)
    assert (
        tidying.feed(f'  File "{SNIPPET}", line 3, in main') == '  File "demo.py", line 3, in main'
    )
    assert tidying.feed("    boil(") == "    boil("
    assert tidying.feed("    ~~~~^") is None
    assert tidying.feed("ValueError: cold") == "ValueError: cold"
    assert tidying.feed("    ~~~~^") == "    ~~~~^", (
        "outside a frame, this is text of the program itself"
    )


def test_the_path_of_the_snippet_is_shortened_in_other_text() -> None:
    tidying = TracebackFilter(SNIPPET)
    assert tidying.shorten(f"running at {SNIPPET}:4") == "running at demo.py:4"
