"""What `threading` is built on, on the scheduler: locks, threads, sleeping, clocks."""

import sys
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

from explorer import scheduler
from explorer.scheduler import MAIN, Thread

TIMEOUT_MAX = 4294967.0  # seconds
# Files of the program that is run, whose `with` statements are points.
program_files: set[str] = set()


class Lock:
    """Like `_thread.lock`: not owned, not reentrant, waiting threads in the order they came."""

    def __init__(self) -> None:
        self._locked = False
        self._queue: list[Thread] = []

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """Take the lock, waiting for it if asked to; return whether it was taken."""
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
        """Give the lock back; those who wait may take it when their turn comes."""
        if not self._locked and not scheduler.current().over:
            raise RuntimeError("release unlocked lock")
        self._locked = False
        for thread in self._queue:
            scheduler.current().wake(thread)

    def locked(self) -> bool:
        """Return whether someone holds the lock."""
        return self._locked

    def __enter__(self) -> bool:
        _enter_point(sys._getframe(1))
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()

    def _at_fork_reinit(self) -> None:
        self._locked = False

    acquire_lock, release_lock, locked_lock = acquire, release, locked


class RLock:
    """Like `_thread.RLock`: the thread that holds it may take it again."""

    def __init__(self, *_: object, **__: object) -> None:
        self._lock = Lock()
        self._owner: Thread | None = None
        self._count = 0

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """Take the lock once more, waiting for it if asked to; return whether it was taken."""
        me = scheduler.current().current
        if self._owner is not me:
            if not self._lock.acquire(blocking, timeout):
                return False
            self._owner = me
        self._count += 1
        return True

    def release(self) -> None:
        """Give the lock back once; others may take it when that was the last time."""
        if not self._is_owned():
            if scheduler.current().over:
                return
            raise RuntimeError("cannot release un-acquired lock")
        self._count -= 1
        if not self._count:
            self._owner = None
            self._lock.release()

    def locked(self) -> bool:
        """Return whether someone holds the lock."""
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


# Before a lock is given back nothing new can happen: these calls are no points.
RELEASES: frozenset[object] = frozenset(
    {Lock.release, Lock.__exit__, RLock.release, RLock.__exit__}
)


def _enter_point(frame: FrameType | None) -> None:
    """A point before `with lock:` in the program, where the interpreter may report no call.

    The library's own `with` statements are none: what it does is one step, unless it waits.
    """
    while frame is not None and frame.f_code.co_name == "__enter__":
        frame = frame.f_back
    if frame is None or frame.f_code.co_filename not in program_files:
        return
    run = scheduler.current()
    if run.current.called != (frame.f_code, frame.f_lasti):
        run.point()


class ThreadHandle:
    """Like `_thread._ThreadHandle`: what a `Thread` knows of the thread below it."""

    def __init__(self) -> None:
        self.ident = 0
        self._done = False
        self._started = False
        self._queue: list[Thread] = []

    def is_done(self) -> bool:
        """Return whether the thread has ended."""
        return self._done

    def join(self, timeout: float | None = None) -> None:
        """Wait for the end of the thread."""
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


class Started:
    """The threads of one run that its end waits for."""

    def __init__(self) -> None:
        self.handles: list[ThreadHandle] = []
        # On 3.12 a thread's end is a lock that is given back.
        self.ends: dict[Thread, Lock] = {}


started = Started()


def make_thread_handle(ident: int) -> ThreadHandle:
    """Return the handle of a thread that runs already."""
    handle = ThreadHandle()
    handle._started, handle.ident = True, ident
    return handle


def start_joinable_thread(
    function: Callable[[], object], handle: ThreadHandle | None = None, daemon: bool = True
) -> ThreadHandle:
    """Start a thread that runs the function."""
    handle = handle or ThreadHandle()
    if handle._started:
        raise RuntimeError("thread already started")
    run = scheduler.current()
    thread = run.start(function, lambda: _ended(thread, handle))
    handle._started, handle.ident = True, thread.ident
    if not daemon:
        started.handles.append(handle)
    return handle


def _ended(thread: Thread, handle: ThreadHandle) -> None:
    handle._set_done()
    if lock := started.ends.pop(thread, None):
        lock.release()


class _Bound:
    """Calls a function with its arguments; it belongs to the same object."""

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
    """Start a daemon thread the low-level way; return its number."""
    return start_joinable_thread(_Bound(function, args, kwargs or {})).ident


def set_sentinel() -> Lock:
    """Return a lock that is given back when the running thread has ended (CPython 3.12)."""
    lock = Lock()
    started.ends[scheduler.current().current] = lock
    return lock


def shutdown() -> None:
    """Wait for the threads that are no daemons."""
    while waiting := [handle for handle in started.handles if not handle.is_done()]:
        waiting[0].join()


def get_ident() -> int:
    """Return the number of the running thread, like `threading.get_ident`."""
    return scheduler.current().current.ident


def exit_thread() -> None:
    """End the running thread."""
    raise SystemExit


def count() -> int:
    """Return how many threads run beside the main one."""
    return sum(thread.state != scheduler.ENDED for thread in scheduler.current().threads) - 1


def no_hook(args: Any, /) -> None:
    """Do nothing: no run is going on."""


# Called with what `threading.excepthook` gets.
on_thread_failed: Callable[[Any], None] = no_hook


def excepthook(args: Any, /) -> None:
    """Stand in for `threading.excepthook`."""
    on_thread_failed(args)


# --- time ---------------------------------------------------------------------------------------

_real = {name: getattr(time, name) for name in ("sleep", "time", "perf_counter", "monotonic")}
# Wall-clock time at which all runs of a process begin, in s.
_epoch = float(int(time.time()))


def sleep(seconds: float, /) -> None:
    """Do what `time.sleep` does, in virtual time."""
    if not scheduler.is_running():
        _real["sleep"](seconds)
        return
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    scheduler.current().wait(float(seconds))


def monotonic() -> float:
    """Seconds of virtual time since the run began."""
    return scheduler.current().now if scheduler.is_running() else float(_real["monotonic"]())


def wall_clock() -> float:
    """Like `time.time`, in virtual time."""
    return _epoch + scheduler.current().now if scheduler.is_running() else float(_real["time"]())


def _in_ns(clock: Callable[[], float]) -> Callable[[], int]:
    return lambda: round(clock() * 1e9)


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
