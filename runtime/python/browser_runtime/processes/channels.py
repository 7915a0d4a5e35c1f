"""One-way channels, and the handles with which a process refers to their ends.

A handle is a number, like a file descriptor. Until an end of a channel is sent to another process,
the unread messages are kept in this process, and the broker does not know the channel. From then on
the broker keeps the messages.
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

# `send` blocks while more bytes than this are unread. The number is the capacity of a Linux pipe.
_CAPACITY_BYTES = 64 * 1024

# Handles are greater than all descriptors of files, sockets and pipes; see `network.descriptors`.
# They are never reused, because a destructor may close a handle of an earlier program late.
_handles = itertools.count(100_000)


class Channel:
    """A channel, as this process sees it.

    Args:
        number: the broker's number of the channel; 0 while the broker does not keep it.
    """

    def __init__(self, number: int = 0) -> None:
        self.number = number
        # How many handles for each end are open in this process.
        self.open = {"reader": 0, "writer": 0}
        # The unread messages, and the threads that wait for a change, while the broker does not
        # keep the channel.
        self._messages: deque[bytes] = deque()
        self._waiting: list[scheduler.Waiting] = []
        # Whether the last reader in this process has been closed, and the broker has not been asked
        # since then whether other processes still have readers.
        self._must_ask_for_readers = False

    def share(self) -> int:
        """Let the broker keep the channel from now on; return the broker's number of it."""
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
        """Count a new handle of this process for the `reader` or `writer`."""
        self.open[end] += 1

    def close_end(self, end: str) -> None:
        """Count a closed handle. This never waits, because a destructor may call it."""
        self.open[end] -= 1
        if self.open[end]:
            return
        if self.number:
            self._must_ask_for_readers = end == "reader"
            broker.close(self.number, end)
        else:
            if end == "reader":
                self._messages.clear()
            self._wake()

    def send(self, data: bytes) -> None:
        """Append a message, then wait while the channel holds more than its capacity.

        Raises:
            BrokenPipeError: the channel has no reader.
        """
        self._check_reader()
        if not self.number:
            self._messages.append(data)
            self._wake()
        else:
            broker.send(self.number, to_js(data))
        while self._unread() > _CAPACITY_BYTES:
            if not self.number:
                scheduler.wait(None, self._waiting)
            else:
                scheduler.wait(None, _SenderQueue(self.number), outside=True)
            self._check_reader()

    def receive(self) -> bytes:
        """Wait for a message, and return the oldest one.

        Raises:
            EOFError: there is no message, and the channel has no writer.
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
        """Return whether `receive` would return immediately; only for an unshared channel."""
        return bool(self._messages) or not self.open["writer"]

    def _check_reader(self) -> None:
        if not self.number:
            broken = not self.open["reader"]
        elif self._must_ask_for_readers:
            self._must_ask_for_readers = False
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


class _SenderQueue(list[scheduler.Waiting]):
    """A queue whose thread is woken when another process has read more of a channel."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number

    def append(self, waiting: scheduler.Waiting) -> None:
        super().append(waiting)
        broker.wait_for_room(self.number, waiting.gate)


# The broker's number of a channel → the channel.
_shared: WeakValueDictionary[int, Channel] = WeakValueDictionary()
# Handle → the channel from which it reads, and the channel to which it writes.
_ends: dict[int, tuple[Channel | None, Channel | None]] = {}


def add(reads: Channel | None, writes: Channel | None) -> int:
    """Open a handle for one end of a channel, or for the ends of two channels; return the handle.

    Args:
        reads: the channel from which the handle reads.
        writes: the channel to which the handle writes.
    """
    if reads:
        reads.open_end("reader")
    if writes:
        writes.open_end("writer")
    handle = next(_handles)
    _ends[handle] = (reads, writes)
    return handle


def shared_channel(number: int) -> Channel:
    """Return the channel that the broker keeps under this number."""
    channel = _shared.get(number)
    if channel is None:
        channel = _shared[number] = Channel(number)
    return channel


def _channels_of(handle: int) -> tuple[Channel | None, Channel | None]:
    try:
        return _ends[handle]
    except KeyError:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF)) from None


def reading(handle: int) -> Channel:
    """Return the channel from which an open handle reads."""
    reads = _channels_of(handle)[0]
    if reads is None:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))
    return reads


def writing(handle: int) -> Channel:
    """Return the channel to which an open handle writes."""
    writes = _channels_of(handle)[1]
    if writes is None:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))
    return writes


def close(handle: int) -> None:
    """Close a handle, without ever waiting; ignore a handle of an earlier program."""
    reads, writes = _ends.pop(handle, (None, None))
    if reads:
        reads.close_end("reader")
    if writes:
        writes.close_end("writer")


# For each direction, the number of the channel and a token. The token stands for an end that the
# broker keeps open until another process claims it.
type Shared = tuple[tuple[int, int] | None, tuple[int, int] | None]


def share(handle: int) -> Shared:
    """Keep the ends of a handle open for another process; return what `adopt` needs there."""
    reads, writes = _channels_of(handle)

    def share_end(channel: Channel | None, end: str) -> tuple[int, int] | None:
        if channel is None:
            return None
        number, token = channel.share(), broker.number()
        broker.share(number, end, token)
        return number, token

    return share_end(reads, "reader"), share_end(writes, "writer")


def adopt(shared: Shared) -> int:
    """Open a handle for the ends that another process has shared, and return the handle."""
    for end in shared:
        if end:
            broker.claim(end[1])
    reads, writes = (shared_channel(end[0]) if end else None for end in shared)
    return add(reads, writes)


def tokens(shared: Shared) -> list[int]:
    """Return the tokens in the result of `share`, for a new process that will claim them."""
    return [end[1] for end in shared if end]


def select(handles: list[int], seconds: float | None) -> list[int]:
    """Wait until at least one of the handles can be read, or until a timeout.

    Args:
        handles: the handles.
        seconds: the timeout; None means forever.

    Returns:
        The handles that can be read.
    """
    deadline = asking.deadline_after(seconds)
    channels = {handle: reading(handle) for handle in handles}
    while True:
        own = {handle: channel for handle, channel in channels.items() if not channel.number}
        shared = [channel.number for channel in channels.values() if channel.number]
        ready = {handle for handle, channel in own.items() if channel.is_ready()}
        left = asking.seconds_until(deadline)
        queues = [channel._waiting for channel in own.values()]
        if shared:
            # If `now` is true, the broker answers immediately, even if no channel can be read.
            now = bool(ready) or left == 0
            question = broker.select(to_js(shared), now)
            if now:
                found = asking.answer(question)
            else:
                found = broker.take(question) if asking.wait_once(question, left, queues) else None
            if found is not None:
                readable = set(found.to_py())
                ready |= {handle for handle in channels if channels[handle].number in readable}
        if ready or left == 0:
            return [handle for handle in handles if handle in ready]
        if not shared:
            scheduler.wait(left, asking.combine(queues))


def forget() -> None:
    """Forget the open handles of a program."""
    _ends.clear()
    _shared.clear()
