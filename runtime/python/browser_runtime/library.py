"""Lets imports wait for the standard library, which may still be loading when a program begins.

The library is a zip file, from which CPython's module `zipimport` imports. If a worker starts from
a snapshot, the modules in the snapshot work before the zip file has arrived; see
runtime/worker/links/library.ts.
"""

import zipimport
from typing import Any

import browser_library as archive_file

from browser_runtime.scheduling import scheduler


def _wait_for_archive() -> None:
    # In browsers that cannot suspend Python, the archive arrives before any program starts.
    if not archive_file.is_late():
        return
    try:
        if not scheduler.can_switch():
            raise scheduler.CannotSuspendError
        problem = scheduler.suspend(archive_file.wait().promise)
    except scheduler.CannotSuspendError:
        raise ImportError(
            "the standard library is still being loaded, and code that JavaScript or ctypes calls "
            "cannot wait for it; import the module in the first lines of the program"
        ) from None
    if problem:
        raise ImportError(
            f"the standard library could not be loaded; run the program again. {problem}"
        )


def install() -> None:
    """Let the two functions of `zipimport` that read the archive wait for it."""
    reader: Any = zipimport
    get_data, read_directory = reader._get_data, reader._read_directory

    def _get_data(archive: str, toc_entry: Any) -> bytes:
        _wait_for_archive()
        data: bytes = get_data(archive, toc_entry)
        return data

    def _read_directory(archive: str) -> Any:
        _wait_for_archive()
        return read_directory(archive)

    reader._get_data, reader._read_directory = _get_data, _read_directory
