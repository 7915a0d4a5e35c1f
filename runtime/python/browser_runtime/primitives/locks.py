"""The locks that everything in `threading` is built on, and `time.sleep`."""

from typing import Any, NoReturn

from browser_runtime.scheduling import scheduler, virtual_time

# CPython counts times in ns, as signed numbers of 64 bits, so they must be shorter than this, in s.
_TOO_LONG = 2**63 / 1e9
# The same in whole seconds, which is the value that CPython has on Linux and in Pyodide.
TIMEOUT_MAX = 9223372036.0


def to_seconds(duration: Any) -> float:
    """Return a duration as a float, or raise the error that CPython raises for an invalid one."""
    if not isinstance(duration, int | float):
        if not hasattr(type(duration), "__float__") and not hasattr(type(duration), "__index__"):
            name = type(duration).__name__
            raise TypeError(f"'{name}' object cannot be interpreted as an integer or float")
        duration = float(duration)
    if duration != duration:
        raise ValueError("Invalid value NaN (not a number)")
    if not -_TOO_LONG <= duration < _TOO_LONG:
        if isinstance(duration, int):
            raise OverflowError("timestamp too large to convert to C PyTime_t")
        raise OverflowError("timestamp out of range for platform time_t")
    return float(duration)


class Lock:
    """Like `_thread.lock`: without an owner, not reentrant, with a queue of waiting threads."""

    __slots__ = ("__weakref__", "_locked", "_queue")

    def __init_subclass__(cls) -> None:
        raise TypeError("type '_thread.lock' is not an acceptable base type")

    def __init__(self) -> None:
        self._locked = False
        self._queue: list[scheduler.Waiting] = []

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """Acquire the lock like `threading.Lock.acquire`, and return whether it was acquired.

        Args:
            blocking: wait until the lock is released.
            timeout: how many seconds to wait; -1 waits without a limit.
        """
        if timeout != -1:
            timeout = to_seconds(timeout)
            if not blocking:
                raise ValueError("can't specify a timeout for a non-blocking call")
            if timeout < 0:
                raise ValueError("timeout value must be a non-negative number")
        if not self._locked:
            self._locked = True
            return True
        if not blocking or timeout == 0:
            return False
        end = None if timeout == -1 else scheduler.timeout_end(timeout)
        while self._locked:
            left = None if end is None else virtual_time.seconds_to(end)
            if left == 0:
                scheduler.raise_requested()
                return False
            try:
                scheduler.wait(left, self._queue)
            except BaseException:
                # A release may have woken this thread before Ctrl+C arrived. Wake the next thread
                # instead, because this one does not acquire the lock.
                self._wake_next()
                raise
        self._locked = True
        scheduler.raise_requested()
        return True

    def release(self) -> None:
        """Release the lock and wake the first waiting thread, which may acquire it when it runs."""
        if not self._locked:
            raise RuntimeError("release unlocked lock")
        self._locked = False
        self._wake_next()

    def _wake_next(self) -> None:
        if self._queue and not self._locked:
            self._queue[0].wake()

    def locked(self) -> bool:
        """Return whether the lock has been acquired and not released."""
        return self._locked

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()

    def _at_fork_reinit(self) -> None:
        self._locked = False
        self._queue.clear()

    # The obsolete names of `acquire`, `release` and `locked`, which CPython still has.
    acquire_lock, release_lock, locked_lock = acquire, release, locked

    def __repr__(self) -> str:
        state = "locked" if self._locked else "unlocked"
        return f"<{state} _thread.lock object at {id(self):#x}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("cannot pickle '_thread.lock' object")


Lock.__name__ = Lock.__qualname__ = "lock"
Lock.__module__ = "_thread"


class RLock:
    """Like `_thread.RLock`: the thread that holds it may take it again."""

    __slots__ = ("__weakref__", "_count", "_lock", "_owner")

    def __init__(self, *_: object, **__: object) -> None:
        self._lock = Lock()
        self._owner = self._count = 0

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """Acquire the lock, or acquire it again, with the arguments of `Lock.acquire`."""
        me = scheduler.get_ident()
        if self._owner == me:
            self._count += 1
            return True
        has_waited = self._lock.locked()
        is_acquired = self._lock.acquire(blocking, timeout)
        if is_acquired:
            self._owner, self._count = me, 1
        if has_waited:
            scheduler.raise_requested()
        return is_acquired

    def release(self) -> None:
        """Release the lock once. Other threads can acquire it after the last release."""
        self._check_owned()
        self._count -= 1
        if not self._count:
            self._owner = 0
            self._lock.release()

    def locked(self) -> bool:
        """Return whether a thread holds the lock."""
        return self._count > 0

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()

    def _check_owned(self) -> None:
        if self._owner != scheduler.get_ident():
            raise RuntimeError("cannot release un-acquired lock")

    def _is_owned(self) -> bool:
        return self._owner == scheduler.get_ident()

    def _recursion_count(self) -> int:
        return self._count if self._is_owned() else 0

    def _release_save(self) -> tuple[int, int]:
        self._check_owned()
        saved = self._count, self._owner
        self._count = self._owner = 0
        self._lock.release()
        return saved

    def _acquire_restore(self, saved: tuple[int, int]) -> None:
        self._lock.acquire()
        self._count, self._owner = saved

    def _at_fork_reinit(self) -> None:
        self._lock._at_fork_reinit()
        self._owner = self._count = 0

    def __repr__(self) -> str:
        state = "locked" if self._count else "unlocked"
        kind = f"{type(self).__module__}.{type(self).__qualname__}"
        return f"<{state} {kind} object owner={self._owner} count={self._count} at {id(self):#x}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("cannot pickle '_thread.RLock' object")


RLock.__module__ = "_thread"


def sleep(seconds: float, /) -> None:
    """Wait like `time.sleep`, with the same errors for invalid arguments."""
    delay = to_seconds(seconds)
    if delay < 0:
        raise ValueError("sleep length must be non-negative")
    end = virtual_time.moment_in(delay)
    scheduler.wait(virtual_time.seconds_to(end))
    # A wait can end early: after a signal handler has run, or after 25 days, which is the longest
    # delay of timers in browsers.
    while (left := virtual_time.seconds_to(end)) > 0:
        scheduler.wait(left)
    scheduler.raise_requested()
