"""Records the waits of threads for sockets and pipes on CPython.

Some methods of `socket.socket` and some functions of `os` and `select` are wrapped. Before a call
that might block, the wrapper checks whether the call would really wait, because only such calls are
recorded.
"""

import functools
import os
import select
import socket
import stat
from collections.abc import Callable
from typing import Any

from runnable_tracer.network import peers

# Calls a function that blocks, and records that as a wait; see `native.Hooks.blocked`.
type Blocked = Callable[..., Any]

_READERS = ("recv", "recv_into", "recvfrom", "recvfrom_into", "recvmsg", "recvmsg_into")
_WRITERS = ("send", "sendmsg", "sendto")
# How many bytes a pipe holds on Linux. A longer write waits until another thread or process reads.
_PIPE_BYTES = 65_536
# An attempt to connect that succeeds or fails within this time is not recorded as a wait. Even on
# the same machine, a non-blocking `connect` returns before Linux has established the connection.
_GRACE_MS = 1


class BuiltinFunction:
    """Replaces a function written in C, with the same representation and name in a pickle."""

    def __init__(self, original: Callable[..., Any], call: Callable[..., Any]) -> None:
        self.__name__ = self.__qualname__ = original.__name__
        self.__module__ = original.__module__
        self.__doc__ = original.__doc__
        self._original = original
        self._call = call

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        """Make the call with the replacement."""
        return self._call(*args, **keywords)

    def __repr__(self) -> str:
        return repr(self._original)

    def __reduce__(self) -> str:
        return self.__name__


def install(blocked: Blocked) -> None:
    """Wrap everything that can wait for a socket or pipe, if this system has `poll`."""
    if not hasattr(select, "poll"):
        return
    kind: Any = socket.socket
    kind._accept = _recording(blocked, kind._accept, "accept", _POLLIN)
    for name in _READERS:
        setattr(kind, name, _recording(blocked, getattr(kind, name), "read", _POLLIN))
    for name in _WRITERS:
        setattr(kind, name, _recording(blocked, getattr(kind, name), "write", _POLLOUT))
    kind.sendall = _recording_sendall(blocked, kind.sendall)
    kind.connect = _recording_connect(blocked, kind.connect)
    os.read = BuiltinFunction(os.read, _recording_read(blocked, os.read))
    os.write = BuiltinFunction(os.write, _recording_write(blocked, os.write))
    select.select = BuiltinFunction(select.select, _recording_select(blocked, select.select))


_poll = getattr(select, "poll", None)
_POLLIN, _POLLOUT = getattr(select, "POLLIN", 0), getattr(select, "POLLOUT", 0)


def _is_ready(descriptor: int, event: int, milliseconds: int | None = 0) -> bool:
    """Return whether a descriptor is ready for reading or writing, or not open at all.

    Args:
        descriptor: the file descriptor.
        event: `_POLLIN` or `_POLLOUT`.
        milliseconds: how long to wait for that at most; None waits without a limit.
    """
    if descriptor < 0 or _poll is None:
        return True
    poller = _poll()
    poller.register(descriptor, event)
    return bool(poller.poll(milliseconds))


def _recording(blocked: Blocked, method: Callable[..., Any], reason: str, event: int) -> Any:
    """Wrap a method of sockets that waits for one event."""

    @functools.wraps(method)
    def recording(sock: socket.socket, *args: Any, **keywords: Any) -> Any:
        if sock.gettimeout() == 0 or _is_ready(sock.fileno(), event):
            return method(sock, *args, **keywords)
        call = functools.partial(method, sock, *args, **keywords)
        return blocked(reason, call, of=lambda: peers.of_socket(sock))

    return recording


def _recording_sendall(blocked: Blocked, sendall: Callable[..., None]) -> Any:
    """Wrap `sendall`, which may wait after it has sent a part of the data."""

    @functools.wraps(sendall)
    def recording(sock: socket.socket, data: Any, flags: int = 0, /) -> None:
        if sock.gettimeout() == 0 or not isinstance(data, bytes | bytearray | memoryview):
            return sendall(sock, data, flags)
        with memoryview(data) as view, view.cast("B") as octets:
            sent = 0
            if not octets or _is_ready(sock.fileno(), _POLLOUT):
                sent = sock.send(octets, flags | socket.MSG_DONTWAIT)
                if sent >= len(octets):
                    return None
            with octets[sent:] as rest:
                blocked("write", sendall, sock, rest, flags, of=lambda: peers.of_socket(sock))
        return None

    return recording


def _recording_connect(blocked: Blocked, connect: Callable[..., None]) -> Any:
    """Wrap `connect`, whose wait is recorded unless it succeeds or fails immediately."""

    @functools.wraps(connect)
    def recording(sock: socket.socket, address: Any, /) -> None:
        timeout = sock.gettimeout()
        if timeout == 0:
            return connect(sock, address)
        sock.settimeout(0)
        try:
            connect(sock, address)
        except BlockingIOError:
            is_waiting = True
        else:
            is_waiting = False
        finally:
            sock.settimeout(timeout)
        if not is_waiting:
            return None
        if sock.family == getattr(socket, "AF_UNIX", None):
            finish = connect
        elif _is_ready(sock.fileno(), _POLLOUT, _GRACE_MS):
            return _finish(sock, address)
        else:
            finish = _finish
        blocked("connect", finish, sock, address, of=lambda: peers.shown(address))
        return None

    return recording


def _finish(sock: socket.socket, _: object) -> None:
    """Wait until the socket is connected; a non-blocking call of `connect` has begun that.

    Raises:
        TimeoutError: the timeout of the socket has passed.
        OSError: the connection cannot be established.
    """
    timeout = sock.gettimeout()
    if not _is_ready(sock.fileno(), _POLLOUT, None if timeout is None else round(timeout * 1000)):
        raise TimeoutError("timed out")
    if error := sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
        raise OSError(error, os.strerror(error))


def _recording_read(blocked: Blocked, read: Callable[..., bytes]) -> Callable[..., bytes]:
    def recording(fd: int, length: int, /) -> bytes:
        if not isinstance(fd, int) or _is_ready(fd, _POLLIN) or not os.get_blocking(fd):
            return read(fd, length)
        data: bytes = blocked("read", read, fd, length, of=lambda: peers.of_file(fd))
        return data

    return recording


def _recording_write(blocked: Blocked, write: Callable[..., int]) -> Callable[..., int]:
    def recording(fd: int, data: Any, /) -> int:
        if not isinstance(fd, int) or fd < 0 or not _waits_for_reader(fd, data):
            return write(fd, data)
        written: int = blocked("write", write, fd, data, of=lambda: peers.of_file(fd))
        return written

    return recording


def _waits_for_reader(fd: int, data: Any) -> bool:
    if not _is_ready(fd, _POLLOUT):
        return os.get_blocking(fd)
    is_long = memoryview(data).nbytes > _PIPE_BYTES
    return is_long and stat.S_ISFIFO(os.fstat(fd).st_mode) and os.get_blocking(fd)


def _recording_select(blocked: Blocked, original: Callable[..., Any]) -> Callable[..., Any]:
    def recording(
        rlist: Any, wlist: Any, xlist: Any, timeout: float | None = None, /
    ) -> tuple[list[Any], ...]:
        ready: tuple[list[Any], ...] = original(rlist, wlist, xlist, 0)
        if any(ready) or (timeout is not None and timeout <= 0):
            return ready

        def of() -> str:
            return peers.several(peers.of_file(each) for each in [*rlist, *wlist])

        return tuple(blocked("select", original, rlist, wlist, xlist, timeout, of=of))

    return recording
