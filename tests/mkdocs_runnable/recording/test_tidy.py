"""The filter for tracebacks, on the cases that the browser's filter is tested with too."""

from pathlib import Path

import pytest

from mkdocs_runnable.recording.tidy import TracebackFilter, tidy

CASES = Path(__file__).parents[2] / "cases" / "traceback"
SNIPPET = "/home/reader/demo.py"


@pytest.mark.parametrize("raw", sorted(CASES.glob("*.raw")), ids=lambda path: path.stem)
def test_reduces_to_the_readers_lines(raw: Path) -> None:
    expected = raw.with_suffix(".tidy").read_text(encoding="utf-8")
    assert tidy(raw.read_text(encoding="utf-8"), SNIPPET) == expected


@pytest.mark.parametrize("case", sorted(CASES.glob("*.tidy")), ids=lambda path: path.stem)
def test_names_no_path_of_the_machine(case: Path) -> None:
    text = case.read_text(encoding="utf-8")
    assert "/home/" not in text
    assert "/usr/" not in text


@pytest.mark.parametrize("case", sorted(CASES.glob("*.tidy")), ids=lambda path: path.stem)
def test_tidy_text_stays_as_it_is(case: Path) -> None:
    text = case.read_text(encoding="utf-8")
    assert tidy(text, "demo.py") == text


def test_every_case_is_a_pair() -> None:
    assert {path.stem for path in CASES.glob("*.raw")} == {
        path.stem for path in CASES.glob("*.tidy")
    }


def test_decides_each_line_when_it_comes() -> None:
    tidying = TracebackFilter(SNIPPET)
    assert (
        tidying.feed(f'  File "{SNIPPET}", line 3, in main') == '  File "demo.py", line 3, in main'
    )
    assert tidying.feed("    boil(") == "    boil("
    assert tidying.feed("    ~~~~^") is None
    assert tidying.feed("ValueError: cold") == "ValueError: cold"
    assert tidying.feed("    ~~~~^") == "    ~~~~^", (
        "outside a frame this is the program's own text"
    )


def test_shortens_the_path_in_other_text() -> None:
    tidying = TracebackFilter(SNIPPET)
    assert tidying.shorten(f"running at {SNIPPET}:4") == "running at demo.py:4"
