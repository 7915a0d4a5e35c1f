"""Implements `_multiprocessing`: the semaphore on which every lock of `multiprocessing` is built.

Until a semaphore is sent to another process, its value is kept in this process, and the broker does
not know the semaphore. From then on the broker keeps the value.

A semaphore can also guard bytes that processes share, because browsers give these workers no shared
memory. A process that acquires the semaphore receives the latest bytes, and a process that releases
it sends the bytes that it has changed; see `memory`.
"""

from typing import Any

import browser_processes as broker
from pyodide.ffi import to_js

from browser_runtime.processes import asking
from browser_runtime.scheduling import scheduler

# The kinds of semaphores, with the numbers that CPython uses.
_RECURSIVE_MUTEX, _SEMAPHORE = range(2)


class SemLock:
    """Like `_multiprocessing.SemLock`."""

    SEM_VALUE_MAX = 2**31 - 1

    def __init__(self, kind: int, value: int, maxvalue: int, name: str, unlink: bool) -> None:  # noqa: ARG002
        if kind not in (_RECURSIVE_MUTEX, _SEMAPHORE):
            raise ValueError("unrecognized kind")
        if not 0 <= value <= maxvalue:
            raise ValueError("invalid value")
        self.kind, self.maxvalue = kind, maxvalue
        # Without a name, `multiprocessing` does not try to unlink the semaphore.
        self.name = None
        self.handle = broker.number()
        # Number of a buffer → its bytes in this process.
        self._guarded: dict[int, bytearray] = {}
        # Number of a buffer → its bytes when this process last sent or received them.
        self._sent: dict[int, bytes] = {}
        # Whether the broker keeps the value. Until then, it is in `_value`.
        self._shared = False
        self._value = value
        self._waiting: list[scheduler.Waiting] = []
        # How often this process has acquired the semaphore and not released it yet.
        self._held = 0
        # The thread of this process that acquired it last.
        self._owner = 0

    @classmethod
    def _rebuild(cls, handle: int, kind: int, maxvalue: int, name: None) -> "SemLock":  # noqa: ARG003
        self = cls(kind, 0, maxvalue, "", True)
        self.handle = handle
        self._shared = True
        return self

    def share(self) -> None:
        """Let the broker keep the semaphore from now on, so that other processes can use it."""
        if self._shared:
            return
        self._shared = True
        broker.open_semaphore(self.handle, self._value, self.maxvalue)
        for waiting in self._waiting:
            waiting.wake()

    def acquire(self, block: bool = True, timeout: float | None = None) -> bool:
        """Acquire the semaphore, waiting for it if `block`; return whether it was acquired."""
        if self.kind == _RECURSIVE_MUTEX and self._is_mine():
            self._held += 1
            return True
        seconds = 0 if not block else None if timeout is None else max(timeout, 0)
        if not self._acquire(seconds):
            return False
        self._held += 1
        self._owner = scheduler.get_ident()
        return True

    def release(self) -> None:
        """Release the semaphore.

        Raises:
            AssertionError: the semaphore is a recursive lock that this thread does not hold.
            ValueError: its value would exceed the maximum.
        """
        if self.kind == _RECURSIVE_MUTEX:
            if not self._is_mine():
                raise AssertionError("attempt to release recursive lock not owned by thread")
            if self._held > 1:
                self._held -= 1
                return
        if not self._shared:
            if self._value >= self.maxvalue:
                raise ValueError("semaphore or lock released too many times")
            self._value += 1
            if self._waiting:
                self._waiting[0].wake()
        elif self._held > 0 or self.maxvalue == self.SEM_VALUE_MAX:
            # The value cannot exceed the maximum, so no answer of the broker is needed.
            self._release_shared()
        elif not asking.answer(broker.check_release(self.handle)):
            raise ValueError("semaphore or lock released too many times")
        self._held -= 1

    def _acquire(self, seconds: float | None) -> bool:
        deadline = asking.deadline_after(seconds)
        while not self._shared:
            if self._value:
                self._value -= 1
                return True
            left = asking.seconds_until(deadline)
            if left == 0:
                return False
            try:
                scheduler.wait(left, self._waiting)
            except BaseException:
                # The wake-up may have arrived together with Ctrl+C. Pass it to the next thread.
                if self._waiting and self._value:
                    self._waiting[0].wake()
                raise
        left = asking.seconds_until(deadline)
        # If `now` is true, the broker answers immediately, even if the semaphore is not available.
        now = left == 0
        try:
            answer = asking.answer(broker.acquire(self.handle, now), None if now else left)
        except TimeoutError:
            return False
        if answer is None:
            return False
        # The answer is True, or the guarded bytes if they have changed.
        if answer is not True:
            for number, view in answer.to_py().items():
                if number in self._guarded:
                    self._sent[number] = bytes(view)
                    self._guarded[number][:] = view
        return True

    def _release_shared(self) -> None:
        for number, data in self._guarded.items():
            if data != self._sent[number]:
                self._sent[number] = bytes(data)
                broker.change(self.handle, number, to_js(self._sent[number]))
        broker.release(self.handle)

    def guard(self, number: int, data: bytearray) -> None:
        """Share these bytes: a process that acquires the semaphore gets their latest values."""
        self._guarded[number], self._sent[number] = data, bytes(data)

    def share_guarded(self, number: int) -> None:
        """Send a buffer's bytes to the broker, which ignores them if it already has the buffer."""
        self.share()
        broker.guard(self.handle, number, to_js(bytes(self._guarded[number])))

    def _count(self) -> int:
        return self._held

    def _is_mine(self) -> bool:
        return self._held > 0 and self._owner == scheduler.get_ident()

    def _get_value(self) -> int:
        if not self._shared:
            return self._value
        value: int = asking.answer(broker.value(self.handle))
        return value

    def _is_zero(self) -> bool:
        return self._get_value() == 0

    def _after_fork(self) -> None:
        self._held = 0

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()


SemLock.__module__ = "_multiprocessing"


def sem_unlink(name: str, /) -> None:
    """Do nothing, because semaphores have no names here."""


def adapt(module: Any) -> None:
    """Make the locks of `multiprocessing.synchronize` share their semaphore when pickled."""
    get_state = module.SemLock.__getstate__

    def __getstate__(self: Any) -> tuple[Any, ...]:  # noqa: N807 - replaces a method of that name
        state: tuple[Any, ...] = get_state(self)
        self._semlock.share()
        return state

    module.SemLock.__getstate__ = __getstate__
