"""One direction of a connection or pipe: bytes in order, in a bounded buffer, with an end.

Without latency and bandwidth, bytes arrive when they are written. Otherwise they are on their way
for some time. No timer is needed for that: each piece carries the moment of its arrival, and
`next_arrival` says when a reader has to look again.
"""

from collections import deque
from collections.abc import Callable
from typing import Protocol

from browser_runtime.network.loopback.errors import failure

_NS_PER_S = 1_000_000_000
# Into what pieces bytes are divided if the bandwidth is limited.
_PIECE_BYTES = 16 * 1024


class Memory:
    """Counts the bytes in all buffers of a process, and limits them.

    Args:
        limit: the most bytes that the buffers may contain together.
    """

    __slots__ = ("limit", "used")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.used = 0

    def take(self, size: int) -> None:
        """Count further bytes.

        Raises:
            OSError: the limit would be exceeded (`ENOBUFS`).
        """
        if self.used + size > self.limit:
            raise failure(
                "ENOBUFS", f"the connections of this program hold {self.used:,} unread bytes"
            )
        self.used += size

    def give_back(self, size: int) -> None:
        """Count fewer bytes."""
        self.used -= size


class Attachment(Protocol):
    """Something that travels with bytes, such as the descriptors that a Unix socket sends."""

    def discard(self) -> None:
        """Release what this holds, because nothing receives it."""


class Link:
    """How long bytes take from one end of a connection to the other.

    Args:
        now: returns the present moment on the program's clock, in ns.
        latency: the time for which each byte is on its way, in seconds.
        bandwidth: how many bytes can be sent in a second; None for any number.
    """

    __slots__ = ("_bandwidth", "_busy_until", "_now", "latency_ns")

    def __init__(
        self, now: Callable[[], int], latency: float = 0, bandwidth: float | None = None
    ) -> None:
        self._now = now
        self.latency_ns = round(latency * _NS_PER_S)
        self._bandwidth = bandwidth
        self._busy_until = 0

    @property
    def is_immediate(self) -> bool:
        """Whether everything arrives when it is sent."""
        return not self.latency_ns and self._bandwidth is None

    @property
    def piece_bytes(self) -> int | None:
        """The size of the pieces in which bytes arrive; None if they arrive together."""
        return None if self._bandwidth is None else _PIECE_BYTES

    def now(self) -> int:
        """Return the present moment, in ns."""
        return self._now()

    def arrival(self, size: int) -> int:
        """Return the moment at which bytes arrive that are sent now, after those sent before."""
        sent = max(self._now(), self._busy_until)
        if self._bandwidth is not None:
            sent += round(size / self._bandwidth * _NS_PER_S)
        self._busy_until = sent
        return sent + self.latency_ns


class Stream:
    """Bytes on their way from a writer to a reader.

    Attributes:
        capacity: how many bytes may be unread, including those on their way.
        has_reader: whether the end that reads is open.
        is_ended: whether the writer has ended the stream and everything that it sent has arrived.
        is_reset: whether the writer has broken the connection off, as far as the reader knows.
    """

    __slots__ = (
        *("_arrived", "_attached", "_flying", "_is_closed", "_link", "_memory", "_size"),
        *("capacity", "has_reader", "is_ended", "is_reset"),
    )

    def __init__(self, link: Link, capacity: int, memory: Memory) -> None:
        self._link = link
        self._memory = memory
        self.capacity = capacity
        self._arrived = bytearray()
        # What is on its way: the moment of its arrival, and bytes, or how the stream ends.
        self._flying: deque[tuple[int, bytes | str]] = deque()
        # What travels with bytes: the positions of the first and the last byte among the unread
        # ones, and the attachment.
        self._attached: list[tuple[int, int, Attachment]] = []
        self._size = 0
        self._is_closed = False
        self.has_reader = True
        self.is_ended = self.is_reset = False

    @property
    def room(self) -> int:
        """How many bytes can be written now."""
        return max(0, self.capacity - self._size)

    @property
    def unread(self) -> int:
        """How many bytes have been written and not been read, including those on their way."""
        return self._size

    @property
    def available(self) -> int:
        """How many bytes can be read now."""
        self._deliver()
        return len(self._arrived)

    def next_arrival(self) -> int | None:
        """Return the moment at which something arrives that is on its way, in ns."""
        return self._flying[0][0] if self._flying else None

    def write(self, data: memoryview, attachment: Attachment | None = None) -> int:
        """Write as many bytes as there is room for, and return how many these are.

        Args:
            data: the bytes.
            attachment: what travels with these bytes. If none can be written, the caller keeps it.

        Raises:
            OSError: the process has too much unread data (`ENOBUFS`).
        """
        size = min(len(data), self.room)
        self._memory.take(size)
        if attachment and size:
            self._attached.append((self._size, self._size + size - 1, attachment))
        self._size += size
        if self._link.is_immediate:
            self._arrived += data[:size]
            return size
        piece = self._link.piece_bytes or size or 1
        for start in range(0, size, piece):
            part = bytes(data[start : min(start + piece, size)])
            self._flying.append((self._link.arrival(len(part)), part))
        return size

    def read(
        self, size: int, *, is_peek: bool = False, attachments: list[Attachment] | None = None
    ) -> bytes:
        """Return up to `size` of the bytes that have arrived, and remove them unless `is_peek`.

        No bytes are returned beyond those with the first attachment.

        Args:
            size: the greatest number of bytes.
            is_peek: whether the bytes stay where they are, with what has arrived with them.
            attachments: gets what has arrived with the bytes that are removed. If this is None,
                that is discarded.
        """
        self._deliver()
        if self._attached:
            size = self._until_attached(size)
        with memoryview(self._arrived) as view:
            data = bytes(view[:size])
        if not is_peek:
            self._remove(len(data), attachments)
        return data

    def read_into(self, buffer: memoryview) -> int:
        """Move bytes that have arrived into a buffer, and return how many these are.

        What has arrived with the bytes is discarded.
        """
        self._deliver()
        size = min(len(buffer), len(self._arrived))
        if self._attached:
            size = self._until_attached(size)
        with memoryview(self._arrived) as view:
            buffer[:size] = view[:size]
        self._remove(size)
        return size

    def _until_attached(self, size: int) -> int:
        """Return the smaller of a size and where the bytes with the first attachment end."""
        first, last, _ = self._attached[0]
        return min(size, last + 1) if first < size else size

    def _remove(self, size: int, attachments: list[Attachment] | None = None) -> None:
        if self._attached and size:
            self._detach(size, attachments)
        del self._arrived[:size]
        self._size -= size
        self._memory.give_back(size)

    def _detach(self, size: int, attachments: list[Attachment] | None) -> None:
        before, self._attached = self._attached, []
        for first, last, attachment in before:
            if first >= size:
                self._attached.append((first - size, last - size, attachment))
            elif attachments is None:
                attachment.discard()
            else:
                attachments.append(attachment)

    def end(self) -> None:
        """Let the reader find the end after everything that has been written."""
        self._close("end")

    def reset(self, delay_ns: int = 0) -> None:
        """Let the reader know that the connection is broken.

        Args:
            delay_ns: how much later the reader knows, in addition to the latency; ignored if the
                link is immediate.
        """
        if not self.is_reset:
            self._close("reset", delay_ns)

    def _close(self, how: str, delay_ns: int = 0) -> None:
        if self._is_closed and how == "end":
            return
        self._is_closed = True
        if self._link.is_immediate:
            self._finish(how)
        else:
            self._flying.append((self._link.arrival(0) + delay_ns, how))

    def drop_reader(self) -> None:
        """Discard everything that is unread, because nothing reads it any more."""
        self.has_reader = False
        self._memory.give_back(self._size)
        self._size = 0
        self._arrived.clear()
        self._flying.clear()
        attached, self._attached = self._attached, []
        for _, _, attachment in attached:
            attachment.discard()

    def _deliver(self) -> None:
        if not self._flying:
            return
        now = self._link.now()
        while self._flying and self._flying[0][0] <= now:
            _, arrived = self._flying.popleft()
            if isinstance(arrived, bytes):
                self._arrived += arrived
            else:
                self._finish(arrived)

    def _finish(self, how: str) -> None:
        if how == "end":
            self.is_ended = True
        else:
            self.is_reset = True

    def look(self) -> None:
        """Take note of what has arrived, before `is_ended` or `is_reset` is read."""
        self._deliver()
