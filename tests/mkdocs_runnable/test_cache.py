"""Tests of the texts that are kept between two builds."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mkdocs_runnable import cache as module
from mkdocs_runnable.cache import Cache
from tests.conftest import REPOSITORY


class Maker:
    """Makes a different text for each call, and counts the calls."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> str:
        self.count += 1
        return f"text {self.count}: grün\r\n\n"


def files(cache: Cache) -> list[Path]:
    """Return the files in which a cache keeps its texts."""
    assert cache.folder
    return sorted(path for path in cache.folder.rglob("*") if path.is_file())


def test_a_text_is_made_once_for_each_kind_and_all_that_it_depends_on(tmp_path: Path) -> None:
    cache, make = Cache(tmp_path / "a" / "b"), Maker()
    # What the texts depend on. The values look alike, but no two of them are equal.
    parts: list[object] = [("x", 1, None), ("x", 2, None), ("x", "1", None), ("x1", None)]
    texts = [cache.text("kind", each, make) for each in parts]
    assert len(set(texts)) == make.count == 4
    assert [Cache(tmp_path / "a" / "b").text("kind", each, make) for each in parts] == texts
    assert make.count == 4
    cache.text("other", parts[0], make)
    assert make.count == 5


def test_nothing_is_kept_without_a_folder() -> None:
    make = Maker()
    assert Cache(None).text("kind", 1, make) != Cache(None).text("kind", 1, make)
    Cache(None).remove_oldest(0)


def test_texts_are_made_again_after_the_code_of_the_engine_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache, make = Cache(tmp_path), Maker()
    cache.text("kind", 1, make)
    monkeypatch.setattr(module, "_versions", lambda: "other")
    cache.text("kind", 1, make)
    assert make.count == 2


def test_a_change_in_any_module_counts_as_a_change_of_the_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "package"
    (package / "pages").mkdir(parents=True)
    (package / "cache.py").write_text("")
    (package / "pages" / "widget.py").write_text("old")
    monkeypatch.setattr(module, "__file__", str(package / "cache.py"))
    versions = module._versions.__wrapped__
    old = versions()
    assert versions() == old
    (package / "pages" / "widget.py").write_text("new")
    assert versions() != old


def test_an_error_is_not_kept(tmp_path: Path) -> None:
    cache, make = Cache(tmp_path), Maker()
    with pytest.raises(ZeroDivisionError):
        cache.text("kind", 1, lambda: str(1 / 0))
    assert files(cache) == []
    assert cache.text("kind", 1, make) == "text 1: grün\r\n\n"


@pytest.mark.parametrize("damage", ["empty", "cut", "changed", "not text"])
def test_a_damaged_file_is_made_again(tmp_path: Path, damage: str) -> None:
    cache, make = Cache(tmp_path), Maker()
    cache.text("kind", 1, make)
    [path] = files(cache)
    data = path.read_bytes()
    changed = {"empty": b"", "cut": data[:-1], "changed": data[:-1] + b"!", "not text": b"\xff\n"}
    path.write_bytes(changed[damage])
    assert cache.text("kind", 1, make) == cache.text("kind", 1, make)
    assert make.count == 2


def test_a_write_that_is_interrupted_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache, make = Cache(tmp_path), Maker()

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", interrupt)
        with pytest.raises(KeyboardInterrupt):
            cache.text("kind", 1, make)
    assert files(cache) == []


def test_a_process_that_is_killed_while_it_writes_does_no_harm(tmp_path: Path) -> None:
    # The process ends when the new file should get its final name, and cleans nothing up.
    program = f"""
import os
from pathlib import Path
from mkdocs_runnable.cache import Cache
Path.replace = lambda *_: os._exit(0)
Cache(Path({str(tmp_path)!r})).text("kind", 1, lambda: "killed")
"""
    subprocess.run([sys.executable, "-c", program], check=True, cwd=REPOSITORY)
    cache, make = Cache(tmp_path), Maker()
    [unfinished] = files(cache)
    assert cache.text("kind", 1, make) == "text 1: grün\r\n\n"
    cache.remove_oldest()
    assert unfinished.exists(), "another build could still be writing it"
    os.utime(unfinished, (0, 0))
    cache.remove_oldest()
    assert not unfinished.exists()
    assert len(files(cache)) == 1


def test_a_folder_that_cannot_be_written_does_not_stop_a_build(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    make = Maker()
    assert Cache(tmp_path / "file").text("kind", 1, make) == "text 1: grün\r\n\n"


def test_the_files_that_were_not_used_for_the_longest_time_are_deleted(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    for number in range(10):
        cache.text("kind", number, lambda: "x" * 1000)
    for path in files(cache):
        os.utime(path, (time.time() - 1000, time.time() - 1000))
    make = Maker()
    assert cache.text("kind", 3, make) == "x" * 1000
    # Each file contains its text of 1000 bytes, and a hash of the text.
    cache.remove_oldest(3 * 1100)
    assert len(files(cache)) == 3
    assert cache.text("kind", 3, make) == "x" * 1000
    assert make.count == 0, "what was used is kept"


def test_several_processes_can_use_a_folder_at_the_same_time(tmp_path: Path) -> None:
    program = f"""
from pathlib import Path
from mkdocs_runnable.cache import Cache
cache = Cache(Path({str(tmp_path)!r}))
for round in range(30):
    for number in range(20):
        assert cache.text("kind", number, lambda: str(number) * 500) == str(number) * 500
    cache.remove_oldest(5000)
"""
    command = [sys.executable, "-c", program]
    running = [subprocess.Popen(command, cwd=REPOSITORY) for _ in range(3)]
    assert [each.wait(100) for each in running] == [0, 0, 0]
