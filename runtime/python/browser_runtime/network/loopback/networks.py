"""The network of one process: which endpoint is bound where, and how endpoints find one another."""

from collections.abc import Callable, Iterator
from typing import Protocol

from browser_runtime.network.loopback import addresses
from browser_runtime.network.loopback.addresses import (
    AF_INET,
    AF_INET6,
    AF_UNIX,
    Address,
    Internet,
)
from browser_runtime.network.loopback.datagrams import DatagramEndpoint
from browser_runtime.network.loopback.endpoints import Phase, StreamEndpoint
from browser_runtime.network.loopback.errors import failure
from browser_runtime.network.loopback.pipes import CAPACITY_BYTES, PipeReader, PipeWriter
from browser_runtime.network.loopback.pollable import Pollable
from browser_runtime.network.loopback.streams import Link, Memory, Stream

type Endpoint = StreamEndpoint | DatagramEndpoint


class Others(Protocol):
    """The other processes of the program, of which each has a network of its own."""

    def connect(self, endpoint: StreamEndpoint, address: Address, error: str) -> bool:
        """Begin to connect to another process that listens at an address.

        Args:
            endpoint: the client.
            address: where it connects.
            error: the name of the error if no process listens there.

        Returns:
            Whether there is another process, so that the outcome is not known yet.
        """

    def release(self, endpoint: Pollable) -> None:
        """Let other processes use the addresses at which an endpoint was bound."""


# How many bytes all unread data of a process may occupy together.
MAX_UNREAD_BYTES = 256 * 1024 * 1024
# The ports that the system chooses, as /proc/sys/net/ipv4/ip_local_port_range has them.
_EPHEMERAL = range(32_768, 61_000)
# The buffers for sending and for receiving, in bytes: of a connection over the loopback interface
# of Linux, and of a Unix socket.
TCP_BUFFERS = 2_626_560, 131_072
UNIX_BUFFERS = 212_992, 212_992

# Levels and names of options that decide who may bind where.
SOL_SOCKET, IPPROTO_IPV6 = 1, 41
SO_REUSEADDR, SO_REUSEPORT, IPV6_V6ONLY = 2, 15, 26


class Network:
    """All endpoints of one process of a program. In each run, each process gets a new network.

    Args:
        now: returns the present moment on the program's clock, in ns.
        latency: how long a packet is on its way, in seconds; not for Unix sockets and pipes.
        bandwidth: how many bytes each direction of a connection carries in a second; None for any
            number.
        first_port: which of the ports that the system chooses comes first, counted from 0.
    """

    def __init__(
        self,
        now: Callable[[], int],
        *,
        latency: float = 0,
        bandwidth: float | None = None,
        first_port: int = 0,
    ) -> None:
        self.now = now
        self.memory = Memory(MAX_UNREAD_BYTES)
        self._latency, self._bandwidth = latency, bandwidth
        self._latency_ns = Link(now, latency).latency_ns
        # The kind of an endpoint and the port → the endpoints that are bound there, oldest first.
        self._bound: dict[tuple[type[Endpoint], int], list[Endpoint]] = {}
        # The identity of a path, or an abstract address → the endpoint.
        self._local: dict[object, Endpoint] = {}
        # The identities of the files at which sockets have been bound, including closed sockets.
        self.socket_files: set[tuple[int, int]] = set()
        # What waits for clients: open listeners, and UDP endpoints that the program has bound.
        self.servers: dict[Endpoint, None] = {}
        # How many ends of connections are open. Pairs of sockets do not count.
        self.open_ends = 0
        # Called when an end of a connection is counted.
        self.on_connection: Callable[[], None] = lambda: None
        # Connects to other processes of the program, if there are any; see `elsewhere`. None for a
        # network that is used without that, for example in tests.
        self.others: Others | None = None
        # Each process begins with another port, so that two of them rarely choose the same one.
        self._next_port = first_port
        self._turn = 0

    @property
    def awaits_clients(self) -> bool:
        """Whether there are servers, but no connections."""
        return bool(self.servers) and not self.open_ends

    def latency_ns(self, *, is_local: bool) -> int:
        """Return how long a packet is on its way, in ns; 0 for Unix sockets."""
        return 0 if is_local else self._latency_ns

    def make_stream(self, sender: StreamEndpoint, receiver: StreamEndpoint) -> Stream:
        """Return a stream whose capacity depends on the buffers of both ends."""
        return Stream(self._link(sender), self.capacity(sender, receiver), self.memory)

    def _link(self, endpoint: StreamEndpoint) -> Link:
        if endpoint.is_local:
            return Link(self.now)
        return Link(self.now, self._latency, self._bandwidth)

    def capacity(self, sender: StreamEndpoint, receiver: StreamEndpoint) -> int:
        """Return the capacity of a stream: the sum of the buffers at both ends.

        For Unix sockets, it is the sender's buffer alone.
        """
        if sender.is_local:
            return sender.buffers[0] or UNIX_BUFFERS[0]
        return (sender.buffers[0] or TCP_BUFFERS[0]) + (receiver.buffers[1] or TCP_BUFFERS[1])

    def make_remote_streams(self, endpoint: StreamEndpoint) -> tuple[Stream, Stream]:
        """Return the streams of an endpoint whose peer is in another process.

        The first of them, which the endpoint writes, causes no delay. The second, which the
        endpoint reads, has the latency and bandwidth of the network. As this is so in both
        processes, what an endpoint writes is delayed once, where it is read.
        """
        sent, received = self.remote_capacities(endpoint)
        link = self._link(endpoint)
        return Stream(Link(self.now), sent, self.memory), Stream(link, received, self.memory)

    def remote_capacities(self, endpoint: StreamEndpoint) -> tuple[int, int]:
        """Return the capacities of the streams of an endpoint whose peer is in another process.

        The first is that of the stream which the endpoint writes, the second of the one it reads.
        """
        sent, received = UNIX_BUFFERS if endpoint.is_local else TCP_BUFFERS
        return endpoint.buffers[0] or sent, endpoint.buffers[1] or received

    def make_pipe(self) -> tuple[PipeReader, PipeWriter]:
        """Return the two ends of a new pipe."""
        stream = Stream(Link(self.now), CAPACITY_BYTES, self.memory)
        reader = PipeReader(stream)
        return reader, PipeWriter(stream, reader)

    def make_endpoint(self, family: int, *, is_stream: bool) -> Endpoint:
        """Return a new endpoint that is not bound."""
        kind = StreamEndpoint if is_stream else DatagramEndpoint
        return kind(self, family, is_local=family == AF_UNIX)

    def make_pair(self, *, is_stream: bool) -> tuple[Endpoint, Endpoint]:
        """Return two Unix endpoints that are connected to each other."""
        here = self.make_endpoint(AF_UNIX, is_stream=is_stream)
        there = self.make_endpoint(AF_UNIX, is_stream=is_stream)
        if isinstance(here, StreamEndpoint) and isinstance(there, StreamEndpoint):
            here.join(there)
        elif isinstance(here, DatagramEndpoint) and isinstance(there, DatagramEndpoint):
            one, other = here, there
            one.find, other.find = lambda: other, lambda: one
        here.peer_name = there.peer_name = ""
        return here, there

    # --- binding ----------------------------------------------------------------------------------

    def bind(self, endpoint: Endpoint, address: Internet) -> None:
        """Bind an endpoint at an address; port 0 stands for any free port.

        Raises:
            OSError: the address is in use or not of this machine, or the endpoint is bound already.
        """
        host, port = address[0], address[1]
        if not addresses.is_local(host) and not addresses.is_multicast(host):
            raise failure("EADDRNOTAVAIL")
        if endpoint.name is not None:
            raise failure("EINVAL")
        if port and not self._may_bind(endpoint, host, port):
            raise failure("EADDRINUSE")
        self._bind(endpoint, host, port or self._free_port(endpoint, host))
        endpoint.is_bound = True
        if isinstance(endpoint, DatagramEndpoint):
            self.servers[endpoint] = None

    def bind_anywhere(self, endpoint: Endpoint) -> None:
        """Bind an endpoint at any free port of all addresses, unless it is bound already."""
        if endpoint.name is None:
            host = addresses.WILDCARDS[endpoint.family]
            self._bind(endpoint, host, self._free_port(endpoint, host))

    def choose_source(self, endpoint: Endpoint, host: str) -> None:
        """Let the name of an endpoint be the address from which it sends to a host on this machine.

        If the endpoint is not bound, it is bound at any free port.
        """
        self.bind_anywhere(endpoint)
        if isinstance(endpoint.name, tuple):
            endpoint.name = addresses.source(endpoint.name, endpoint.family, host)

    def _bind(self, endpoint: Endpoint, host: str, port: int) -> None:
        endpoint.name = addresses.make(endpoint.family, host, port)
        self._bound.setdefault((type(endpoint), port), []).append(endpoint)

    def _free_port(self, endpoint: Endpoint, host: str) -> int:
        for _ in _EPHEMERAL:
            port = _EPHEMERAL[self._next_port % len(_EPHEMERAL)]
            self._next_port += 1
            if not self._bound.get((type(endpoint), port)) or self._may_bind(endpoint, host, port):
                return port
        raise failure("EADDRINUSE")

    def _may_bind(self, endpoint: Endpoint, host: str, port: int) -> bool:
        return not any(
            self._overlap(endpoint, host, other) and not _may_share(endpoint, other)
            for other in self._bound.get((type(endpoint), port), ())
        )

    def families(self, endpoint: Endpoint) -> set[int]:
        """Return the families whose packets an endpoint gets at the address where it is bound."""
        assert isinstance(endpoint.name, tuple)
        return _families(endpoint, endpoint.name[0])

    def _overlap(self, endpoint: Endpoint, host: str, other: Endpoint) -> bool:
        """Return whether an endpoint at a host and another endpoint have an address in common."""
        assert isinstance(other.name, tuple)
        return any(
            family in _families(other, other.name[0])
            and (addresses.is_wildcard(host) or _matches(host, other))
            for family in _families(endpoint, host)
        )

    def release(self, endpoint: Pollable) -> None:
        """Forget the addresses at which an endpoint is bound."""
        assert isinstance(endpoint, StreamEndpoint | DatagramEndpoint)
        self.servers.pop(endpoint, None)
        if self.others:
            self.others.release(endpoint)
        for key in [key for key, bound in self._local.items() if bound is endpoint]:
            del self._local[key]
        if isinstance(endpoint.name, tuple):
            here = self._bound.get((type(endpoint), endpoint.name[1]), [])
            if endpoint in here:
                here.remove(endpoint)
            if not here:
                self._bound.pop((type(endpoint), endpoint.name[1]), None)

    def unbind(self, endpoint: Endpoint) -> None:
        """Undo `bind` or `bind_local`, so that the endpoint can be bound again."""
        self.release(endpoint)
        endpoint.name, endpoint.is_bound = None, False

    def bind_local(self, endpoint: Endpoint, key: object, name: str | bytes) -> None:
        """Bind a Unix endpoint.

        Args:
            endpoint: the endpoint.
            key: what identifies the address: an abstract address itself, or the identity of a file.
            name: the address, as the program sees it.
        """
        if endpoint.name:
            raise failure("EINVAL")
        if key in self._local:
            raise failure("EADDRINUSE")
        endpoint.name = name
        self._local[key] = endpoint
        endpoint.is_bound = True

    def find_local(self, key: object) -> Endpoint | None:
        """Return the endpoint that is bound at a Unix address; None if there is none.

        Args:
            key: what identifies the address; see `bind_local`.
        """
        return self._local.get(key)

    # --- finding ----------------------------------------------------------------------------------

    def check_listen(self, endpoint: StreamEndpoint) -> None:
        """Check that an endpoint may listen where it is bound.

        A TCP endpoint that is not bound is bound at any free port.

        Raises:
            OSError: another endpoint listens there, or this is a Unix endpoint that is not bound.
        """
        if endpoint.name is None:
            if endpoint.is_local:
                raise failure("EINVAL")
            self.bind_anywhere(endpoint)
        if not isinstance(endpoint.name, tuple) or _has(endpoint, SO_REUSEPORT):
            return
        for other in self._bound.get((StreamEndpoint, endpoint.name[1]), ()):
            is_rival = isinstance(other, StreamEndpoint) and other.phase is Phase.LISTENING
            if (
                is_rival
                and other is not endpoint
                and self._overlap(endpoint, endpoint.name[0], other)
            ):
                raise failure("EADDRINUSE")

    def connect(self, endpoint: StreamEndpoint, address: Internet) -> None:
        """Begin to connect an endpoint to whatever listens at an address, in any process.

        Raises:
            OSError: the address is not of this machine, or there are too many connections.
        """
        addresses.check_local(endpoint.family, address[0])
        target = addresses.destination(endpoint.family, address)
        self.choose_source(endpoint, target[0])
        endpoint.peer_name = target
        listening = [
            each
            for each in self._receivers(StreamEndpoint, endpoint.family, target)
            if isinstance(each, StreamEndpoint) and each.phase is Phase.LISTENING
        ]
        if not listening and self.others and self.others.connect(endpoint, target, "ECONNREFUSED"):
            return
        self._turn += 1  # Listeners that share a port take turns.
        endpoint.connect(listening[self._turn % len(listening)] if listening else None)

    def find_datagram(self, sender: DatagramEndpoint, address: Internet) -> DatagramEndpoint | None:
        """Return the endpoint that receives a message to an address; None if there is none.

        An endpoint that is connected to the sender comes before others.
        """
        target = addresses.destination(sender.family, address)
        found: DatagramEndpoint | None = None
        for each in self._receivers(DatagramEndpoint, sender.family, target):
            if isinstance(each, DatagramEndpoint) and isinstance(sender.name, tuple):
                source = addresses.source(sender.name, sender.family, target[0])
                seen = addresses.as_seen_by(source, each.family)
                if each.accepts(seen) and (found is None or each.find is not None):
                    found = each
        return found

    def _receivers(
        self, kind: type[Endpoint], family: int, address: Internet
    ) -> Iterator[Endpoint]:
        """Yield the endpoints that are bound at an address.

        Those that are bound at exactly this host come before those that are bound at a wildcard.
        In each of the two groups, the endpoint that was bound last comes first.
        """
        host = address[0]
        is_mapped = family == AF_INET6 and host.startswith("::ffff:")
        families = {AF_INET} if is_mapped else {family}
        bound = self._bound.get((kind, address[1]), ())
        for exact in (True, False):
            for each in reversed(bound):
                assert isinstance(each.name, tuple)
                own = each.name[0]
                if addresses.is_wildcard(own) is exact or not families & _families(each, own):
                    continue
                if not exact or _matches(host, each):
                    yield each


def _matches(host: str, other: Endpoint) -> bool:
    assert isinstance(other.name, tuple)
    own = other.name[0]
    return addresses.is_wildcard(own) or own.removeprefix("::ffff:") == host.removeprefix("::ffff:")


def _families(endpoint: Endpoint, host: str) -> set[int]:
    """Return the families of the packets that an endpoint receives if it is bound at a host."""
    if endpoint.family == AF_INET or host.startswith("::ffff:"):
        return {AF_INET}
    if addresses.is_wildcard(host) and not endpoint.options.get((IPPROTO_IPV6, IPV6_V6ONLY)):
        return {AF_INET, AF_INET6}
    return {AF_INET6}


def _has(endpoint: Endpoint, option: int) -> bool:
    return bool(endpoint.options.get((SOL_SOCKET, option)))


def _may_share(one: Endpoint, other: Endpoint) -> bool:
    """Return whether two endpoints may be bound at the same address."""
    if _has(one, SO_REUSEPORT) and _has(other, SO_REUSEPORT):
        return True
    if not (_has(one, SO_REUSEADDR) and _has(other, SO_REUSEADDR)):
        return False
    return not (isinstance(other, StreamEndpoint) and other.phase is Phase.LISTENING)
