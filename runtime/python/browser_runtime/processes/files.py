"""What a new process finds in its file system: each worker has one of its own, in memory."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pyodide.ffi import to_js

# Where programs and their modules are, and where they write.
_FOLDERS = ("/home/reader", "/home/library", "/home/packages", "/tmp")  # noqa: S108

_program = ""
_given: dict[str, int] = {}


def begin(program: Path) -> None:
    """Remember the file of the program that runs."""
    global _program
    _program = str(program)


def program() -> str:
    """Return the file of the program."""
    return _program


def collect() -> Any:
    """Return the files of this process by path, as they are now, for a new one."""
    return to_js({str(path): path.read_bytes() for path in _files(*_FOLDERS)})


def _files(*folders: str) -> Iterator[Path]:
    for top in folders:
        for folder, _, names in os.walk(top):
            yield from filter(Path.is_file, (Path(folder, name) for name in names))


def have_changed() -> bool:
    """Whether this process has written to the files that it was given, or beside them."""
    return {str(path): path.stat().st_mtime_ns for path in _files(_FOLDERS[0])} != _given


def unpack(files: Mapping[str, bytes]) -> None:
    """Write the files that a process is given."""
    for name, content in files.items():
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        if path.is_relative_to(_FOLDERS[0]):
            _given[name] = path.stat().st_mtime_ns
