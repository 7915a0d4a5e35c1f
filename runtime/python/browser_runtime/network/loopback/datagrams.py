"""Endpoints that send and receive single messages: UDP, and Unix sockets of type SOCK_DGRAM."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from browser_runtime.network.loopback.addresses import Address
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
from browser_runtime.network.loopback.streams import Attachment, Memory

# The largest message over UDP: the greatest length that an IPv4 packet can have, less the headers
# of IP and UDP.
MAX_UDP_BYTES = 65_507
# What a message occupies of the receiver's buffer in addition to its bytes, on Linux at least this.
_OVERHEAD_BYTES = 768
# How many messages a Unix socket holds unread, see /proc/sys/net/unix/max_dgram_qlen.
_MAX_QUEUED = 10


@dataclass
class PacketOptions:
    """What the header of an IPv6 packet says, with the defaults of Linux."""

    hop_limit: int = 64
    traffic_class: int = 0

    def discard(self) -> None:
        """Do nothing, because there is nothing to release; see `streams.Attachment`."""


class DatagramRegistry(Protocol):
    """The part of `networks.Network` that datagram endpoints use."""

    memory: Memory

    def now(self) -> int:
        """Return the present moment, in ns."""

    def latency_ns(self, *, is_local: bool) -> int:
        """Return how long a packet is on its way, in ns; 0 for Unix sockets."""

    def release(self, endpoint: Pollable) -> None:
        """Forget the addresses at which an endpoint is bound."""


class DatagramEndpoint(Pollable):
    """An endpoint for messages.

    Args:
        registry: the network.
        family: the address family.
        is_local: whether this is a Unix socket. If the receiver is full, the sender waits, whereas
            UDP loses the message.

    Attributes:
        find: returns the endpoint to which this one is connected; None while there is none. It is
            a function because that endpoint can change: another one may be bound at its address.
    """

    unnamed = "any address"

    __slots__ = (
        *("_error", "_is_read_shut", "_is_write_shut", "_queue", "_registry", "_size", "_waiting"),
        *("buffers", "family", "find", "is_bound", "is_local", "name", "options", "peer_name"),
    )

    def __init__(self, registry: DatagramRegistry, family: int, *, is_local: bool) -> None:
        super().__init__()
        self._registry = registry
        self.family = family
        self.is_local = is_local
        self.name: Address | None = None
        self.peer_name: Address | None = None
        self.options: dict[tuple[int, int], object] = {}
        self.buffers = (0, 0)
        # Whether the program has bound this endpoint, and not only sent from it.
        self.is_bound = False
        self.find: Callable[[], DatagramEndpoint | None] | None = None
        # The moment of arrival (0 without latency), the message, its sender and its attachment.
        self._queue: deque[tuple[int, bytes, Address | None, Attachment | None]] = deque()
        self._size = 0
        self._error = ""
        self._is_read_shut = self._is_write_shut = False
        # The senders that wait until there is room.
        self._waiting: list[DatagramEndpoint] = []

    def set_buffers(self, send: int, receive: int) -> None:
        """Set the sizes of the buffers for sending and for receiving, 0 for the default."""
        self.buffers = (send, receive)

    def state(self) -> int:
        """Return the bits of the present state."""
        if self.is_closed:
            return HUNG_UP
        bits = ERROR | READABLE | WRITABLE if self._error else 0
        if self._has_arrived() or self._is_read_shut:
            bits |= READABLE
        if self._is_read_shut:
            bits |= READ_ENDED | (HUNG_UP if self._is_write_shut else 0)
        peer = self.find() if self.is_local and self.find else None
        if peer is None or not peer._is_full():
            bits |= WRITABLE
        return bits

    def next_change(self) -> int | None:
        """Return when the first message arrives, in ns; None if it has arrived or there is none."""
        return None if self._has_arrived() or not self._queue else self._queue[0][0]

    @property
    def peer(self) -> Address | None:
        """The address to which this endpoint is connected; None if there is none."""
        return self.peer_name

    @property
    def is_serving(self) -> bool:
        """Whether this endpoint waits for messages from anywhere."""
        return self.is_bound and self.find is None and not self.is_closed

    def _has_arrived(self) -> bool:
        if not self._queue:
            return False
        moment = self._queue[0][0]
        return not moment or moment <= self._registry.now()

    def _is_full(self) -> bool:
        return len(self._queue) >= _MAX_QUEUED

    def take_error(self) -> str:
        """Return the name of the pending error, as SO_ERROR does, and forget it."""
        error, self._error = self._error, ""
        return error

    def send(
        self,
        data: bytes,
        to: "DatagramEndpoint | None",
        source: Address | None,
        limit: int,
        attachment: Attachment | None = None,
    ) -> int:
        """Send a message.

        Args:
            data: the message.
            to: the receiver; None if nothing is bound at the address.
            source: the address of this endpoint, as the receiver sees it.
            limit: the size of the receiver's buffer in bytes.
            attachment: what travels with the message. If sending fails, the caller keeps it.

        Returns:
            The length of the message.

        Raises:
            WouldBlock: the receiver is full, and it is a Unix socket.
            OSError: an earlier message has failed, sending has been shut down, no Unix socket
                receives the message, or there is too much unread data.
        """
        if error := self.take_error():
            raise failure(error)
        if self._is_write_shut:
            raise failure("EPIPE")
        if to is None or to.is_closed:
            if self.is_local:
                raise failure("ECONNREFUSED")
            # Only a connected socket learns, with its next call, that nothing received its message.
            if self.find is not None:
                self._error = "ECONNREFUSED"
                self.changed()
            return _lose(data, attachment)
        cost = len(data) + _OVERHEAD_BYTES
        if self.is_local:
            if to._is_full():
                if self not in to._waiting:
                    to._waiting.append(self)
                raise WouldBlock
        elif to._size + cost > limit:
            return _lose(data, attachment)
        self._registry.memory.take(cost)
        latency = self._registry.latency_ns(is_local=self.is_local)
        moment = self._registry.now() + latency if latency else 0
        to._queue.append((moment, data, source, attachment))
        to._size += cost
        to.changed()
        return len(data)

    def accepts(self, sender: Address | None) -> bool:
        """Return whether this endpoint takes messages from this sender."""
        return self.peer_name is None or self.is_local or sender == self.peer_name

    def receive(
        self, *, is_peek: bool = False, attachments: list[Attachment] | None = None
    ) -> tuple[bytes, Address | None]:
        """Return the oldest message and its sender.

        If there is none and `shutdown` has ended reading, the message is empty, without a sender.

        Args:
            is_peek: whether the message can be received again.
            attachments: gets what has arrived with the message, unless `is_peek`. If this is None,
                what has arrived with a message that is removed is discarded.

        Raises:
            WouldBlock: there is no message.
            OSError: a message that was sent before has failed.
        """
        if self.is_closed:
            raise failure("EBADF")
        if error := self.take_error():
            raise failure(error)
        if not self._has_arrived():
            if self._is_read_shut:
                return b"", None
            raise WouldBlock
        if is_peek:
            return self._queue[0][1:3]
        _, data, sender, attachment = self._queue.popleft()
        if attachments is not None:
            attachments.append(attachment or PacketOptions())
        elif attachment:
            attachment.discard()
        cost = len(data) + _OVERHEAD_BYTES
        self._size -= cost
        self._registry.memory.give_back(cost)
        self._wake_senders()
        return data, sender

    def _wake_senders(self) -> None:
        waiting, self._waiting = self._waiting, []
        for sender in waiting:
            sender.changed()

    def shutdown(self, *, read: bool, write: bool) -> None:
        """End one or both directions of a connected endpoint."""
        if self.find is None:
            raise failure("ENOTCONN")
        self._is_read_shut |= read
        self._is_write_shut |= write
        self.changed()

    def close(self) -> None:
        """Close this endpoint, and lose the messages that are unread."""
        if self.is_closed:
            return
        self._registry.release(self)
        self._registry.memory.give_back(self._size)
        self._size = 0
        for _, _, _, attachment in self._queue:
            if attachment:
                attachment.discard()
        self._queue.clear()
        super().close()
        self._wake_senders()


def _lose(data: bytes, attachment: Attachment | None) -> int:
    """Lose a message, and return its length, as if the message had been sent."""
    if attachment:
        attachment.discard()
    return len(data)
