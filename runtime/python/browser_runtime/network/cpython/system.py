"""The functions of `os` and `fcntl` for the descriptors of pipes and sockets, and files on these.

`facade` calls a function that takes a descriptor only for descriptors of this package.
"""

import errno
import io
import os
import stat
from collections.abc import Iterable
from typing import Any

from browser_runtime.network import descriptors
from browser_runtime.network.cpython.messages import octets as octets_of
from browser_runtime.network.cpython.messages import send_to, view_of
from browser_runtime.network.facade import as_builtin
from browser_runtime.network.loopback.datagrams import DatagramEndpoint
from browser_runtime.network.loopback.endpoints import StreamEndpoint
from browser_runtime.network.loopback.errors import failure
from browser_runtime.network.loopback.pipes import PipeReader, PipeWriter
from browser_runtime.network.loopback.pollable import Pollable, WouldBlock

# The commands of `fcntl`, and the flag of a descriptor. The numbers are those of Linux, which
# Emscripten uses as well.
_F_DUPFD, _F_GETFD, _F_SETFD, _F_GETFL, _F_SETFL, _F_DUPFD_CLOEXEC = 0, 1, 2, 3, 4, 1030
_FD_CLOEXEC = 1
# The number of the device of pipes and sockets, which is not that of files, as on Linux.
_DEVICE = 15


def pipe() -> tuple[int, int]:
    """Create a pipe, and return the descriptors for reading and for writing."""
    table = descriptors.current()
    reader, writer = table.network.make_pipe()
    first = table.open(reader)
    try:
        return first, table.open(writer)
    except OSError:
        table.close(first)
        raise


def close(fd: int) -> None:
    """Close a file descriptor."""
    descriptors.current().close(fd)


def dup(fd: int) -> int:
    """Return a duplicate of a file descriptor."""
    return descriptors.current().duplicate(fd)


def dup2(fd: int, fd2: int, inheritable: bool = True) -> int:
    """Let another number refer to what a file descriptor refers to, and return that number."""
    table = descriptors.current()
    table.duplicate_to(fd, fd2)
    table.set_inheritable(fd2, inheritable)
    return fd2


def fcntl(fd: int, cmd: int, arg: int = 0) -> int:
    """Read or set the flags of a file descriptor, or duplicate it, as `fcntl.fcntl` does."""
    table = descriptors.current()
    pollable = table.get(fd)
    if cmd in (_F_DUPFD, _F_DUPFD_CLOEXEC):
        duplicate = table.duplicate(fd, arg)
        table.set_inheritable(duplicate, cmd == _F_DUPFD)
        return duplicate
    if cmd == _F_GETFD:
        return 0 if table.is_inheritable(fd) else _FD_CLOEXEC
    if cmd == _F_SETFD:
        table.set_inheritable(fd, not arg & _FD_CLOEXEC)
        return 0
    if cmd == _F_GETFL:
        reads_only, writes_only = isinstance(pollable, PipeReader), isinstance(pollable, PipeWriter)
        access = os.O_RDONLY if reads_only else os.O_WRONLY if writes_only else os.O_RDWR
        return access | (0 if pollable.is_blocking else os.O_NONBLOCK)
    if cmd == _F_SETFL:
        pollable.is_blocking = not arg & os.O_NONBLOCK
        return 0
    raise failure("EINVAL")


def read(fd: int, length: int) -> bytes:
    """Read from a file descriptor."""
    pollable = descriptors.current().get(fd)
    if length < 0:
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
    found: list[bytes] = []

    def attempt() -> None:
        if isinstance(pollable, PipeReader | StreamEndpoint):
            found.append(pollable.receive(length))
        elif isinstance(pollable, DatagramEndpoint):
            found.append(pollable.receive()[0][:length])
        else:
            raise failure("EBADF" if isinstance(pollable, PipeWriter) else "EINVAL")

    _until_done(pollable, attempt, "read")
    return found[0]


def readinto(fd: int, buffer: Any) -> int:
    """Read from a file descriptor into a buffer, and return the number of bytes."""
    with view_of(buffer) as octets:
        data = read(fd, len(octets))
        octets[: len(data)] = data
    return len(data)


def readv(fd: int, buffers: Iterable[Any]) -> int:
    """Read from a file descriptor into several buffers, and return the number of bytes."""
    views = [view_of(each) for each in buffers]
    data = read(fd, sum(map(len, views)))
    rest = data
    for view in views:
        part, rest = rest[: len(view)], rest[len(view) :]
        view[: len(part)] = part
    return len(data)


def write(fd: int, data: Any) -> int:
    """Write bytes to a file descriptor; return how many of them were written."""
    pollable = descriptors.current().get(fd)
    with view_of(data) as octets:
        if isinstance(pollable, DatagramEndpoint):
            message, network = bytes(octets), descriptors.current().network
            _until_done(pollable, lambda: send_to(network, pollable, message, None), "write")
            return len(message)
        if not isinstance(pollable, PipeWriter | StreamEndpoint):
            raise failure("EBADF")
        sent = 0

        def attempt() -> None:
            nonlocal sent
            # A blocking write returns early only if an error occurs.
            while sent < len(octets) or not len(octets):
                with octets[sent:] as rest:
                    sent += pollable.send(rest)
                if not pollable.is_blocking or not len(octets):
                    return

        try:
            _until_done(pollable, attempt, "write")
        except OSError:
            if not sent:
                raise
        return sent


def writev(fd: int, buffers: Iterable[Any]) -> int:
    """Write several buffers to a file descriptor; return how many bytes were written."""
    return write(fd, b"".join(map(octets_of, buffers)))


def _until_done(pollable: Pollable, attempt: Any, reason: str) -> None:
    """Call a function, and again whenever the state has changed, until it does not block.

    Args:
        pollable: the object whose state decides that.
        attempt: the function. It raises `WouldBlock` if it cannot continue.
        reason: why the thread waits; see `descriptors.wait_until`.

    Raises:
        BlockingIOError: the function cannot continue, and the object is not in blocking mode.
    """

    def is_done() -> bool:
        try:
            attempt()
        except WouldBlock:
            return False
        return True

    if not is_done():
        if not pollable.is_blocking:
            raise failure("EAGAIN")
        descriptors.wait_until(is_done, (pollable,), None, reason)


def set_blocking(fd: int, blocking: bool) -> None:
    """Set the blocking mode of a file descriptor."""
    descriptors.current().get(fd).is_blocking = bool(blocking)


def get_blocking(fd: int) -> bool:
    """Return whether a file descriptor is in blocking mode."""
    return descriptors.current().get(fd).is_blocking


def get_inheritable(fd: int) -> bool:
    """Return the flag that says whether child processes should inherit a descriptor."""
    return descriptors.current().is_inheritable(fd)


def set_inheritable(fd: int, inheritable: bool) -> None:
    """Set the flag that `get_inheritable` returns. No process inherits a descriptor here."""
    descriptors.current().set_inheritable(fd, bool(inheritable))


def isatty(fd: int) -> bool:  # noqa: ARG001 - whether it is open or not
    """Return False, because a pipe or socket is no terminal."""
    return False


def fstat(fd: int) -> os.stat_result:
    """Return the status of a file descriptor."""
    pollable = descriptors.current().get(fd)
    kind = stat.S_IFIFO if isinstance(pollable, PipeReader | PipeWriter) else stat.S_IFSOCK
    mode = kind | (0o600 if kind == stat.S_IFIFO else 0o777)
    return os.stat_result((mode, id(pollable), _DEVICE, 1, 0, 0, 0, 0, 0, 0))


def with_sockets(status: os.stat_result) -> os.stat_result:
    """Return the status of a file, with the type of a socket if a socket was bound to it."""
    if not descriptors.is_socket_file(status.st_dev, status.st_ino):
        return status
    parts: Any = status.__reduce__()
    mode, *rest = parts[1][0]
    return os.stat_result((stat.S_IFSOCK | stat.S_IMODE(mode), *rest), parts[1][1])


# --- files ----------------------------------------------------------------------------------------


class DescriptorFile(io.RawIOBase):
    """A file without a buffer on the descriptor of a pipe or socket, like `io.FileIO`."""

    def __init__(self, fd: int, mode: str, closefd: bool) -> None:
        super().__init__()
        self._fd = fd
        self._table = descriptors.current()
        self._table.get(fd)
        self._reads = "r" in mode or "+" in mode
        self._writes = "r" not in mode or "+" in mode
        self.closefd = closefd
        self.name = fd
        self.mode = "rb+" if self._reads and self._writes else "rb" if self._reads else "wb"

    def fileno(self) -> int:
        """Return the file descriptor."""
        if self.closed:
            raise ValueError("I/O operation on closed file")
        return self._fd

    def readable(self) -> bool:
        """Return whether the file was opened for reading."""
        return self._reads

    def writable(self) -> bool:
        """Return whether the file was opened for writing."""
        return self._writes

    def isatty(self) -> bool:
        """Return False."""
        return False

    def readinto(self, buffer: Any) -> int | None:
        """Read into a buffer; return the number of bytes, or None if reading would block."""
        if not self._reads:
            raise io.UnsupportedOperation("File not open for reading")
        try:
            return readinto(self.fileno(), buffer)
        except BlockingIOError:
            return None

    def write(self, data: Any) -> int | None:
        """Write bytes; return how many were written, or None if writing would block."""
        if not self._writes:
            raise io.UnsupportedOperation("File not open for writing")
        try:
            return write(self.fileno(), data)
        except BlockingIOError:
            return None

    def close(self) -> None:
        """Close the file, and its descriptor unless `closefd` is false or the program has ended."""
        if not self.closed:
            super().close()
            if self.closefd and self._table is descriptors.current():
                self._table.close(self._fd)


for _name in ("close", "fileno", "readinto", "write"):
    setattr(DescriptorFile, _name, as_builtin(getattr(DescriptorFile, _name)))


def open_file(
    fd: int,
    mode: str = "r",
    buffering: int = -1,
    encoding: str | None = None,
    errors: str | None = None,
    newline: str | None = None,
    closefd: bool = True,
) -> Any:
    """Open a file on a descriptor, like `io.open`."""
    is_text = "b" not in mode
    if is_text and buffering == 0:
        raise ValueError("can't have unbuffered text I/O")
    if not is_text and (encoding or errors or newline):
        argument = "encoding" if encoding else "errors" if errors else "newline"
        raise ValueError(f"binary mode doesn't take an {argument} argument")
    raw = DescriptorFile(fd, mode, closefd)
    if buffering == 0:
        return raw
    size = io.DEFAULT_BUFFER_SIZE if buffering in (-1, 1) else buffering
    buffered: Any
    if raw.readable() and raw.writable():
        buffered = io.BufferedRandom(raw, size)
    elif raw.readable():
        buffered = io.BufferedReader(raw, size)
    else:
        buffered = io.BufferedWriter(raw, size)
    if not is_text:
        return buffered
    return io.TextIOWrapper(buffered, encoding, errors, newline, line_buffering=buffering == 1)
