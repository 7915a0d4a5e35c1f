"""Emulates shared memory: each process has a copy, and a lock keeps the copies equal.

`multiprocessing` uses shared memory for a `Value`, an `Array` and a `Barrier`, each of which has a
lock. While a process holds the lock, no other process reads or changes the memory. It is therefore
enough to update the copy of a process when the process acquires the lock, and to send its changes
to the broker when the process releases the lock.
"""

import errno
from types import ModuleType
from typing import Any, Never

import browser_processes as broker

from browser_runtime.processes.semaphores import SemLock


class Buffer:
    """Replaces `multiprocessing.heap.BufferWrapper`.

    Args:
        size: size of the buffer, in bytes.
    """

    def __init__(self, size: int) -> None:
        if size < 0:
            raise ValueError(f"Size {size:n} out of range")
        self._number = broker.number()
        self._data = bytearray(size)
        self._lock: SemLock | None = None

    def create_memoryview(self) -> memoryview:
        """Return a view of this process's copy of the memory."""
        return memoryview(self._data)

    def guard_by(self, lock: Any) -> None:
        """Keep all copies equal by means of a lock or condition of `multiprocessing`."""
        lock = getattr(lock, "_lock", lock)  # the lock of a condition
        semaphore = getattr(lock, "_semlock", None)
        if isinstance(semaphore, SemLock):
            self._lock = semaphore
            semaphore.guard(self._number, self._data)

    def __getstate__(self) -> tuple[int, bytes]:
        if self._lock is None:
            raise NotImplementedError(
                "shared memory without a lock: in a browser, processes can share only values and "
                "arrays that have a lock (lock=True)"
            )
        self._lock.share_guarded(self._number)
        return self._number, bytes(self._data)

    def __setstate__(self, state: tuple[int, bytes]) -> None:
        self._number, data = state
        self._data = bytearray(data)
        self._lock = None


def _open(*_: Any, **__: Any) -> Never:
    raise OSError(
        errno.ENOSYS,
        "processes cannot share memory in a browser; send data through queues and pipes, "
        "or use Value and Array",
    )


def fill_named(module: ModuleType) -> None:
    """Fill the module `_posixshmem` with functions that refuse named shared memory."""
    vars(module).update(shm_open=_open, shm_unlink=_open)


def adapt_heap(module: Any) -> None:
    """Make `multiprocessing` allocate its shared memory in this module."""
    module.BufferWrapper = Buffer


def adapt_shared_types(module: Any) -> None:
    """Make the lock of a `Value` or an `Array` keep its memory equal in all processes."""
    initialize = module.SynchronizedBase.__init__

    def __init__(self: Any, obj: Any, lock: Any = None, ctx: Any = None) -> None:  # noqa: N807
        initialize(self, obj, lock, ctx)
        obj._wrapper.guard_by(self._lock)

    module.SynchronizedBase.__init__ = __init__


def adapt_synchronize(module: Any) -> None:
    """Make the lock of a `Barrier` keep its memory equal in all processes."""
    barrier = module.Barrier
    set_state = barrier.__setstate__

    def __setstate__(self: Any, state: Any) -> None:  # noqa: N807
        set_state(self, state)
        self._wrapper.guard_by(self._cond)

    def guarded(index: int) -> property:
        def get(self: Any) -> int:
            # Acquire the lock, because it updates the copy, and the properties `n_waiting` and
            # `broken` of `Barrier` read the value without holding the lock.
            with self._cond:
                value: int = self._array[index]
                return value

        def put(self: Any, value: int) -> None:
            # All methods of `Barrier` that set the value already hold the lock.
            self._array[index] = value

        return property(get, put)

    barrier.__setstate__ = __setstate__
    barrier._state, barrier._count = guarded(0), guarded(1)
