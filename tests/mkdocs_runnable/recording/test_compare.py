"""Tests of which differences between a run and its recording are allowed."""

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mkdocs_runnable.recording.compare import compare, mask
from mkdocs_runnable.recording.recordings import Line, Transcript
from mkdocs_runnable.snippets.header import Header

PLAIN = Header()
INTERLEAVED = Header(interleaves=re.compile(r"^(\w+):"))
# Two characters look like the first one of "µs": the micro sign and the Greek letter mu.
UNITS = st.sampled_from(["ns", "µs", "μs", "us", "ms", "s"])
NUMBERS = st.one_of(
    st.integers(0, 10**6).map(str),
    st.floats(0, 10**6, allow_nan=False).map(lambda number: f"{number:.3f}"),
)
WORDS = st.text("abc xyz", min_size=1, max_size=12)


def printed(*texts: str, status: int = 0) -> Transcript:
    """Return the transcript of a run that printed these lines to stdout."""
    return Transcript(tuple(Line("stdout", text) for text in texts), status)


def is_same(recorded: Transcript, actual: Transcript, header: Header = PLAIN) -> bool:
    return compare(recorded, actual, header).is_same


@given(st.lists(WORDS), st.integers(0, 3))
def test_equal_output_is_the_same(texts: list[str], status: int) -> None:
    assert is_same(printed(*texts, status=status), printed(*texts, status=status))


@given(WORDS, NUMBERS, NUMBERS, UNITS, st.sampled_from(["", " "]))
def test_times_may_differ(word: str, one: str, other: str, unit: str, space: str) -> None:
    recorded = printed(f"{word} {one}{space}{unit}, done")
    actual = printed(f"{word} {other}{space}{unit}, done")
    assert is_same(recorded, actual)
    assert is_same(recorded, actual, Header(exact=True)) == (one == other)


@given(
    NUMBERS,
    NUMBERS,
    st.sampled_from(["", " boards", " h", " %", " KB", " sorted", "x", " minutes"]),
)
def test_numbers_that_are_not_times_may_not_differ(one: str, other: str, after: str) -> None:
    assume(one != other)
    assert not is_same(printed(f"moved {one}{after}"), printed(f"moved {other}{after}"))


@given(NUMBERS, UNITS, UNITS)
def test_units_may_not_differ(number: str, one: str, other: str) -> None:
    assume(one != other)
    assert not is_same(printed(f"{number} {one}"), printed(f"{number} {other}"))


@given(st.lists(WORDS, min_size=2, unique=True), st.data())
def test_lines_may_not_change_their_order(texts: list[str], data: st.DataObject) -> None:
    swapped = data.draw(st.permutations(texts))
    assume(swapped != texts)
    assert not is_same(printed(*texts), printed(*swapped))


# Lines such as "a: move 7", of three workers.
WORKER_LINES = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(0, 99)), min_size=2, unique=True
).map(lambda pairs: [f"{worker}: move {number}" for worker, number in pairs])


@given(WORKER_LINES, st.data())
def test_interleaved_lines_of_one_worker_keep_their_order(
    texts: list[str], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(texts))
    is_order_kept = all(
        [text for text in texts if text[0] == worker]
        == [text for text in shuffled if text[0] == worker]
        for worker in "abc"
    )
    assert is_same(printed(*texts), printed(*shuffled), INTERLEAVED) == is_order_kept


@given(WORKER_LINES, st.data())
def test_interleaved_lines_may_not_differ(texts: list[str], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(texts) - 1))
    assert not is_same(printed(*texts), printed(*texts[:index], *texts[index + 1 :]), INTERLEAVED)
    changed = [*texts[:index], texts[index] + "0", *texts[index + 1 :]]
    assert not is_same(printed(*texts), printed(*changed), INTERLEAVED)


def test_interleaved_lines_do_not_move_across_other_lines() -> None:
    recorded = printed("a: 1", "-- round two", "b: 1")
    assert not is_same(recorded, printed("-- round two", "a: 1", "b: 1"), INTERLEAVED)
    assert not is_same(recorded, printed("a: 1", "b: 1", "-- round two"), INTERLEAVED)


def test_the_stream_and_the_exit_status_may_not_differ() -> None:
    assert not is_same(printed("x"), Transcript((Line("stderr", "x"),)))
    assert not is_same(printed("x"), printed("x", status=1))


@pytest.mark.parametrize(
    ("pattern", "one", "other", "expected"),
    [
        (r"\d+ updates lost", "95 updates lost", "7 updates lost", True),
        (r"(\d+) updates lost", "95 updates lost", "7 updates lost", True),
        (r"(\d+) updates (lost)?", "95 updates ", "7 updates ", True),
        (r"(\d+) updates lost", "95 updates found", "7 updates found", False),
        (r"0x[0-9a-f]+", "<Task at 0x7f01>", "<Task at 0xab>", True),
        (r"0x[0-9a-f]+", "<Task at 0x7f01>", "<Future at 0xab>", False),
    ],
)
def test_the_header_says_what_varies(pattern: str, one: str, other: str, *, expected: bool) -> None:
    assert is_same(printed(one), printed(other), Header(varies=(re.compile(pattern),))) is expected


def test_overlapping_matches_are_masked_once() -> None:
    header = Header(varies=(re.compile(r"\d+ a"), re.compile(r"1(\d)"), re.compile(r"a \d+")))
    assert mask("x 12 a 34 y", header) == "x … y"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("took 0.21 s", "took # s"),
        ("took 1,234.5ms!", "took #ms!"),
        ("  9.99 s |", " # s |"),
        (" 10.01 s |", " # s |"),
        ("-1e-05 s", "# s"),
        ("3 servers", "3 servers"),
        ("v1.2s", "v1.2s"),
        ("12 seconds", "12 seconds"),
        ("5 m", "5 m"),
    ],
)
def test_times_are_masked(text: str, masked: str) -> None:
    assert mask(text, PLAIN) == masked


def test_a_difference_is_shown_as_a_diff() -> None:
    comparison = compare(printed("tea", "took 1 s"), printed("coffee", "took 2 s", status=1), PLAIN)
    assert comparison.diff.splitlines() == [
        "--- recorded",
        "+++ this run",
        "@@ -1,3 +1,3 @@",
        "-tea",
        "+coffee",
        " took # s",
        "-[exit status 0]",
        "+[exit status 1]",
    ]
