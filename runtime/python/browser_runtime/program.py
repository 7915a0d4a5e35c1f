"""Runs one program as `python name.py` would, including `__main__`, exit status and clean-up."""

import atexit
import builtins
import contextlib
import gc
import io
import linecache
import os
import sys
import threading
import types
from asyncio import events
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType

import browser_page as page

from browser_runtime import (
    advice,
    facts,
    keyboard,
    network,
    processes,
    stand_in,
    state,
    system_calls,
    tracing,
)
from browser_runtime.keyboard import answer
from browser_runtime.primitives import async_exceptions, threads
from browser_runtime.processes import children
from browser_runtime.regional import time_zones
from browser_runtime.run_options import RunOptions
from browser_runtime.scheduling import clocks, event_loop, scheduler, slices, stepping, virtual_time
from browser_runtime.scheduling.stepping import pause, resume, step

__all__ = [
    "answer",
    "clean_up",
    "pause",
    "read_options",
    "resume",
    "run",
    "run_child",
    "step",
]

read_options = RunOptions.from_page

# The folders of the program, and of further modules that the page supplies.
HOME = Path("/home/reader")
LIBRARY = Path("/home/library")
# How many seconds the daemon threads of a program get to end after it.
_MAX_END_S = 0.3


def _stream(descriptor: int, trace: tracing.Tracing | None) -> io.TextIOWrapper:
    """Return a text stream on a file descriptor, with line buffering as on a terminal."""
    raw = trace.stream(descriptor) if trace else io.FileIO(descriptor, "w", closefd=False)
    return io.TextIOWrapper(
        io.BufferedWriter(raw), encoding="utf-8", errors="backslashreplace", line_buffering=True
    )


def _from_program(traceback: TracebackType | None) -> TracebackType | None:
    """Return a traceback without its outermost frames, as far as they belong to this module."""
    here = _from_program.__code__.co_filename
    while traceback is not None and traceback.tb_frame.f_code.co_filename == here:
        traceback = traceback.tb_next
    return traceback


def _report(error: BaseException) -> int:
    """Print what CPython prints when a program ends with an exception; return the exit status."""
    if scheduler.observer:
        scheduler.observer.fail(error)
    if isinstance(error, SystemExit):
        if error.code is None or isinstance(error.code, int):
            return (error.code or 0) & 0xFF
        sys.stderr.write(f"{error.code}\n")
        return 1
    if isinstance(error, ModuleNotFoundError) and error.name:
        explanation = advice.explain_missing(error.name.partition(".")[0])
        if explanation is not None:
            error.add_note(explanation)
    try:
        sys.excepthook(type(error), error, _from_program(error.__traceback__))
    except BaseException as second:
        sys.__excepthook__(type(second), second, second.__traceback__)
    # Shells report 130 for a program that Ctrl+C has ended.
    return 130 if isinstance(error, KeyboardInterrupt) else 1


def _execute(source: str, path: Path, module: types.ModuleType) -> None:
    module.__dict__.update(__file__=str(path), __cached__=None)
    code = compile(source, str(path), "exec", dont_inherit=True)
    # The page explains coarse clocks only for programs that run in real time.
    watched_clocks = clocks.WATCHED if virtual_time.clock_rate == 1 else []
    stand_in.install(code, *watched_clocks, *system_calls.WATCHED)
    exec(code, module.__dict__)  # noqa: S102 - running the reader's program is the purpose


def _run_and_shut_down(work: Callable[[types.ModuleType], None]) -> int:
    """Do the work of a process, then shut down as CPython does, and return the exit status.

    Args:
        work: a function that gets the module `__main__` of the process.
    """
    module = types.ModuleType("__main__")
    module.__dict__.update(__builtins__=builtins)
    sys.modules["__main__"] = module
    status, is_stuck = 0, False
    try:
        # Only from here on may the page pause or interrupt Python. Before that, an interruption
        # would end the interpreter, and a paused program would have no state to report.
        slices.arm()
        work(module)
    except BaseException as error:
        status, is_stuck = _report(error), isinstance(error, scheduler.DeadlockError)
    stepping.leave()
    # Let the page say that threads that are not daemons have to end first. If there is a deadlock,
    # it has been reported already, and these threads will not end by themselves.
    if not is_stuck and (count := threads.non_daemon_count()):
        page.wait_for_threads(count)
    status = _finish(threading._shutdown) or status  # type: ignore[attr-defined]
    status = _finish(atexit._run_exitfuncs) or status
    # Coroutines that were never awaited and tasks with unhandled exceptions print a warning when
    # they are collected. Collect them now, while the program's streams are open.
    module.__dict__.clear()
    gc.collect()
    slices.disarm()
    return status


def _finish(step: Callable[[], object]) -> int:
    """Do one step of the shutdown; return 0, or the exit status if the step raises an exception."""
    try:
        step()
    except BaseException as error:
        return _report(error)
    return 0


def run(
    source: str,
    filename: str,
    files: Mapping[str, bytes],
    options: RunOptions,
) -> int:
    """Run a program and return its exit status, whatever exceptions the program raises.

    `clean_up` has to be called before the next program runs.

    Args:
        source: the text of the program.
        filename: its name in tracebacks, for example `asynchronous.py`.
        files: further modules for imports, as contents by path relative to a folder on `sys.path`.
        options: how the program is run.
    """
    path = HOME / Path(filename).name
    HOME.mkdir(parents=True, exist_ok=True)
    path.write_text(source, encoding="utf-8")
    for name, content in files.items():
        target = LIBRARY / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    sys.path[:] = [str(HOME), *([str(LIBRARY)] if files else []), *sys.path]
    if advice.PACKAGES.exists():
        sys.path.append(str(advice.PACKAGES))

    network.begin(source)

    def work(main: types.ModuleType) -> None:
        if scheduler.observer:
            scheduler.observer.open("MainProcess")
            scheduler.observer.watch_collections()
        _execute(source, path, main)

    return _run(path, work, options)


def run_child(
    main: str, pickles: bytes, sentinel: int, files: Mapping[str, bytes], trace: bool
) -> int:
    """Run a child process or interpreter that another process has started; return its exit status.

    Args:
        main: the file of the program.
        pickles: the data that the parent passes to the child; see `children.bootstrap`.
        sentinel: number of the channel whose writing end is closed when the parent ends.
        files: the contents of the process's file system, by path.
        trace: report what the process's threads and tasks do.
    """
    children.prepare(files)
    options = RunOptions(trace=trace)
    with contextlib.suppress(OSError):  # The program may have deleted its file.
        network.begin(Path(main).read_text(encoding="utf-8"), is_child=True)
    try:
        return _run(Path(main), lambda _: children.bootstrap(bytes(pickles), sentinel), options)
    finally:
        network.end()  # What sockets have not sent yet is sent now.


def _run(path: Path, work: Callable[[types.ModuleType], None], options: RunOptions) -> int:
    os.chdir(HOME)
    sys.argv = [str(path)]
    sys.stdin = keyboard.plug_in()
    linecache.clearcache()
    # Pyodide registers its own event loop as running around every call from JavaScript.
    outer_loop = events._get_running_loop()
    events._set_running_loop(None)
    scheduler.enter(scheduler.MAIN)
    virtual_time.begin(options)
    traced = tracing.begin(str(path)) if options.trace else None
    sys.stdout, sys.stderr = _stream(1, traced), _stream(2, traced)
    clocks.begin()
    processes.begin(path)
    facts.begin(path)
    time_zones.begin()
    async_exceptions.begin()
    stepping.begin(str(path), options, traced.recorder.started_at if traced else None)
    try:
        status = _run_and_shut_down(work)
        state.restore_builtins()
        facts.report()
        if traced:
            traced.end()
        return status
    finally:
        stepping.end()
        virtual_time.end()
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(Exception):  # The program may have closed the stream.
                stream.flush()
        events._set_running_loop(outer_loop)


def clean_up() -> bool:
    """Restore the interpreter's state from before the program, and return whether that succeeded.

    The clean-up fails if a daemon thread does not end in time. The worker then has to be replaced.
    """
    state.restore_builtins()
    ended = scheduler.abandon(_MAX_END_S)
    slices.disarm()
    network.end()
    state.restore()
    threads.renew()
    event_loop.restart_task_names()
    return ended
