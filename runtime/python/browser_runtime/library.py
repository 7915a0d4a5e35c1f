"""Lets imports wait for the standard library, which is fetched only for programs that need it."""

import zipimport
from typing import Any

import browser_library as archive_file

from browser_runtime.scheduling import scheduler

# Files that remain readable without the library. The first module has to be imported anew by each
# program, because it registers a function that runs when the program ends. The others are those
# whose lines appear in most tracebacks of programs with asyncio.
_KEPT = (
    "concurrent/futures/thread.py",
    "asyncio/base_events.py",
    "asyncio/runners.py",
    "asyncio/taskgroups.py",
    "asyncio/timeouts.py",
)


def _wait() -> None:
    if archive_file.is_here():
        return
    if not scheduler.can_switch():
        archive_file.wait()  # The next attempt may find the library here.
        raise ImportError(
            "code called by JavaScript cannot wait for the standard library, which is loading; "
            "import the module at the beginning of the program"
        )
    if problem := scheduler.suspend(archive_file.wait().promise):
        raise ImportError(
            f"the standard library could not be loaded; run the program again. {problem}"
        )


def install() -> None:
    """Let imports wait for the archive, in the two functions of `zipimport` that read it."""
    reader: Any = zipimport
    get_data, read_directory = reader._get_data, reader._read_directory
    kept: dict[str, bytes] = {}
    for archive, directory in reader._zip_directory_cache.items():
        for name in _KEPT:
            path = f"{archive}/{name}"
            kept[path] = get_data(archive, directory[name])

    def _get_data(archive: str, toc_entry: Any) -> bytes:
        # An entry begins with the path of the file, including that of the archive.
        data = kept.get(toc_entry[0])
        if data is None:
            _wait()
            data = get_data(archive, toc_entry)
        return data

    def _read_directory(archive: str) -> Any:
        _wait()
        return read_directory(archive)

    reader._get_data, reader._read_directory = _get_data, _read_directory
