"""Runs ordinary Python programs inside Pyodide, in a Web Worker, the way CPython would.

`install()` once after Pyodide has started; then `program.run()` and `program.clean_up()` for every
program.
"""

from collections.abc import Callable

from browser_runtime import clocks, event_loop, guard, program, slices, state, threads

__all__ = ["install", "program"]


def install() -> Callable[[], bool]:
    """Put threads, the event loop and time slices in place; remember this as the clean state.

    Returns:
        The check whether a program has left the runtime as it was; see `guard`.
    """
    clocks.install()
    threads.install()
    event_loop.install()
    slices.install()
    intact = guard.seal()
    state.remember()
    intact()
    return intact
