"""The methods of sockets that send and receive; see `sockets` for the others."""

import functools
import os
import sys
from collections.abc import Callable
from typing import Any

from browser_runtime.network import descriptors
from browser_runtime.network.cpython import ancillary, defaults, messages, naming
from browser_runtime.network.loopback.datagrams import DatagramEndpoint
from browser_runtime.network.loopback.endpoints import StreamEndpoint
from browser_runtime.network.loopback.errors import failure
from browser_runtime.network.loopback.networks import Endpoint
from browser_runtime.network.loopback.pollable import WouldBlock
from browser_runtime.network.loopback.streams import Attachment

_DONTWAIT, _PEEK, _WAITALL, _OUT_OF_BAND = 0x40, 0x2, 0x100, 0x1


class Transfers:
    """The attributes of a socket, and the methods that transfer data."""

    _descriptor: int
    _family: int
    _kind: int
    _proto: int
    _timeout: float | None
    _table: descriptors.Descriptors

    def _endpoint(self) -> Endpoint:
        return endpoint_of(self._table, self._descriptor)

    def _call[T](
        self, attempt: Callable[[], T], reason: str, flags: int = 0, seconds: float | None = -1
    ) -> T:
        """Call a function until it no longer raises `WouldBlock`, as long as the timeout allows.

        Args:
            attempt: the function.
            reason: why the thread waits, for example `read`.
            flags: the flags of the call. With MSG_DONTWAIT, a socket without a timeout does not
                wait.
            seconds: the timeout, in seconds; -1 for that of the socket.

        Raises:
            BlockingIOError: the call cannot continue and must not wait.
            TimeoutError: the timeout has passed.
        """
        try:
            return attempt()
        except WouldBlock:
            pass
        timeout = self._timeout if seconds == -1 else seconds
        if self._timeout == 0 or (self._timeout is None and flags & _DONTWAIT):
            raise failure("EAGAIN")
        results: list[T] = []

        def is_done() -> bool:
            try:
                results.append(attempt())
            except WouldBlock:
                return False
            return True

        if not descriptors.wait_until(is_done, (self._endpoint(),), timeout, reason):
            raise TimeoutError("timed out")
        return results[0]

    def send(self, data: Any, flags: int = 0, /) -> int:
        """Send data; return the number of bytes sent, which may be less than the length."""
        with messages.view_of(data) as octets:
            return self._send(octets, flags)

    def _send(
        self,
        octets: memoryview,
        flags: int,
        seconds: float | None = -1,
        attachment: Attachment | None = None,
    ) -> int:
        endpoint = self._endpoint()
        flags = messages.number(flags)
        if flags & _OUT_OF_BAND:
            raise failure("EOPNOTSUPP")
        if isinstance(endpoint, DatagramEndpoint):
            message = bytes(octets)
            return self._call(
                lambda: messages.send_to(self._table.network, endpoint, message, None, attachment),
                "write",
                flags,
            )
        return self._call(lambda: endpoint.send(octets, attachment), "write", flags, seconds)

    def sendall(self, data: Any, flags: int = 0, /) -> None:
        """Send all data. If this raises an error, some of the data may have been sent."""
        with messages.view_of(data) as octets:
            end = defaults.deadline(self._timeout)
            sent = 0
            while True:
                with octets[sent:] as rest:
                    sent += self._send(rest, flags, defaults.left(end, self._timeout))
                if sent >= len(octets):
                    return

    def sendto(self, data: Any, *rest: Any) -> int:
        """Send data to an address; the arguments are the data, flags if wanted, and the address."""
        if not 1 <= len(rest) <= 2:
            raise TypeError(f"sendto() takes 2 or 3 arguments ({1 + len(rest)} given)")
        with messages.view_of(data) as octets:
            flags = messages.number(rest[0]) if len(rest) == 2 else 0
            return self._send_to(octets, flags, rest[-1], None, "sendto")

    def _send_to(
        self,
        octets: memoryview,
        flags: int,
        address: Any,
        attachment: Attachment | None,
        method: str,
    ) -> int:
        endpoint = self._endpoint()
        parsed = naming.parse(self._family, address, method)
        sys.audit(f"socket.{method}", self, address)
        if isinstance(endpoint, StreamEndpoint):
            return self._send(octets, flags, attachment=attachment)
        message = bytes(octets)
        return self._call(
            lambda: messages.send_to(self._table.network, endpoint, message, parsed, attachment),
            "write",
            flags,
        )

    def recv(self, bufsize: int, flags: int = 0, /) -> bytes:
        """Receive up to `bufsize` bytes."""
        if bufsize < 0:
            raise ValueError("negative buffersize in recv")
        if not bufsize:
            self._endpoint()
            return b""
        return self._receive(bufsize, flags)[0]

    def recvfrom(self, bufsize: int, flags: int = 0, /) -> tuple[bytes, Any]:
        """Like `recv`, but also return the sender's address."""
        if bufsize < 0:
            raise ValueError("negative buffersize in recvfrom")
        data, sender, _ = self._receive(bufsize, flags)
        return data, sender

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:
        """Receive into a buffer; return the number of bytes."""
        with messages.view_of(buffer) as octets:
            size = _size(octets, nbytes, "recv_into", buffer)
            endpoint = self._endpoint()
            if isinstance(endpoint, StreamEndpoint) and not flags and size:
                with octets[:size] as part:
                    return self._call(lambda: endpoint.receive_into(part), "read")
            data, _, _ = self._receive(size, flags)
            octets[: len(data)] = data
        return len(data)

    def recvfrom_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> tuple[int, Any]:
        """Like `recv_into`, but also return the sender's address."""
        with messages.view_of(buffer) as octets:
            size = _size(octets, nbytes, "recvfrom_into", buffer)
            data, sender, _ = self._receive(size, flags)
            octets[: len(data)] = data
        return len(data), sender

    def _receive(
        self, size: int, flags: int, attachments: list[Attachment] | None = None
    ) -> tuple[bytes, Any, bool]:
        """Return data, the sender's address, and whether a message was longer than `size`.

        A stream has neither addresses nor messages, so the last two are None and False for it.
        """
        endpoint = self._endpoint()
        flags = messages.number(flags)
        is_peek = bool(flags & _PEEK)
        if flags & _OUT_OF_BAND:
            raise failure("EINVAL")
        if isinstance(endpoint, DatagramEndpoint):
            data, sender = self._call(
                lambda: endpoint.receive(is_peek=is_peek, attachments=attachments), "read", flags
            )
            shown = None if sender is None else naming.shown(self._family, sender)
            return data[:size], shown, len(data) > size
        if not size:
            return b"", None, False
        data = self._call(
            lambda: endpoint.receive(size, is_peek=is_peek, attachments=attachments), "read", flags
        )
        while flags & _WAITALL and not is_peek and len(data) < size:
            left = size - len(data)
            more = self._call(functools.partial(endpoint.receive, left), "read", flags)
            if not more:
                break
            data += more
        return data, None, False

    def sendmsg(
        self, buffers: Any, ancdata: Any = (), flags: int = 0, address: Any = None, /
    ) -> int:
        """Send data that is scattered over several buffers."""
        data = b"".join(messages.octets(each) for each in _iterate(buffers, "sendmsg"))
        items = ancillary.parse(ancdata)
        flags = messages.number(flags)
        attachment = ancillary.attach(self._endpoint(), items)
        sent = 0
        try:
            with memoryview(data) as octets:
                if address is not None:
                    sent = self._send_to(octets, flags, address, attachment, "sendmsg")
                else:
                    sent = self._send(octets, flags, attachment=attachment)
        except BaseException:
            if attachment:
                attachment.discard()
            raise
        if attachment and not sent and isinstance(self._endpoint(), StreamEndpoint):
            attachment.discard()
        return sent

    def recvmsg(
        self, bufsize: int, ancbufsize: int = 0, flags: int = 0, /
    ) -> tuple[bytes, list[tuple[int, int, bytes]], int, Any]:
        """Receive data, ancillary data, flags of the message and the sender's address."""
        if bufsize < 0:
            raise ValueError("negative buffer size in recvmsg()")
        if messages.number(ancbufsize) < 0:
            raise ValueError("invalid ancillary data buffer length")
        attachments: list[Attachment] = []
        data, sender, is_cut = self._receive(bufsize, flags, attachments)
        items, bits = ancillary.collect(self._endpoint(), attachments, ancbufsize)
        return data, items, bits | (messages.TRUNCATED if is_cut else 0), sender

    def recvmsg_into(
        self, buffers: Any, ancbufsize: int = 0, flags: int = 0, /
    ) -> tuple[int, list[tuple[int, int, bytes]], int, Any]:
        """Like `recvmsg`, but receive into several buffers."""
        views = [memoryview(each).cast("B") for each in _iterate(buffers, "recvmsg_into")]
        if any(each.readonly for each in views):
            raise TypeError("recvmsg_into() argument 1 must be an iterable of read-write buffers")
        total = sum(map(len, views))
        data, ancillary, bits, sender = self.recvmsg(total, ancbufsize, flags)
        rest = data
        for view in views:
            part, rest = rest[: len(view)], rest[len(view) :]
            view[: len(part)] = part
        return len(data), ancillary, bits, sender


def endpoint_of(table: descriptors.Descriptors, descriptor: int) -> Endpoint:
    """Return the endpoint that the descriptor of a socket refers to.

    Raises:
        OSError: the descriptor is closed, or belongs to a pipe or file.
    """
    if 0 <= descriptor < descriptors.FIRST:
        os.fstat(descriptor)  # Fails if the descriptor is not open.
        raise failure("ENOTSOCK")
    endpoint = table.get(descriptor)
    if not isinstance(endpoint, StreamEndpoint | DatagramEndpoint):
        raise failure("ENOTSOCK")
    return endpoint


def _size(octets: memoryview, nbytes: int, method: str, buffer: Any) -> int:
    if octets.readonly:
        kind = type(buffer).__name__
        raise TypeError(f"{method}() argument 1 must be read-write bytes-like object, not {kind}")
    if nbytes < 0:
        raise ValueError(f"negative buffersize in {method}")
    if nbytes > len(octets):
        raise ValueError("buffer too small for requested bytes")
    return nbytes or len(octets)


def _iterate(buffers: Any, method: str) -> list[Any]:
    try:
        return list(buffers)
    except TypeError:
        raise TypeError(f"{method}() argument 1 must be an iterable") from None
