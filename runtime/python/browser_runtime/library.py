"""Lets imports wait for the standard library, which is fetched only for programs that need it.

The library is a zip file, from which CPython's module `zipimport` imports. If a worker starts from
a snapshot, the modules in the snapshot work without the zip file; see
runtime/worker/links/library.ts.
"""

import zipimport
from typing import Any

import browser_library as archive_file

from browser_runtime.scheduling import scheduler

# Files of the library that can be read without the archive. The first has to be imported anew by
# each program, because it registers a function that runs when the program ends. `traceback` imports
# the second when it explains a syntax error, and `warnings` the third when it warns of a coroutine
# that was never awaited. The others are those whose lines appear in most tracebacks of programs
# with threads or asyncio.
KEPT = (
    "concurrent/futures/thread.py",
    "difflib.py",
    "tracemalloc.py",
    "asyncio/base_events.py",
    "asyncio/runners.py",
    "asyncio/taskgroups.py",
    "asyncio/tasks.py",
    "asyncio/timeouts.py",
    "concurrent/futures/_base.py",
    "threading.py",
)


def _wait_for_archive() -> None:
    # In browsers that cannot suspend Python, the archive arrives before any program starts.
    if not archive_file.is_late():
        return
    try:
        if not scheduler.can_switch():
            raise scheduler.CannotSuspendError
        problem = scheduler.suspend(archive_file.wait().promise)
    except scheduler.CannotSuspendError:
        # Begin to fetch the archive, so that a later attempt may find it here.
        archive_file.wait()
        raise ImportError(
            "the standard library is still being loaded, and code that JavaScript or ctypes calls "
            "cannot wait for it; import the module in the first lines of the program"
        ) from None
    if problem:
        raise ImportError(
            f"the standard library could not be loaded; run the program again. {problem}"
        )


def install() -> None:
    """Let the two functions of `zipimport` that read the archive wait for it.

    The contents of the files in `KEPT` are read now, so they will not need the archive.
    """
    reader: Any = zipimport
    get_data, read_directory = reader._get_data, reader._read_directory
    kept: dict[str, bytes] = {}
    for archive, directory in reader._zip_directory_cache.items():
        for name in KEPT:
            if name in directory:
                kept[f"{archive}/{name}"] = get_data(archive, directory[name])

    def _get_data(archive: str, toc_entry: Any) -> bytes:
        # An entry begins with the path of the file, including that of the archive.
        data = kept.get(toc_entry[0])
        if data is None:
            _wait_for_archive()
            data = get_data(archive, toc_entry)
        return data

    def _read_directory(archive: str) -> Any:
        _wait_for_archive()
        return read_directory(archive)

    reader._get_data, reader._read_directory = _get_data, _read_directory
