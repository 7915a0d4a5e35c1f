"""`select.select`, `select.poll` and `select.epoll`, for the descriptors of this network.

A descriptor of the file system, which is less than `descriptors.FIRST`, is always ready, as a file
is on Linux. As there, `epoll` refuses it. Compare
https://github.com/python/cpython/blob/3.14/Modules/selectmodule.c.
"""

import errno
import math
import os
from collections.abc import Callable, Iterable
from typing import Any, Self

from browser_runtime.network import descriptors
from browser_runtime.network.facade import as_builtin
from browser_runtime.network.loopback.errors import failure
from browser_runtime.network.loopback.pollable import (
    ERROR,
    HUNG_UP,
    READABLE,
    URGENT,
    WRITABLE,
    Pollable,
)

_INVALID = 0x20  # POLLNVAL
# The events that `poll` and `epoll` report even if the program has not asked for them.
_ALWAYS = ERROR | HUNG_UP
_ONE_SHOT, _EDGE_TRIGGERED, _EXCLUSIVE = 1 << 30, 1 << 31, 1 << 28
# The bits that mean the same as READABLE and WRITABLE: POLLRDNORM and POLLWRNORM.
_NORMAL = {READABLE: 0x40, WRITABLE: 0x100}
_MAX_EVENTS = 2**31 - 1


def number_of(thing: Any) -> int:
    """Return the descriptor that an object stands for."""
    if isinstance(thing, int):
        number = thing
    else:
        method = getattr(thing, "fileno", None)
        if method is None:
            raise TypeError("argument must be an int, or have a fileno() method.")
        number = method()
        if not isinstance(number, int):
            raise TypeError("fileno() returned a non-integer")
    if number < 0:
        raise ValueError(f"file descriptor cannot be a negative integer ({number})")
    return number


def _look_up(table: descriptors.Descriptors, number: int) -> Pollable | None:
    """Return the object of a descriptor; None for a file."""
    if number < descriptors.FIRST:
        os.fstat(number)  # Fails if the descriptor is not open.
        return None
    return table.get(number)


def _bits(pollable: Pollable | None) -> int:
    bits = READABLE | WRITABLE if pollable is None else pollable.state()
    for bit, same in _NORMAL.items():
        if bits & bit:
            bits |= same
    return bits


def select(
    rlist: Iterable[Any],
    wlist: Iterable[Any],
    xlist: Iterable[Any],
    timeout: float | None = None,
    /,
) -> tuple[list[Any], list[Any], list[Any]]:
    """Wait until one or more file descriptors are ready for some kind of I/O."""
    seconds = _seconds(timeout)
    table = descriptors.current()
    wanted: list[list[tuple[Any, Pollable | None]]] = []
    for things in (rlist, wlist, xlist):
        try:
            # As on CPython, a list may change while its items are asked for their descriptors.
            items = things if isinstance(things, list) else list(things)
        except TypeError:
            raise TypeError("arguments 1-3 must be sequences") from None
        wanted.append([(each, _look_up(table, number_of(each))) for each in items])
    masks = READABLE | HUNG_UP | ERROR, WRITABLE | ERROR, URGENT
    found: list[list[Any]] = [[], [], []]

    def is_done() -> bool:
        for ready, pairs, mask in zip(found, wanted, masks, strict=True):
            for thing, pollable in pairs:
                if pollable is not None and pollable.is_closed:
                    raise failure("EBADF")
                if _bits(pollable) & mask:
                    ready.append(thing)
        return any(found)

    observed = {id(pollable): pollable for pairs in wanted for _, pollable in pairs if pollable}
    descriptors.wait_until(is_done, observed.values(), seconds, "select")
    return found[0], found[1], found[2]


def _seconds(timeout: float | None) -> float | None:
    if timeout is None:
        return None
    if not isinstance(timeout, int | float) and not hasattr(timeout, "__float__"):
        raise TypeError("timeout must be a float or None")
    seconds = float(timeout)
    if math.isnan(seconds):
        raise ValueError("Invalid value NaN (not a number)")
    if seconds < 0:
        raise ValueError("timeout must be non-negative")
    return seconds


class Poll:
    """What `select.poll` returns."""

    _masks: dict[int, int]
    _is_polling: bool

    def __new__(cls, *_: object, **__: object) -> Self:
        """Fail, because programs create such objects only with `select.poll`."""
        raise TypeError("cannot create 'select.poll' instances")

    def register(self, fd: Any, eventmask: int = READABLE | URGENT | WRITABLE, /) -> None:
        """Register a file descriptor with the polling object."""
        self._masks[number_of(fd)] = _checked_mask(eventmask)

    def modify(self, fd: Any, eventmask: int, /) -> None:
        """Modify an already registered file descriptor."""
        number = number_of(fd)
        if number not in self._masks:
            raise OSError(errno.ENOENT, os.strerror(errno.ENOENT))
        self._masks[number] = _checked_mask(eventmask)

    def unregister(self, fd: Any, /) -> None:
        """Remove a file descriptor being tracked by the polling object."""
        del self._masks[number_of(fd)]

    def poll(self, timeout: float | None = None, /) -> list[tuple[int, int]]:
        """Poll the set of registered file descriptors for so many milliseconds."""
        if self._is_polling:
            raise RuntimeError("concurrent poll() invocation")
        seconds = None if timeout is None or timeout < 0 else math.ceil(timeout) / 1000
        table = descriptors.current()
        objects: dict[int, Pollable | None] = {}
        found: list[tuple[int, int]] = []
        for number in self._masks:
            try:
                objects[number] = _look_up(table, number)
            except OSError:
                found.append((number, _INVALID))

        def is_done() -> bool:
            for number, pollable in objects.items():
                is_closed = pollable is not None and pollable.is_closed
                mask = self._masks.get(number, 0) | _ALWAYS
                if bits := _INVALID if is_closed else _bits(pollable) & mask:
                    found.append((number, bits))
            return bool(found)

        self._is_polling = True
        try:
            observed = {id(each): each for each in objects.values() if each}
            descriptors.wait_until(is_done, observed.values(), seconds, "select")
        finally:
            self._is_polling = False
        return sorted(found)


def make_poll() -> Poll:
    """Return a new polling object, as `select.poll` does."""
    poll = object.__new__(Poll)
    poll._masks = {}
    poll._is_polling = False
    return poll


Poll.__name__ = Poll.__qualname__ = "poll"
Poll.__module__ = "select"


def _checked_mask(mask: int) -> int:
    if mask < 0:
        raise ValueError("value must be positive")
    if mask > 0xFFFF:
        raise OverflowError("Python int too large for C unsigned short")
    return mask


class _Interest:
    """What an `epoll` object watches about one descriptor."""

    __slots__ = ("is_off", "mask", "observer", "pollable")

    def __init__(self, pollable: Pollable, mask: int, observer: Callable[[], None]) -> None:
        self.pollable = pollable
        self.mask = mask
        self.observer = observer
        # Whether the descriptor is not reported until `modify` is called: it has been reported
        # once, and EPOLLONESHOT asks for no more.
        self.is_off = False


class Epoll(Pollable):
    """What `select.epoll` returns: a set of descriptors, of which it knows the ones to look at.

    Observers stay registered with the objects, so that `poll` takes time only for candidates:
    descriptors whose state has changed since they were last found not to be ready.
    """

    __slots__ = ("_candidates", "_descriptor", "_interests", "_table")

    def __init__(self, sizehint: int = -1, flags: int = 0) -> None:
        super().__init__()
        if sizehint != -1 and sizehint <= 0:
            raise ValueError("sizehint must be positive or -1")
        if flags & ~0o2000000:
            raise failure("EINVAL")
        self._interests: dict[int, _Interest] = {}
        # The descriptors that may be ready; the values are not used.
        self._candidates: dict[int, None] = {}
        self._table = descriptors.current()
        self._descriptor = self._table.open(self)

    @classmethod
    def fromfd(cls, fd: int, /) -> Self:
        """Create an epoll object from a given control fd."""
        found = descriptors.current().get(fd)
        if not isinstance(found, cls):
            raise failure("EINVAL")
        return found

    def state(self) -> int:
        """Return READABLE if one of the watched descriptors is ready, and 0 otherwise."""
        return READABLE if self._ready(1) else 0

    @property
    def may_be_ready(self) -> bool:
        """Whether a watched object may be ready. Event loops ask for this in each iteration."""
        return bool(self._candidates)

    def next_change(self) -> int | None:
        """Return when the first watched object changes by itself, in ns; None if none does."""
        moments = [
            moment
            for number in self._candidates
            if (moment := self._interests[number].pollable.next_change()) is not None
        ]
        return min(moments, default=None)

    def watched(self) -> Iterable[Pollable]:
        """Return the watched objects."""
        return [each.pollable for each in self._interests.values()]

    @property
    def is_serving(self) -> bool:
        """Whether one of the watched objects waits for clients."""
        return any(each.pollable.is_serving for each in self._interests.values())

    @property
    def awaits_clients(self) -> bool:
        """Whether one of the watched objects waits for clients, and the program has none.

        If the program has clients, the answer is found without looking at the watched objects,
        of which there can be many.
        """
        return self._table.network.awaits_clients and self.is_serving

    @property
    def is_outside(self) -> bool:
        """Whether something outside of this interpreter can change one of the watched objects."""
        return any(each.pollable.is_outside for each in self._interests.values())

    def fileno(self) -> int:
        """Return the epoll control file descriptor."""
        self._check_open()
        return self._descriptor

    @property
    def closed(self) -> bool:
        """True if the epoll handler is closed."""
        return self._descriptor < 0

    def close(self) -> None:
        """Close the epoll control file descriptor."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0 and self._table.is_open(descriptor):
            # Calls this method again, unless another descriptor refers to this object.
            self._table.close(descriptor)
            return
        if not self.is_closed:
            for number in list(self._interests):
                self._forget(number)
            super().close()

    def _check_open(self) -> None:
        if self._descriptor < 0:
            raise ValueError("I/O operation on closed epoll object")

    def register(self, fd: Any, eventmask: int = READABLE | URGENT | WRITABLE) -> None:
        """Register a new fd, or raise an OSError if the fd is already registered."""
        self._check_open()
        number = number_of(fd)
        known = self._interests.get(number)
        pollable = _look_up(self._table, number)
        if pollable is None:
            raise failure("EPERM")  # As on Linux: a file is always ready, so waiting is no use.
        if known is not None:
            if known.pollable is pollable and not pollable.is_closed:
                raise OSError(errno.EEXIST, os.strerror(errno.EEXIST))
            self._forget(number)

        def observe() -> None:
            self._candidates[number] = None
            self.changed()

        pollable.observers.append(observe)
        self._interests[number] = _Interest(pollable, eventmask, observe)
        observe()

    def modify(self, fd: Any, eventmask: int) -> None:
        """Modify event mask for a registered file descriptor."""
        interest = self._interest(fd)
        interest.mask, interest.is_off = eventmask, False
        interest.observer()

    def unregister(self, fd: Any) -> None:
        """Remove a registered file descriptor from the epoll object."""
        self._interest(fd)
        self._forget(number_of(fd))

    def _interest(self, fd: Any) -> _Interest:
        self._check_open()
        number = number_of(fd)
        _look_up(self._table, number)
        interest = self._interests.get(number)
        if interest is None or interest.pollable.is_closed:
            raise OSError(errno.ENOENT, os.strerror(errno.ENOENT))
        return interest

    def _forget(self, number: int) -> None:
        interest = self._interests.pop(number)
        self._candidates.pop(number, None)
        interest.pollable.observers.remove(interest.observer)

    def _ready(self, limit: int) -> list[tuple[int, int]]:
        """Return up to `limit` descriptors that are ready.

        Of the candidates that were looked at, those that are neither ready nor change by themselves
        are candidates no longer.
        """
        found: list[tuple[int, int]] = []
        for number in list(self._candidates):
            interest = self._interests[number]
            if interest.pollable.is_closed:
                self._forget(number)
                continue
            bits = 0 if interest.is_off else _bits(interest.pollable) & (interest.mask | _ALWAYS)
            if bits:
                found.append((number, bits))
                if len(found) == limit:
                    break
            elif interest.pollable.next_change() is None:
                del self._candidates[number]
        return found

    def poll(self, timeout: float | None = None, maxevents: int = -1) -> list[tuple[int, int]]:
        """Wait for events on the epoll file descriptor for so many seconds."""
        self._check_open()
        if maxevents == -1:
            maxevents = _MAX_EVENTS
        elif maxevents <= 0:
            raise ValueError(f"maxevents must be greater than 0, got {maxevents}")
        seconds = None if timeout is None or timeout < 0 else math.ceil(timeout * 1000) / 1000
        found: list[tuple[int, int]] = []

        def is_done() -> bool:
            found[:] = self._ready(maxevents)
            return bool(found) or self.is_closed

        descriptors.wait_until(is_done, (self,), seconds, "select")
        for number, _ in found:
            interest = self._interests[number]
            # Candidates that have been reported move to the end. If more than `maxevents` are
            # ready, the next call therefore begins with the others.
            del self._candidates[number]
            if interest.mask & _ONE_SHOT:
                interest.is_off = True
            elif not interest.mask & _EDGE_TRIGGERED:
                self._candidates[number] = None
        return found

    def __enter__(self) -> Self:
        self._check_open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


Epoll.__name__ = Epoll.__qualname__ = "epoll"
Epoll.__module__ = "select"

for _kind, _names in {Poll: (), Epoll: ("close", "fileno")}.items():
    for _name in (*_names, "modify", "poll", "register", "unregister"):
        setattr(_kind, _name, as_builtin(getattr(_kind, _name)))
