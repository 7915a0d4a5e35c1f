"""Lets imports wait for the standard library, which may still be loading when a program begins."""

import zipimport
from typing import Any

import browser_library as archive_file

from browser_runtime.scheduling import scheduler


def _wait() -> None:
    if archive_file.is_here() or not scheduler.can_switch():
        return
    if problem := scheduler.suspend(archive_file.wait().promise):
        raise ImportError(
            f"the standard library could not be loaded; run the program again. {problem}"
        )


def install() -> None:
    """Let imports wait for the archive, in the two functions of `zipimport` that read it."""
    reader: Any = zipimport
    get_data, read_directory = reader._get_data, reader._read_directory

    def _get_data(archive: str, toc_entry: Any) -> bytes:
        _wait()
        data: bytes = get_data(archive, toc_entry)
        return data

    def _read_directory(archive: str) -> Any:
        _wait()
        return read_directory(archive)

    reader._get_data, reader._read_directory = _get_data, _read_directory
