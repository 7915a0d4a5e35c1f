"""Channels in one direction, and the numbers by which a process knows their ends.

A channel that no other process has been given is kept here and costs no message; when one of its
ends is sent to another process, the broker takes it over.
"""

import errno
import itertools
import os
from collections import deque
from weakref import WeakValueDictionary

import browser_processes as broker
from pyodide.ffi import to_js

from browser_runtime.processes import asking
from browser_runtime.scheduling import scheduler

# How much may wait to be read before its sender does; as a pipe on Linux holds, in bytes.
_ROOM = 64 * 1024

# Above all that the file system hands out. Never used again: late destructors close old ones.
_numbers = itertools.count(1000)


class Channel:
    """What one process knows of a channel."""

    def __init__(self, number: int = 0) -> None:
        # By which the broker knows it; 0 as long as it does not.
        self.number = number
        # Ends that are open in this process.
        self.open = {"reader": 0, "writer": 0}
        self._messages: deque[bytes] = deque()
        self._waiting: list[scheduler.Waiting] = []
        # The last reader here has gone; others may read on.
        self._unsure = False

    def share(self) -> int:
        """Hand the channel over to the broker, if it has not got it; return its number."""
        if not self.number:
            self.number = broker.number()
            _shared[self.number] = self
            messages = to_js(list(self._messages))
            broker.open_channel(
                self.number, messages, self.open["reader"] > 0, self.open["writer"] > 0
            )
            self._messages.clear()
            self._wake()
        return self.number

    def open_end(self, end: str) -> None:
        """Count one more reader or writer of this process."""
        self.open[end] += 1

    def close_end(self, end: str) -> None:
        """Count one less; may be called from a destructor, so it never waits."""
        self.open[end] -= 1
        if self.open[end]:
            return
        if self.number:
            self._unsure = end == "reader"
            broker.close(self.number, end)
        else:
            if end == "reader":
                self._messages.clear()
            self._wake()

    def send(self, data: bytes) -> None:
        """Append a message; wait as long as there is more to read than a pipe holds.

        Raises:
            BrokenPipeError: nobody can read it.
        """
        self._check_reader()
        if not self.number:
            self._messages.append(data)
            self._wake()
        else:
            broker.send(self.number, to_js(data))
        while self._unread() > _ROOM:
            if not self.number:
                scheduler.wait(None, self._waiting)
            else:
                scheduler.wait(None, _Room(self.number), outside=True)
            self._check_reader()

    def receive(self) -> bytes:
        """Return the oldest message, waiting for one.

        Raises:
            EOFError: there is none, and nobody can send one.
        """
        while not self.number:
            if self._messages:
                message = self._messages.popleft()
                self._wake()
                return message
            if not self.open["writer"]:
                raise EOFError
            scheduler.wait(None, self._waiting)
        data = asking.answer(broker.receive(self.number))
        if data is None:
            raise EOFError
        received: bytes = data.to_bytes()
        return received

    def is_ready(self) -> bool:
        """Whether `receive` would not wait, for a channel that only this process knows."""
        return bool(self._messages) or not self.open["writer"]

    def _check_reader(self) -> None:
        if not self.number:
            broken = not self.open["reader"]
        elif self._unsure:
            self._unsure = False
            broken = not asking.answer(broker.readable(self.number))
        else:
            broken = broker.is_broken(self.number)
        if broken:
            raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))

    def _unread(self) -> int:
        if self.number:
            return broker.unread(self.number)
        return sum(map(len, self._messages))

    def _wake(self) -> None:
        for waiting in self._waiting:
            waiting.wake()


class _Room(list[scheduler.Waiting]):
    """Where a thread waits until more of a channel has been read."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number

    def append(self, waiting: scheduler.Waiting) -> None:
        super().append(waiting)
        broker.wait_for_room(self.number, waiting.gate)


# Channels that the broker knows, by their numbers there.
_shared: WeakValueDictionary[int, Channel] = WeakValueDictionary()
# What this process can read from and write to, by number.
_ends: dict[int, tuple[Channel | None, Channel | None]] = {}


def add(reads: Channel | None, writes: Channel | None) -> int:
    """Open an end of one channel, or of two as one connection; return its number."""
    if reads:
        reads.open_end("reader")
    if writes:
        writes.open_end("writer")
    number = next(_numbers)
    _ends[number] = (reads, writes)
    return number


def known(number: int) -> Channel:
    """Return the channel that the broker knows by this number."""
    channel = _shared.get(number)
    if channel is None:
        channel = _shared[number] = Channel(number)
    return channel


def _end(number: int) -> tuple[Channel | None, Channel | None]:
    try:
        return _ends[number]
    except KeyError:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF)) from None


def reading(number: int) -> Channel:
    """Return the channel that an open end reads from."""
    reads = _end(number)[0]
    if reads is None:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))
    return reads


def writing(number: int) -> Channel:
    """Return the channel that an open end writes to."""
    writes = _end(number)[1]
    if writes is None:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))
    return writes


def close(number: int) -> None:
    """Close an end; never waits. Nothing happens if an earlier program has opened it."""
    reads, writes = _ends.pop(number, (None, None))
    if reads:
        reads.close_end("reader")
    if writes:
        writes.close_end("writer")


# The channel, and a token that stands for an end of it, for each direction.
type Shared = tuple[tuple[int, int] | None, tuple[int, int] | None]


def share(number: int) -> Shared:
    """Keep an end open for another process; returns what `adopt` needs there."""
    reads, writes = _end(number)

    def one(channel: Channel | None, end: str) -> tuple[int, int] | None:
        if channel is None:
            return None
        known_as, token = channel.share(), broker.number()
        broker.share(known_as, end, token)
        return known_as, token

    return one(reads, "reader"), one(writes, "writer")


def adopt(shared: Shared) -> int:
    """Open the end that another process has shared; return its number here."""
    for one in shared:
        if one:
            broker.claim(one[1])
    reads, writes = (known(one[0]) if one else None for one in shared)
    return add(reads, writes)


def tokens(shared: Shared) -> list[int]:
    """Return the tokens in what `share` returned."""
    return [one[1] for one in shared if one]


def select(numbers: list[int], seconds: float | None) -> list[int]:
    """Return those of the ends that can be read, waiting at most so long for one."""
    end = asking.end_after(seconds)
    channels = {number: reading(number) for number in numbers}
    while True:
        own = {number: channel for number, channel in channels.items() if not channel.number}
        others = [channel.number for channel in channels.values() if channel.number]
        ready = {number for number, channel in own.items() if channel.is_ready()}
        left = asking.left_until(end)
        lines = [channel._waiting for channel in own.values()]
        if others:
            now = bool(ready) or left == 0
            ask = broker.select(to_js(others), now)
            if now:
                found = asking.answer(ask)
            else:
                found = broker.take(ask) if asking.wait_once(ask, left, lines) else None
            if found is not None:
                readable = set(found.to_py())
                ready |= {number for number in channels if channels[number].number in readable}
        if ready or left == 0:
            return [number for number in numbers if number in ready]
        if not others:
            scheduler.wait(left, asking.line(lines))


def forget() -> None:
    """Forget the ends that a program had open."""
    _ends.clear()
    _shared.clear()
