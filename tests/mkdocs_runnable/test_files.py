"""Tests of writing files in one step."""

from pathlib import Path

import pytest

from mkdocs_runnable.files import write_atomically


def test_a_file_is_replaced_in_one_step(tmp_path: Path) -> None:
    path = tmp_path / "demo.out"
    write_atomically(path, "one\r\n")
    write_atomically(path, "two\r\n")
    assert path.read_bytes() == b"two\r\n"
    assert [each.name for each in tmp_path.iterdir()] == ["demo.out"]


def test_a_text_that_cannot_be_written_leaves_no_file_behind(tmp_path: Path) -> None:
    path = tmp_path / "demo.out"
    with pytest.raises(UnicodeEncodeError):
        write_atomically(path, "\ud800")
    assert list(tmp_path.iterdir()) == []
