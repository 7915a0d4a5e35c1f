"""Copies files to new processes, because each worker has a file system of its own, in memory."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pyodide.ffi import to_js

# The folders of the program, of further modules that the page supplies, of the libraries that the
# program has declared, and of temporary files.
_FOLDERS = ("/home/reader", "/home/library", "/home/packages", "/tmp")  # noqa: S108

# The path of the program's file.
_program = ""
# For the files in the program's folder that this process was given: path → modification time in ns.
_original_times: dict[str, int] = {}


def begin(program: Path) -> None:
    """Remember the file of the program that runs."""
    global _program
    _program = str(program)


def program() -> str:
    """Return the path of the program's file."""
    return _program


def collect() -> Any:
    """Return the files of this process, which a new process gets: contents by path.

    The result is a JavaScript `Map`.
    """
    return to_js({str(path): path.read_bytes() for path in _files(*_FOLDERS)})


def _files(*folders: str) -> Iterator[Path]:
    for top in folders:
        for folder, _, names in os.walk(top):
            yield from filter(Path.is_file, (Path(folder, name) for name in names))


def have_changed() -> bool:
    """Return whether this process has changed, added or removed files in the program's folder."""
    times = {str(path): path.stat().st_mtime_ns for path in _files(_FOLDERS[0])}
    return times != _original_times


def unpack(contents: Mapping[str, bytes]) -> None:
    """Write the files that a new process was given, as contents by path."""
    for name, content in contents.items():
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        if path.is_relative_to(_FOLDERS[0]):
            _original_times[name] = path.stat().st_mtime_ns
