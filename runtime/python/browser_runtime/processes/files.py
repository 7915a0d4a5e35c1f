"""Copies files to new processes, because each worker has a file system of its own, in memory."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pyodide.ffi import to_js

# Where programs and their modules are, and where they write.
_FOLDERS = ("/home/reader", "/home/library", "/home/packages", "/tmp")  # noqa: S108

_program = ""
# Path → modification time of each file that this process was given, in ns.
_original_times: dict[str, int] = {}


def begin(program: Path) -> None:
    """Remember the file of the program that runs."""
    global _program
    _program = str(program)


def program() -> str:
    """Return the file of the program."""
    return _program


def collect() -> Any:
    """Return the present files of this process for a new one, as an object of contents by path."""
    return to_js({str(path): path.read_bytes() for path in _files(*_FOLDERS)})


def _files(*folders: str) -> Iterator[Path]:
    for top in folders:
        for folder, _, names in os.walk(top):
            yield from filter(Path.is_file, (Path(folder, name) for name in names))


def have_changed() -> bool:
    """Return whether this process has changed, added or removed files next to the program."""
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
