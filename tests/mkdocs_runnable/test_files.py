"""Tests of writing files in one step."""

from pathlib import Path

import pytest

from mkdocs_runnable.files import write_atomically


def test_a_file_is_replaced_in_one_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "demo.out"
    write_atomically(path, "one\r\n")
    replace = Path.replace
    at_replacement: list[tuple[bytes, bytes]] = []

    def note_and_replace(new: Path, old: Path) -> Path:
        at_replacement.append((old.read_bytes(), new.read_bytes()))
        return replace(new, old)

    monkeypatch.setattr(Path, "replace", note_and_replace)
    write_atomically(path, "two\r\n")
    assert at_replacement == [(b"one\r\n", b"two\r\n")], "until then, the old file is complete"
    assert path.read_bytes() == b"two\r\n"
    assert [each.name for each in tmp_path.iterdir()] == ["demo.out"]


def test_a_text_that_cannot_be_written_leaves_no_file_behind(tmp_path: Path) -> None:
    path = tmp_path / "demo.out"
    with pytest.raises(UnicodeEncodeError):
        write_atomically(path, "\ud800")
    assert list(tmp_path.iterdir()) == []
