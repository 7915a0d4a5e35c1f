"""Runs ordinary Python programs inside Pyodide, in a Web Worker, the way CPython would.

`install()` once after Pyodide has started, then `begin()`; between the two the interpreter's memory
may be kept in a file and taken up elsewhere. After that `program.run()` and `program.clean_up()`
for every program.
"""

import gc
import logging
import random
import sys
import time
from collections.abc import Callable

from browser_runtime import guard, library, processes, program, state
from browser_runtime.primitives import threads
from browser_runtime.scheduling import clocks, event_loop, slices

__all__ = ["begin", "install", "program"]

_sealed: list[Callable[[], bool]] = []


def install() -> None:
    """Put threads, the event loop and time slices in place."""
    library.install()
    clocks.install()
    processes.prepare()
    threads.install()
    processes.install()
    event_loop.install()
    slices.install()
    _sealed.append(guard.seal())
    # What is here now stays for ever: the collections after each program need not look at it.
    gc.collect()
    gc.freeze()


def begin() -> Callable[[], bool]:
    """Take up what must not come from where and when `install` was called; then programs may run.

    The present state is the one that every program starts from.

    Returns:
        The check whether a program has left the runtime as it was; see `guard`. Nothing else keeps
        it, so that programs do not find it.
    """
    # Pyodide puts an entry for the current folder there whenever it starts.
    while sys.path.count("") > 1:
        sys.path.remove("")
    clocks.set_time_zone()
    random.seed()
    # What `relativeCreated` of a log record counts from.
    logging._startTime = time.time_ns()  # type: ignore[attr-defined]
    state.remember()
    intact = _sealed.pop()
    intact()
    return intact
