"""Tests of the model of a terminal, with the same cases as the model in the browser."""

import json
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mkdocs_runnable.recording.execute import Stream
from mkdocs_runnable.recording.terminal import CONTROL, Terminal, without_controls
from tests.conftest import REPOSITORY

CASES = json.loads((REPOSITORY / "tests/cases/terminal.json").read_text(encoding="utf-8"))

# Sequences that move the cursor, erase text, or change how it looks; see `CONTROL`.
SEQUENCES = [
    "2A",
    "B",
    "3C",
    "2D",
    "E",
    "F",
    "5G",
    "2;3H",
    "J",
    "1J",
    "2J",
    "K",
    "1K",
    "31m",
    "?25l",
]
PARTS = ["word ", "漢字", "e\u0301", "\n", "\r", "\b", "\t", "\v", "\a", "\x1b7", "\x1b8"] + [
    f"\x1b[{sequence}" for sequence in SEQUENCES
]


def shown_lines(chunks: Iterable[tuple[Stream, str]]) -> list[tuple[Stream, str]]:
    """Return the lines that a terminal shows after this output, each with its stream."""
    terminal = Terminal()
    for stream, text in chunks:
        terminal.write(stream, text)
    return list(terminal.transcript())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["about"])
def test_a_terminal_shows_the_final_state_of_the_output(case: dict[str, list[list[str]]]) -> None:
    expected = [tuple(line) for line in case["lines"]]
    chunks = [
        ("stderr" if stream == "stderr" else "stdout", text) for stream, text in case["chunks"]
    ]
    assert shown_lines(chunks) == expected  # type: ignore[arg-type]
    characters = [(stream, character) for stream, text in chunks for character in text]
    assert shown_lines(characters) == expected  # type: ignore[arg-type]


@given(
    st.lists(st.sampled_from(PARTS)).map("".join),
    st.lists(st.integers(1, 9), min_size=1),
)
def test_what_is_shown_does_not_depend_on_how_the_output_is_divided(
    text: str, sizes: list[int]
) -> None:
    pieces: list[tuple[Stream, str]] = []
    start = 0
    while start < len(text):
        size = sizes[len(pieces) % len(sizes)]
        pieces.append(("stdout", text[start : start + size]))
        start += size
    assert shown_lines(pieces) == shown_lines([("stdout", text)])


@given(
    st.text(st.characters(exclude_categories=["Cs"])).filter(lambda text: not CONTROL.search(text))
)
def test_text_without_control_characters_is_unchanged(text: str) -> None:
    lines = text.removesuffix("\n").split("\n") if text else []
    assert [line for _, line in shown_lines([("stdout", text)])] == lines


def test_control_characters_can_be_left_out_of_a_text() -> None:
    text = "\x1b]0;title\x07\x1b[1;31mred\x1b[0m\t5%\x07 \x1b]8;;https://a\x1b\\link\n"
    assert without_controls(text) == "red\t5% link\n"
