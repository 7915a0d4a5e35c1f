"""The two ends of a pipe, as `os.pipe` makes them."""

from browser_runtime.network.loopback.errors import failure
from browser_runtime.network.loopback.pollable import (
    ERROR,
    HUNG_UP,
    READABLE,
    WRITABLE,
    Pollable,
    WouldBlock,
)
from browser_runtime.network.loopback.streams import Stream

# The capacity of a pipe on Linux, and the size up to which the data of a write is never divided.
CAPACITY_BYTES = 65_536
ATOMIC_BYTES = 4_096


class PipeReader(Pollable):
    """The end of a pipe from which a program reads."""

    unnamed = "a pipe"

    __slots__ = ("_stream", "writer")

    def __init__(self, stream: Stream) -> None:
        super().__init__()
        self._stream = stream
        self.writer: PipeWriter | None = None

    def state(self) -> int:
        """Return the bits of the present state."""
        bits = READABLE if self._stream.available else 0
        return bits | HUNG_UP if self._stream.is_ended else bits

    def receive(self, size: int) -> bytes:
        """Return up to `size` bytes; none at the end.

        Raises:
            WouldBlock: the pipe is empty, and its other end is open.
        """
        if self.is_closed:
            raise failure("EBADF")
        if not self._stream.available:
            if self._stream.is_ended:
                return b""
            raise WouldBlock
        data = self._stream.read(size)
        if self.writer and self._stream.room >= ATOMIC_BYTES:
            self.writer.changed()
        return data

    def close(self) -> None:
        """Close this end; writing to the other one fails from now on."""
        if self.is_closed:
            return
        self._stream.drop_reader()
        super().close()
        if self.writer:
            self.writer.changed()
            self.writer = None


class PipeWriter(Pollable):
    """The end of a pipe to which a program writes."""

    unnamed = "a pipe"

    __slots__ = ("_reader", "_stream")

    def __init__(self, stream: Stream, reader: PipeReader) -> None:
        super().__init__()
        self._stream = stream
        self._reader: PipeReader | None = reader
        reader.writer = self

    def state(self) -> int:
        """Return the bits of the present state."""
        if not self._stream.has_reader:
            return WRITABLE | ERROR
        return WRITABLE if self._stream.room >= ATOMIC_BYTES else 0

    def send(self, data: memoryview) -> int:
        """Write as many bytes as there is room for; up to `ATOMIC_BYTES` are never divided.

        Raises:
            WouldBlock: there is no room, or not enough for bytes that are never divided.
            OSError: one of the two ends is closed.
        """
        if self.is_closed:
            raise failure("EBADF")
        if not self._stream.has_reader:
            raise failure("EPIPE")
        if len(data) and self._stream.room < min(len(data), ATOMIC_BYTES):
            raise WouldBlock
        written = self._stream.write(data)
        if written and self._reader:
            self._reader.changed()
        return written

    def close(self) -> None:
        """Close this end; the reader finds the end after what has been written."""
        if self.is_closed:
            return
        self._stream.end()
        super().close()
        if self._reader:
            self._reader.writer = None
            self._reader.changed()
            self._reader = None
