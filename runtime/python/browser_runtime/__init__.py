"""Runs ordinary Python programs in Pyodide, in a web worker, in the same way as CPython.

Call `install()` once after Pyodide has started, then `begin()`. A snapshot of the interpreter may
be saved between these two calls; `begin()` is then called in each worker that starts from the
snapshot. After that, call `program.run()` and `program.clean_up()` for every program.
"""

import gc
import logging
import random
import sys
import time
from collections.abc import Callable

from browser_runtime import (
    advice,
    cpython_internals,
    guard,
    library,
    network,
    processes,
    program,
    state,
    trace_hooks,
)
from browser_runtime.primitives import threads
from browser_runtime.regional import locales
from browser_runtime.scheduling import clocks, event_loop, slices

__all__ = ["begin", "install", "program"]

# The check that `guard.seal` has made, from the call of `install` until `begin` takes it out.
_sealed: list[Callable[[], bool]] = []


def install() -> None:
    """Install threads, processes, the network, the event loop, time slices and trace hooks."""
    cpython_internals.check()
    advice.silence_pyodide()
    library.install()
    locales.install()
    clocks.install()
    processes.prepare()
    threads.install()
    processes.install()
    network.install()
    event_loop.install()
    slices.install()
    trace_hooks.install()
    _sealed.append(guard.seal())
    # These objects are never freed, so the garbage collections after each program can skip them.
    gc.collect()
    gc.freeze()


def begin() -> Callable[[], bool]:
    """Set time zone and random seed, and save the state that is restored after each program.

    Returns:
        A function that checks whether a program has left the runtime unchanged; see `guard`. No
        other reference to it exists, so programs cannot find it.
    """
    # Pyodide adds the entry "", the current folder, whenever it starts, also from a snapshot that
    # contains the entry already.
    while sys.path.count("") > 1:
        sys.path.remove("")
    clocks.set_time_zone()
    random.seed()
    # `relativeCreated` of log records counts from this moment.
    logging._startTime = time.time_ns()  # type: ignore[attr-defined]
    state.remember()
    intact = _sealed.pop()
    intact()  # The first call records the state with which all later calls compare.
    return intact
