"""Tests of the parts of recordings: transcripts, and the file of origins.

An origin says with which interpreter and from which source a recording was made.
"""

from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.recording.execute import Chunk, Execution
from mkdocs_runnable.recording.recordings import Line, Origin, Origins, Transcript


def transcript_of(*chunks: Chunk, status: int = 0) -> Transcript:
    """Return the transcript of a run of /home/reader/demo.py."""
    return Transcript.of(Execution(chunks, status, None, 0.0), Path("/home/reader/demo.py"))


def test_a_transcript_marks_stderr_and_ends_with_the_exit_status() -> None:
    transcript = transcript_of(
        Chunk("stdout", "one\ntw"),
        Chunk("stdout", "o\n\n"),
        Chunk("stderr", "careful\n\n"),
        Chunk("stdout", "end"),
        status=2,
    )
    assert transcript.to_text() == "one\ntwo\n\n2> careful\n2> \nend\n[exit status 2]\n"


def test_a_change_of_stream_begins_a_new_line() -> None:
    transcript = transcript_of(
        Chunk("stdout", "half"), Chunk("stderr", "careful\n"), Chunk("stdout", "\n")
    )
    assert transcript.to_text() == "half\n2> careful\n\n"


def test_a_transcript_contains_what_a_terminal_finally_shows() -> None:
    transcript = transcript_of(
        Chunk("stdout", "\x1b[1mStations\x1b[0m\r\n"),
        Chunk("stderr", "\r 50%|#####     |"),
        Chunk("stderr", "\r100%|##########|\n"),
        Chunk("stdout", "12345\rab\n\x1b[2K\x1b[1Aup\x07\n"),
    )
    assert transcript.to_text() == "Stations\n2> 100%|##########|\nup345\n"


def test_a_run_without_output_has_an_empty_transcript() -> None:
    assert transcript_of().to_text() == ""
    assert Transcript.parse("") == transcript_of()


def test_a_traceback_with_stdout_in_between_is_tidied() -> None:
    transcript = transcript_of(
        Chunk(
            "stderr", 'Traceback (most recent call last):\n  File "/usr/lib/x.py", line 1, in f\n'
        ),
        Chunk("stdout", "    from stdout\n"),
        Chunk("stderr", "    dropped()\n"),
        Chunk("stderr", '  File "/home/reader/demo.py", line 1, in f\n    kept()\n'),
        Chunk("stdout", "<coroutine at /home/reader/demo.py:3>\n"),
    )
    assert transcript.to_text() == (
        "2> Traceback (most recent call last):\n"
        "    from stdout\n"
        '2>   File "demo.py", line 1, in f\n'
        "2>     kept()\n"
        "<coroutine at demo.py:3>\n"
    )


@pytest.mark.parametrize("text", ["2> no", "[exit status 1]"])
def test_a_line_that_looks_like_stderr_or_a_status_is_refused(text: str) -> None:
    with pytest.raises(RunnableError, match="Change how the program prints it"):
        transcript_of(Chunk("stdout", f"fine\n{text}\n")).to_text()


LINES = st.lists(
    st.builds(
        Line,
        st.sampled_from(["stdout", "stderr"]),
        st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"])),
    )
)


@given(LINES, st.integers(0, 255))
def test_a_transcript_is_read_as_it_was_written(lines: list[Line], status: int) -> None:
    transcript = Transcript(tuple(lines), status)
    try:
        text = transcript.to_text()
    except RunnableError:
        assume(False)
    assert Transcript.parse(text) == transcript


def test_the_file_of_origins_has_one_line_for_each_snippet(tmp_path: Path) -> None:
    origins = Origins(tmp_path)
    origins.set("tea/pot", Origin("CPython 3.13", "abc"))
    origins.set("chess/judit", Origin("CPython 3.14t", "def"))
    origins.save(["tea/pot", "chess/judit"])
    assert origins.path.read_text() == (
        "{\n"
        '  "chess/judit": {"interpreter": "CPython 3.14t", "source": "def"},\n'
        '  "tea/pot": {"interpreter": "CPython 3.13", "source": "abc"}\n'
        "}\n"
    )
    again = Origins(tmp_path)
    assert again.get("tea/pot") == Origin("CPython 3.13", "abc")
    again.save(["chess/judit"])
    assert again.get("tea/pot") is None


def test_origins_that_another_process_saved_are_kept(tmp_path: Path) -> None:
    one, other = Origins(tmp_path), Origins(tmp_path)
    one.set("tea/pot", Origin("CPython 3.13", "abc"))
    other.set("chess/judit", Origin("CPython 3.13", "def"))
    one.save(["tea/pot", "chess/judit"])
    other.save(["tea/pot", "chess/judit"])
    assert Origins(tmp_path).get("tea/pot")
    assert Origins(tmp_path).get("chess/judit")


@pytest.mark.parametrize("text", ["[", "[]", '{"a": 1}', '{"a": {"b": 1}}'])
def test_a_damaged_list_of_origins_is_an_error(tmp_path: Path, text: str) -> None:
    (tmp_path / Origins.FILE).write_text(text)
    with pytest.raises(
        RunnableError, match="Delete it, and run `python -m mkdocs_runnable record`"
    ):
        Origins(tmp_path)
