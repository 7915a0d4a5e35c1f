"""The ends of connections: what is below a TCP socket, or a Unix socket of type SOCK_STREAM.

An endpoint behaves as the kernel of Linux does, including the order in which data, an end and a
reset are seen. The places to compare are `tcp_poll`, `tcp_recvmsg_locked` and `tcp_reset` in
https://github.com/torvalds/linux/tree/v6.12/net/ipv4 and `unix_release_sock` in
https://github.com/torvalds/linux/blob/v6.12/net/unix/af_unix.c.
"""

from collections.abc import Callable
from enum import Enum
from typing import Any, Protocol

from browser_runtime.network.loopback.addresses import Address, as_seen_by
from browser_runtime.network.loopback.backlogs import Backlog
from browser_runtime.network.loopback.errors import failure
from browser_runtime.network.loopback.pollable import (
    ERROR,
    HUNG_UP,
    READ_ENDED,
    READABLE,
    WRITABLE,
    Pollable,
    WouldBlock,
)
from browser_runtime.network.loopback.streams import Attachment, Stream

# The longest backlog, which is that of /proc/sys/net/core/somaxconn.
_MAX_BACKLOG = 4096


class Registry(Protocol):
    """The part of `networks.Network` that endpoints use.

    Attributes:
        servers: what waits for clients.
        open_ends: how many ends of connections are open.
        on_connection: called when an end of a connection has been added to `open_ends`.
    """

    servers: dict[Any, None]
    open_ends: int
    on_connection: Callable[[], None]

    def now(self) -> int:
        """Return the present moment, in ns."""

    def latency_ns(self, *, is_local: bool) -> int:
        """Return how long a packet is on its way, in ns; 0 for Unix sockets."""

    def make_stream(self, sender: "StreamEndpoint", receiver: "StreamEndpoint") -> Stream:
        """Return a stream whose capacity depends on the buffers of both ends."""

    def capacity(self, sender: "StreamEndpoint", receiver: "StreamEndpoint") -> int:
        """Return the capacity of a stream between two endpoints of this process."""

    def remote_capacities(self, endpoint: "StreamEndpoint") -> tuple[int, int]:
        """Return the capacities of the streams of an endpoint whose peer is in another process.

        The first is that of the stream which the endpoint writes, the second of the one it reads.
        """

    def release(self, endpoint: Pollable) -> None:
        """Forget the addresses at which an endpoint is bound."""


class Client(Protocol):
    """What connects to a listener: an endpoint of this process, or one of another process.

    Attributes:
        is_closed: whether the client has given up.
    """

    is_closed: bool

    def establish(
        self, listener: "StreamEndpoint", backlog: "Backlog[StreamEndpoint, Client]"
    ) -> None:
        """Connect to the listener, and add the listener's end of the connection to the backlog."""

    def refuse(self, error: str) -> None:
        """Let the attempt to connect fail with this error."""


class Phase(Enum):
    """What has happened to an endpoint so far."""

    NEW = "new"
    LISTENING = "listening"
    CONNECTING = "connecting"
    CONNECTED = "connected"


class StreamEndpoint(Pollable):
    """One end of a connection, or a listener, or none of these yet.

    Args:
        registry: the network.
        family: the address family, `AF_INET`, `AF_INET6` or `AF_UNIX`.
        is_local: whether this is a Unix socket, which differs from TCP in some respects.

    Attributes:
        name: the own address; None while the endpoint has none.
        peer_name: the address of the other end, or of the listener to which this endpoint is
            connecting; None or empty if there is neither, or if the other end is not bound.
        options: the options that have been set, by level and name.
        buffers: the sizes of the buffers for sending and for receiving, in bytes, or 0 for the
            default size.
        phase: what has happened to the endpoint so far.
        is_accepted: whether a listener has returned this endpoint from `accept`.
        is_bound: whether the program has bound this endpoint, and not only connected it.
        lingers: whether closing breaks the connection off, which is what SO_LINGER with a time of
            0 does.
    """

    unnamed = "a socket pair"

    __slots__ = (
        *(
            "_backlog",
            "_counts",
            "_error",
            "_incoming",
            "_is_read_shut",
            "_is_remote",
            "_is_reported",
            "_is_write_shut",
        ),
        *("_moment", "_outcome", "_outgoing", "_peer", "_registry", "_was_reset"),
        *("buffers", "family", "is_accepted", "is_bound", "is_local", "lingers", "name"),
        *("options", "peer_name", "phase"),
    )

    def __init__(self, registry: Registry, family: int, *, is_local: bool) -> None:
        super().__init__()
        self._registry = registry
        self.family = family
        self.is_local = is_local
        self.name: Address | None = None
        self.peer_name: Address | None = None
        self.options: dict[tuple[int, int], object] = {}
        self.buffers = (0, 0)
        self.is_accepted = self.is_bound = False
        self.lingers = False
        self.phase = Phase.NEW
        # The name of an error that the next call reports.
        self._error = ""
        # The name of the error in which an attempt to connect ends, or empty, and the moment at
        # which the outcome arrives, or 0 if that is not delayed.
        self._outcome = ""
        self._moment = 0
        # Whether a call has reported that the connection was established.
        self._is_reported = False
        # Of a listener only.
        self._backlog: Backlog[StreamEndpoint, Client] | None = None
        # Of a connection only. The method `changed` of the peer is called when there is something
        # for it to read, or room for it to write, or when this end is closed.
        self._peer: Pollable | None = None
        # Whether the other end is in another process, or may be there while this end is connecting.
        self._is_remote = False
        self._incoming: Stream | None = None
        self._outgoing: Stream | None = None
        self._is_read_shut = self._is_write_shut = self._was_reset = False
        # Whether `Registry.open_ends` counts this end.
        self._counts = False

    # --- state ------------------------------------------------------------------------------------

    def state(self) -> int:
        """Return the bits of the present state, as `tcp_poll` and `unix_poll` compute them."""
        if self.is_closed:
            return HUNG_UP
        self._settle()
        if self._backlog is not None:
            return READABLE if self._backlog.has_arrived or self._is_read_shut else 0
        bits = ERROR if self._error else 0
        if self.phase is Phase.CONNECTING:
            return bits
        if self.phase is Phase.NEW:
            return bits | HUNG_UP | WRITABLE | (READABLE | READ_ENDED if self._error else 0)
        incoming, outgoing = self._streams()
        is_write_shut = self._is_write_shut or incoming.is_reset
        if self._has_no_more():
            bits |= READABLE | READ_ENDED
            if is_write_shut or (self.is_local and not outgoing.has_reader):
                bits |= HUNG_UP
        elif incoming.available:
            bits |= READABLE
        if is_write_shut or not outgoing.has_reader or outgoing.room * 3 >= outgoing.capacity:
            bits |= WRITABLE
        return bits

    def next_change(self) -> int | None:
        """Return when the first thing that is on its way arrives, in ns; None if nothing is."""
        if self.phase is Phase.CONNECTING:
            return self._moment or None
        if self._backlog is not None:
            return self._backlog.next_arrival()
        return self._incoming.next_arrival() if self._incoming is not None else None

    @property
    def peer(self) -> Address | None:
        """The address of the other end, or of this one if there is no other."""
        return self.peer_name or self.name

    @property
    def is_serving(self) -> bool:
        """Whether this is an open listener, which waits for clients."""
        return self.phase is Phase.LISTENING and not self.is_closed

    @property
    def is_outside(self) -> bool:
        """Whether another process can change the state."""
        return self._is_remote and not self.is_closed

    def _streams(self) -> tuple[Stream, Stream]:
        assert self._incoming is not None
        assert self._outgoing is not None
        return self._incoming, self._outgoing

    def _has_no_more(self) -> bool:
        """Return whether there will be no more data than what has arrived."""
        incoming, _ = self._streams()
        incoming.look()
        return incoming.is_ended or incoming.is_reset or self._is_read_shut

    def _settle(self) -> None:
        """Take note of what has arrived: the outcome of connecting, or a reset."""
        if self.phase is Phase.CONNECTING and (
            not self._moment or self._moment <= self._registry.now()
        ):
            if self._incoming is not None:
                self.phase = Phase.CONNECTED
            elif self._outcome:
                self.phase, self._error, self._outcome = Phase.NEW, self._outcome, ""
                if not self.is_bound:  # A port has been chosen only for this attempt.
                    self._registry.release(self)
                    self.name = None
                self.peer_name = None
        if self.phase is Phase.CONNECTED and not self._was_reset:
            incoming, _ = self._streams()
            incoming.look()
            if incoming.is_reset:
                self._was_reset = True
                # A peer that closed before it broke the connection off leaves EPIPE.
                had_ended = incoming.is_ended and not self.is_local
                self._error = "EPIPE" if had_ended else "ECONNRESET"

    def take_error(self) -> str:
        """Return the name of the pending error, as SO_ERROR does, and forget it."""
        self._settle()
        error, self._error = self._error, ""
        return error

    def _raise_error(self) -> None:
        if error := self.take_error():
            raise failure(error)

    # --- listening --------------------------------------------------------------------------------

    def listen(self, backlog: int) -> None:
        """Begin to listen, or change how many connections may wait to be accepted."""
        if self.phase not in (Phase.NEW, Phase.LISTENING):
            raise failure("EINVAL")
        self.phase = Phase.LISTENING
        if self._backlog is None:
            self._backlog = Backlog(self._registry.now)
        self._backlog.limit = min(max(0, backlog), _MAX_BACKLOG)
        self._registry.servers[self] = None
        self._admit(self._backlog)
        self.changed()

    def accept(self) -> "StreamEndpoint":
        """Return the listener's end of the connection that has waited longest.

        Raises:
            WouldBlock: no connection has arrived.
            OSError: the listener is closed or shut down, or this endpoint does not listen.
        """
        if self.is_closed:
            raise failure("EBADF")
        if self._backlog is None or self._is_read_shut:
            raise failure("EINVAL")
        if not self._backlog.has_arrived:
            raise WouldBlock
        accepted = self._backlog.take()
        accepted.is_accepted = True
        if accepted._is_remote and accepted._peer:
            accepted._peer.changed()  # Lets the `RemoteEnd` notify the client's process.
        self._admit(self._backlog)
        return accepted

    def _admit(self, backlog: "Backlog[StreamEndpoint, Client]") -> None:
        """Establish the connections of waiting clients, as long as there is a place for them."""
        while (client := backlog.next_client()) is not None:
            if not client.is_closed:
                client.establish(self, backlog)

    def receive_client(self, client: Client, limit: int) -> None:
        """Connect a client of another process, now or when there is a place for it.

        Args:
            client: the client.
            limit: how many clients may wait for a place; further ones are refused.
        """
        backlog = self._backlog
        if backlog is None or self.is_closed or self._is_read_shut or backlog.waiting >= limit:
            client.refuse("ECONNRESET")
        elif backlog.has_place:
            client.establish(self, backlog)
        else:
            backlog.let_wait(client)

    # --- connecting -------------------------------------------------------------------------------

    def connect(self, listener: "StreamEndpoint | None", error: str = "ECONNREFUSED") -> None:
        """Begin to connect, within this process. `is_connecting` shows when the attempt has ended.

        Args:
            listener: what listens at the address; None for nothing.
            error: the outcome if nothing listens.
        """
        self.phase, self._error, self._is_reported = Phase.CONNECTING, "", False
        self._moment, self._outcome = 0, ""
        backlog = listener._backlog if listener else None
        if listener is None or backlog is None:
            self._moment, self._outcome = self._after(2), error
        elif backlog.has_place:
            self.establish(listener, backlog)
        else:
            backlog.let_wait(self)
        self.changed()

    def is_connecting(self) -> bool:
        """Return whether the outcome of `connect` is not known yet."""
        self._settle()
        return self.phase is Phase.CONNECTING

    def report_connected(self) -> bool:
        """Return whether this is the first call since the connection was established."""
        is_first, self._is_reported = not self._is_reported, True
        return is_first

    def connect_elsewhere(self) -> None:
        """Begin to connect to another process. The attempt ends with `join_remote` or `refuse`."""
        self.phase, self._error, self._is_reported = Phase.CONNECTING, "", False
        self._moment, self._outcome = 0, ""
        self._is_remote = True
        self.changed()

    def refuse(self, error: str) -> None:
        """Let the attempt to connect fail with this error."""
        self._outcome, self._moment, self._is_remote = error, 0, False
        self.changed()

    def make_accepted(self, name: Address | None, peer_name: Address | None) -> "StreamEndpoint":
        """Return a new endpoint that is to become this listener's end of a connection.

        Args:
            name: the address to which the client has connected.
            peer_name: the address of the client.
        """
        there = StreamEndpoint(self._registry, self.family, is_local=self.is_local)
        there.options, there.buffers = dict(self.options), self.buffers
        there.name = self.name if self.is_local else self._as_seen_here(name)
        there.peer_name = self._as_seen_here(peer_name)
        return there

    def establish(
        self, listener: "StreamEndpoint", backlog: "Backlog[StreamEndpoint, Client]"
    ) -> None:
        """Connect to the listener, and add the listener's end of the connection to the backlog."""
        there = listener.make_accepted(self.peer_name, self.name)
        self.join(there)
        self._count()
        there._count()
        # The connection exists for this end after two journeys of a packet, and for the listener
        # after a third one.
        if moment := self._after(2):
            self.phase, self._moment = Phase.CONNECTING, moment
        backlog.add(self._after(3), there)
        listener.changed()
        self.changed()

    def _after(self, journeys: int) -> int:
        """Return the moment after so many journeys of a packet; 0 if they take no time."""
        latency = self._registry.latency_ns(is_local=self.is_local)
        return self._registry.now() + journeys * latency if latency else 0

    def _as_seen_here(self, address: Address | None) -> Address | None:
        return None if address is None else as_seen_by(address, self.family)

    def _count(self) -> None:
        """Count this end among those that are open, and call `Registry.on_connection`."""
        self._counts = True
        self._registry.open_ends += 1
        self._registry.on_connection()

    def join(self, there: "StreamEndpoint") -> None:
        """Make this endpoint and another one the two ends of a connection."""
        self._outgoing = there._incoming = self._registry.make_stream(self, there)
        self._incoming = there._outgoing = self._registry.make_stream(there, self)
        self._peer, there._peer = there, self
        self.phase = there.phase = Phase.CONNECTED

    def join_remote(self, peer: Pollable, outgoing: Stream, incoming: Stream) -> None:
        """Make this endpoint one end of a connection whose other end is in another process.

        Args:
            peer: stands for the other end. Its method `changed` is called when there is something
                to read in `outgoing` or room in `incoming`, or when this end is accepted or
                closed.
            outgoing: the stream that this endpoint writes.
            incoming: the stream that this endpoint reads.
        """
        moment = self._after(2) if self.phase is Phase.CONNECTING else 0
        self._peer, self._outgoing, self._incoming = peer, outgoing, incoming
        self._is_remote = True
        self.phase, self._moment = (Phase.CONNECTING if moment else Phase.CONNECTED), moment
        self._count()
        self.changed()

    def set_buffers(self, send: int, receive: int) -> None:
        """Set the sizes of the buffers for sending and for receiving, 0 for the default.

        If there is a connection, its streams get the new capacities. The bytes in a stream stay
        there, even if they are more than its new capacity.
        """
        self.buffers = (send, receive)
        if self._incoming is None or self._outgoing is None:
            return
        if isinstance(self._peer, StreamEndpoint):
            self._outgoing.capacity = self._registry.capacity(self, self._peer)
            self._incoming.capacity = self._registry.capacity(self._peer, self)
        elif self._is_remote:
            sent, received = self._registry.remote_capacities(self)
            self._outgoing.capacity, self._incoming.capacity = sent, received
        self.changed()
        if self._peer:
            self._peer.changed()

    # --- data -------------------------------------------------------------------------------------

    def send(self, data: memoryview, attachment: Attachment | None = None) -> int:
        """Send as many bytes as there is room for, and return how many these are.

        Args:
            data: the bytes.
            attachment: what travels with these bytes. If none are sent, the caller keeps it.

        Raises:
            WouldBlock: there is no room, or this endpoint is still connecting.
            OSError: the connection is broken or has been shut down, or there is none, or there is
                too much unread data.
        """
        if self.is_closed:
            raise failure("EBADF")
        self._settle()
        if self.phase is Phase.CONNECTING:
            raise WouldBlock
        if self.phase is not Phase.CONNECTED:
            self._raise_error()
            raise failure("ENOTCONN" if self.is_local else "EPIPE")
        incoming, outgoing = self._streams()
        if self.is_local and not outgoing.has_reader:
            raise failure("EPIPE")
        self._raise_error()
        if self._is_write_shut or incoming.is_reset:
            raise failure("EPIPE")
        if not outgoing.has_reader:
            return self._lose(len(data))
        if len(data) and not outgoing.room:
            raise WouldBlock
        sent = outgoing.write(data, attachment)
        if sent and self._peer:
            self._peer.changed()
        return sent

    def _lose(self, size: int) -> int:
        """Lose data and return its size, as TCP does: only the answer breaks the connection."""
        if size:
            incoming, _ = self._streams()
            incoming.reset(self._registry.latency_ns(is_local=False))
            self.changed()
        return size

    def receive(
        self, size: int, *, is_peek: bool = False, attachments: list[Attachment] | None = None
    ) -> bytes:
        """Return up to `size` bytes; none at the end.

        Args:
            size: the greatest number of bytes.
            is_peek: whether the bytes can be received again.
            attachments: gets what has arrived with the bytes, unless `is_peek`. If this is None,
                what has arrived with bytes that are removed is discarded.

        Raises:
            WouldBlock: nothing has arrived, or this endpoint is still connecting.
            OSError: the connection is broken, or there is none.
        """
        incoming = self._readable_stream()
        if incoming is None:
            return b""
        data = incoming.read(size, is_peek=is_peek, attachments=attachments)
        if not is_peek:
            self._after_reading()
        return data

    def receive_into(self, buffer: memoryview) -> int:
        """Like `receive`, but fill a buffer; return how many bytes were received."""
        incoming = self._readable_stream()
        if incoming is None:
            return 0
        size = incoming.read_into(buffer)
        self._after_reading()
        return size

    def _readable_stream(self) -> Stream | None:
        """Return the stream of what arrives if it has data, or None at the end.

        Raises:
            WouldBlock, OSError: as for `receive`.
        """
        if self.is_closed:
            raise failure("EBADF")
        self._settle()
        if self.phase is Phase.CONNECTING:
            raise WouldBlock
        if self.phase is not Phase.CONNECTED:
            self._raise_error()
            raise failure("EINVAL" if self.is_local else "ENOTCONN")
        incoming, _ = self._streams()
        if incoming.available:
            return incoming
        if incoming.is_ended and not self.is_local:
            return None
        self._raise_error()
        if self._has_no_more():
            return None
        raise WouldBlock

    def _after_reading(self) -> None:
        incoming, _ = self._streams()
        if self._peer and incoming.room * 3 >= incoming.capacity:
            self._peer.changed()

    # --- ending -----------------------------------------------------------------------------------

    def shutdown(self, *, read: bool, write: bool) -> None:
        """End one or both directions, as `socket.shutdown` does.

        A listener for which reading is ended accepts no more connections.
        """
        if self.phase is Phase.LISTENING and read:
            self._is_read_shut = True
            self._refuse_all()
            self.changed()
            return
        self._settle()
        if self.phase is not Phase.CONNECTED:
            if self.is_local:
                return
            raise failure("ENOTCONN")
        incoming, outgoing = self._streams()
        if write and not self._is_write_shut:
            self._is_write_shut = True
            outgoing.end()
        if read:
            self._is_read_shut = True
            if self.is_local:
                incoming.has_reader = False
        self.changed()
        if self._peer:
            self._peer.changed()

    def close(self) -> None:
        """Close this end.

        What has been sent still arrives. Then the peer finds the end, or a reset if this end has
        unread data or `lingers` is set.
        """
        if self.is_closed:
            return
        self._registry.release(self)
        if self._counts:
            self._registry.open_ends -= 1
        self._refuse_all()
        if self._incoming is not None and self._outgoing is not None:
            # After a reset by the peer, unread data is no reason to send one back.
            if (self._incoming.unread and not self._incoming.is_reset) or self.lingers:
                self._outgoing.reset()
            else:
                self._outgoing.end()
            self._incoming.drop_reader()
        super().close()
        if self._peer:
            self._peer.changed()
            self._peer = None

    def _refuse_all(self) -> None:
        """Break off connections that have not been accepted, and refuse clients that wait."""
        connections, clients = self._backlog.clear() if self._backlog else ([], [])
        for there in connections:
            there.lingers = True
            there.close()
        for client in clients:
            client.refuse("ECONNREFUSED")
