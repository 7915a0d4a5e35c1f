"""Replaces the clocks, `time.sleep`, and the locks and threads on which `threading` is built.

The replacements behave as the originals in `_thread` and `time` do, but each wait goes through
`scheduler.Scheduler`, which decides which thread runs next. `replace` installs them.

The browser runtime has similar locks in `browser_runtime.primitives.locks`. They are separate
classes for two reasons: the explorer also runs without that package, and the locks behave
differently. A lock of this module wakes all waiting threads when it is released, so that the
explorer can choose the next owner, and entering a `with` statement is a switch point. A lock of the
browser runtime wakes only the first waiting thread, and its arguments and representation are those
of CPython.
"""

import sys
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

from explorer import scheduler
from explorer.scheduler import MAIN, Thread

# The longest timeout, in seconds. CPython has the same value on Linux and in Pyodide.
TIMEOUT_MAX = 9223372036.0
# Files of the explored program. Only their `with lock:` statements are switch points.
program_files: set[str] = set()


class Lock:
    """Like `_thread.lock`: it has no owner and is not reentrant."""

    def __init__(self) -> None:
        self._locked = False
        self._queue: list[Thread] = []

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """Acquire the lock, waiting for it if `blocking`; return whether it was acquired."""
        if not blocking and timeout != -1:
            raise ValueError("can't specify a timeout for a non-blocking call")
        if timeout < 0 and timeout != -1:
            raise ValueError("timeout value must be a non-negative number")
        run = scheduler.current()
        end = None if timeout == -1 else run.now + timeout
        while self._locked:
            if not blocking or (end is not None and run.now >= end):
                return False
            me = run.current
            self._queue.append(me)
            try:
                run.wait(None if end is None else end - run.now)
            finally:
                self._queue.remove(me)
        self._locked = True
        return True

    def release(self) -> None:
        """Release the lock and wake all threads that wait for it, which then compete for it."""
        if not self._locked and not scheduler.current().is_over:
            raise RuntimeError("release unlocked lock")
        self._locked = False
        for thread in self._queue:
            scheduler.current().wake(thread)

    def locked(self) -> bool:
        """Return whether the lock has been acquired and not released."""
        return self._locked

    def __enter__(self) -> bool:
        _enter_point(sys._getframe(1))
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()

    def _at_fork_reinit(self) -> None:
        self._locked = False

    # The obsolete names of `acquire`, `release` and `locked`, which CPython still has.
    acquire_lock, release_lock, locked_lock = acquire, release, locked


class RLock:
    """Like `_thread.RLock`: the thread that holds it may acquire it again."""

    def __init__(self, *_: object, **__: object) -> None:
        self._lock = Lock()
        self._owner: Thread | None = None
        self._count = 0

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """Acquire the lock, or acquire it again, waiting if `blocking`; return whether it did."""
        me = scheduler.current().current
        if self._owner is not me:
            if not self._lock.acquire(blocking, timeout):
                return False
            self._owner = me
        self._count += 1
        return True

    def release(self) -> None:
        """Undo one `acquire`; the last one makes the lock available to other threads."""
        if not self._is_owned():
            if scheduler.current().is_over:
                return
            raise RuntimeError("cannot release un-acquired lock")
        self._count -= 1
        if not self._count:
            self._owner = None
            self._lock.release()

    def locked(self) -> bool:
        """Return whether a thread holds the lock."""
        return self._count > 0

    def __enter__(self) -> bool:
        _enter_point(sys._getframe(1))
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()

    def _is_owned(self) -> bool:
        return self._owner is scheduler.current().current

    def _recursion_count(self) -> int:
        return self._count if self._is_owned() else 0

    def _release_save(self) -> tuple[int, Thread | None]:
        saved = self._count, self._owner
        self._count, self._owner = 0, None
        self._lock.release()
        return saved

    def _acquire_restore(self, saved: tuple[int, Thread | None]) -> None:
        self._lock.acquire()
        self._count, self._owner = saved

    def _at_fork_reinit(self) -> None:
        self._count, self._owner = 0, None


# A switch just before a lock is released leads to no new outcome, so these calls are no switch
# points.
RELEASES: frozenset[object] = frozenset(
    {Lock.release, Lock.__exit__, RLock.release, RLock.__exit__}
)


def _enter_point(frame: FrameType | None) -> None:
    """Make `with lock:` in the explored program a switch point.

    The interpreter may report no CALL event there. `with` statements in the standard library are no
    switch points, because a call into the library is a single step, unless it waits.
    """
    while frame is not None and frame.f_code.co_name == "__enter__":
        frame = frame.f_back
    if frame is None or frame.f_code.co_filename not in program_files:
        return
    run = scheduler.current()
    if run.current.last_call != (frame.f_code, frame.f_lasti):
        run.switch_point()


class ThreadHandle:
    """Like `_thread._ThreadHandle`, with which a `threading.Thread` joins its thread."""

    def __init__(self) -> None:
        self.ident = 0
        self._done = False
        self._started = False
        self._queue: list[Thread] = []

    def is_done(self) -> bool:
        """Return whether the thread has ended."""
        return self._done

    def join(self, timeout: float | None = None) -> None:
        """Wait until the thread has ended, or until `timeout` seconds have passed."""
        run = scheduler.current()
        end = None if timeout is None or timeout < 0 else run.now + timeout
        while not self._done and (end is None or run.now < end):
            me = run.current
            self._queue.append(me)
            try:
                run.wait(None if end is None else end - run.now)
            finally:
                self._queue.remove(me)

    def _set_done(self) -> None:
        self._done = True
        for thread in self._queue:
            scheduler.current().wake(thread)


class StartedThreads:
    """What one run keeps about its threads so that their ends can be waited for."""

    def __init__(self) -> None:
        # The handles of all non-daemon threads, for which the interpreter would wait at exit.
        self.handles: list[ThreadHandle] = []
        # On Python 3.12, `Thread.join` waits for a lock that is released when the thread ends.
        self.end_locks: dict[Thread, Lock] = {}


started_threads = StartedThreads()


def make_thread_handle(ident: int) -> ThreadHandle:
    """Return the handle of a thread that is already running."""
    handle = ThreadHandle()
    handle._started, handle.ident = True, ident
    return handle


def start_joinable_thread(
    function: Callable[[], object], handle: ThreadHandle | None = None, daemon: bool = True
) -> ThreadHandle:
    """Start a thread that calls the function, and return its handle."""
    handle = handle or ThreadHandle()
    if handle._started:
        raise RuntimeError("thread already started")
    run = scheduler.current()
    thread = run.start(function, lambda: _report_end(thread, handle))
    handle._started, handle.ident = True, thread.ident
    if not daemon:
        started_threads.handles.append(handle)
    return handle


def _report_end(thread: Thread, handle: ThreadHandle) -> None:
    handle._set_done()
    if lock := started_threads.end_locks.pop(thread, None):
        lock.release()


class _BoundCall:
    """Calls a function with the given arguments.

    Its `__self__` is that of the function, or None. If the function is a method of
    `threading.Thread`, the scheduler finds the thread object there.
    """

    def __init__(
        self, function: Callable[..., object], args: tuple[object, ...], keywords: dict[str, object]
    ) -> None:
        self._call = function, args, keywords
        self.__self__ = getattr(function, "__self__", None)

    def __call__(self) -> None:
        function, args, keywords = self._call
        function(*args, **keywords)


def start_new_thread(
    function: Callable[..., object], args: tuple[object, ...], kwargs: Any = None
) -> int:
    """Start a daemon thread like `_thread.start_new_thread`; return its identifier."""
    return start_joinable_thread(_BoundCall(function, args, kwargs or {})).ident


def set_sentinel() -> Lock:
    """Return a lock that is released when the running thread has ended (CPython 3.12)."""
    lock = Lock()
    started_threads.end_locks[scheduler.current().current] = lock
    return lock


def shutdown() -> None:
    """Wait until all non-daemon threads have ended."""
    while running := [handle for handle in started_threads.handles if not handle.is_done()]:
        running[0].join()


def get_ident() -> int:
    """Return the identifier of the running thread, like `threading.get_ident`."""
    return scheduler.current().current.ident


def exit_thread() -> None:
    """End the running thread."""
    raise SystemExit


def count() -> int:
    """Return the number of live threads other than the main one."""
    return sum(thread.state != scheduler.ENDED for thread in scheduler.current().threads) - 1


def ignore_failure(args: Any, /) -> None:
    """Ignore an uncaught exception of a thread, because no run is in progress."""


# What to call when a thread ends with an exception, with the argument of `threading.excepthook`.
# `Program.run` sets it for the duration of a run.
on_thread_failed: Callable[[Any], None] = ignore_failure


def excepthook(args: Any, /) -> None:
    """Pass an uncaught exception of a thread to the current run, like `threading.excepthook`."""
    on_thread_failed(args)


# --- time ---------------------------------------------------------------------------------------

# The functions that are replaced. The replacements call them when no run is in progress.
_real = {name: getattr(time, name) for name in ("sleep", "time", "perf_counter", "monotonic")}
# Virtual wall-clock time at which every run of this process begins, in seconds since 1970.
_run_start = float(int(time.time()))


def sleep(seconds: float, /) -> None:
    """Suspend the running thread, like `time.sleep`, but during a run in virtual time."""
    if not scheduler.is_running():
        _real["sleep"](seconds)
        return
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    scheduler.current().wait(float(seconds))


def monotonic() -> float:
    """Return the seconds of virtual time since the run began; outside of runs, the real clock."""
    return scheduler.current().now if scheduler.is_running() else float(_real["monotonic"]())


def wall_clock() -> float:
    """Return the wall-clock time, like `time.time`, but during a run in virtual time."""
    if not scheduler.is_running():
        return float(_real["time"]())
    return _run_start + scheduler.current().now


def _in_ns(clock: Callable[[], float]) -> Callable[[], int]:
    return lambda: round(clock() * 1e9)


# The replacements in the module `time`, by name.
TIME: dict[str, object] = {
    "sleep": sleep,
    "monotonic": monotonic,
    "perf_counter": monotonic,
    "process_time": monotonic,
    "time": wall_clock,
    "monotonic_ns": _in_ns(monotonic),
    "perf_counter_ns": _in_ns(monotonic),
    "process_time_ns": _in_ns(monotonic),
    "time_ns": _in_ns(wall_clock),
}

# The replacements in the module `_thread`, by name.
THREAD: dict[str, object] = {
    "LockType": Lock,
    "RLock": RLock,
    "TIMEOUT_MAX": TIMEOUT_MAX,
    "_ThreadHandle": ThreadHandle,
    "_count": count,
    "_excepthook": excepthook,
    "_get_main_thread_ident": lambda: MAIN,
    "_make_thread_handle": make_thread_handle,
    "_set_sentinel": set_sentinel,
    "_shutdown": shutdown,
    "allocate": Lock,
    "allocate_lock": Lock,
    "exit": exit_thread,
    "exit_thread": exit_thread,
    "get_ident": get_ident,
    "get_native_id": get_ident,
    "lock": Lock,
    "start_joinable_thread": start_joinable_thread,
    "start_new": start_new_thread,
    "start_new_thread": start_new_thread,
}
