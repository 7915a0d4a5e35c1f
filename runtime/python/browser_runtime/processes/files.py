"""What a new process finds in its file system: each worker has one of its own, in memory."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pyodide.ffi import to_js

# Where programs and their modules are, and where they write.
_FOLDERS = ("/home/reader", "/home/library", "/home/packages", "/tmp")  # noqa: S108

_program = ""


def begin(program: Path) -> None:
    """Remember the file of the program that runs."""
    global _program
    _program = str(program)


def program() -> str:
    """Return the file of the program."""
    return _program


def collect() -> Any:
    """Return the files of this process by path, as they are now, for a new one."""
    found: dict[str, bytes] = {}
    for top in _FOLDERS:
        for folder, _, names in os.walk(top):
            for name in names:
                path = Path(folder, name)
                if path.is_file():
                    found[str(path)] = path.read_bytes()
    return to_js(found)


def unpack(files: Mapping[str, bytes]) -> None:
    """Write the files that a process is given."""
    for name, content in files.items():
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
