"""Ancillary data: what `sendmsg` sends and `recvmsg` receives in addition to the bytes.

A Unix socket carries descriptors (SCM_RIGHTS) to another socket of the same process. A message over
UDP and IPv6 carries a hop limit and a traffic class. Compare `scm_send` and `put_cmsg` in
https://github.com/torvalds/linux/blob/v6.12/net/core/scm.c, and `ip6_datagram_send_ctl` in
https://github.com/torvalds/linux/blob/v6.12/net/ipv6/datagram.c.
"""

import operator
import os
import struct
from collections.abc import Iterable
from typing import Any

from browser_runtime.network import descriptors
from browser_runtime.network.cpython import messages, system
from browser_runtime.network.descriptors import FIRST
from browser_runtime.network.loopback.addresses import AF_INET6
from browser_runtime.network.loopback.datagrams import DatagramEndpoint, PacketOptions
from browser_runtime.network.loopback.errors import failure
from browser_runtime.network.loopback.networks import Endpoint
from browser_runtime.network.loopback.streams import Attachment

# A level, a type, and data.
type Item = tuple[int, int, bytes]

_SOCKET, _IPV6 = 1, 41
_RIGHTS, _CREDENTIALS = 1, 2
_HOP_LIMIT, _TRAFFIC_CLASS = 52, 67
# The level and number of the option with which a receiver asks for an item → the type of the item.
_ASKS = {(_IPV6, 66): _TRAFFIC_CLASS, (_IPV6, 51): _HOP_LIMIT}
# The greatest number of descriptors in one message, `SCM_MAX_FD`.
_MAX_DESCRIPTORS = 253
# In bytes: the size of a header, and the unit to whose multiples Linux rounds the size of an item.
HEADER, UNIT = 16, 8
_INT = 4
# The flag MSG_CTRUNC: there was no room for all ancillary data.
CUT = 0x8


class Rights:
    """Descriptors on their way to another socket.

    The message has duplicates of the sender's descriptors, which the receiver gets.
    """

    def __init__(self, numbers: Iterable[int]) -> None:
        self._held: list[int] = []
        try:
            for number in numbers:
                duplicate = system.dup if number >= FIRST else os.dup
                self._held.append(duplicate(number))
        except OSError:
            self.discard()
            raise

    def discard(self) -> None:
        """Close the descriptors, because the receiver does not get them."""
        lost, self._held = self._held, []
        _close(lost)

    def take(self, most: int) -> list[int]:
        """Return up to `most` descriptors, which now belong to the caller, and close the rest."""
        taken, self._held = self._held[:most], self._held[most:]
        self.discard()
        return taken

    @property
    def count(self) -> int:
        """How many descriptors there are."""
        return len(self._held)


# The descriptors that `_close` has not closed yet, and whether it is running.
_lost: list[int] = []
_is_closing = False


def _close(numbers: Iterable[int]) -> None:
    """Close descriptors that nothing receives.

    If a socket is closed here, the descriptors on their way to it are lost as well, and this
    function is called again from within. Such a call only adds them to `_lost`, so that a long
    chain of sockets does not lead to many nested calls.
    """
    global _is_closing
    _lost.extend(numbers)
    if _is_closing:
        return
    _is_closing = True
    try:
        while _lost:
            number = _lost.pop()
            if number < FIRST:
                os.close(number)
            elif descriptors.current().is_open(number):
                # Otherwise, `Descriptors.close_all` has closed it already, at the end of a program.
                system.close(number)
    finally:
        _is_closing = False


def parse(ancdata: Any) -> list[Item]:
    """Return the ancillary data that a program has passed to `sendmsg`."""
    try:
        items = list(ancdata)
    except TypeError:
        raise TypeError("sendmsg() argument 2 must be an iterable") from None
    parsed: list[Item] = []
    for each in items:
        if not isinstance(each, tuple | list) or len(each) != 3:
            kind = type(each).__name__
            raise TypeError(
                f"[sendmsg() ancillary data items]() argument must be tuple of length 3, not {kind}"
            )
        level, name, data = each
        parsed.append((operator.index(level), operator.index(name), messages.octets(data)))
    return parsed


def attach(endpoint: Endpoint, items: Iterable[Item]) -> Attachment | None:
    """Return what has to travel with a message of this endpoint; None for nothing.

    Raises:
        OSError: the data is not valid, this socket cannot send it, or a descriptor is not open.
    """
    if endpoint.is_local:
        return _rights(endpoint, items)
    packet = PacketOptions()
    for level, name, data in items:
        if level == _SOCKET and name not in (_RIGHTS, _CREDENTIALS):
            raise failure("EINVAL")
        if level == _IPV6 and endpoint.family == AF_INET6:
            if name not in (_HOP_LIMIT, _TRAFFIC_CLASS) or len(data) != _INT:
                raise failure("EINVAL")
            (value,) = struct.unpack("i", data)
            if not -1 <= value <= 0xFF:
                raise failure("EINVAL")
            if name == _HOP_LIMIT and value >= 0:
                packet.hop_limit = value
            elif name == _TRAFFIC_CLASS and value >= 0:
                packet.traffic_class = value
    return packet if isinstance(endpoint, DatagramEndpoint) else None


def _rights(endpoint: Endpoint, items: Iterable[Item]) -> Rights | None:
    numbers: list[int] = []
    for level, name, data in items:
        if level != _SOCKET:
            continue
        if name != _RIGHTS:
            raise failure("EINVAL")
        numbers += struct.unpack_from(f"{len(data) // _INT}i", data)
    if not numbers:
        return None
    if len(numbers) > _MAX_DESCRIPTORS:
        raise failure("EINVAL")
    if endpoint.is_outside:
        raise failure("EINVAL", "descriptors cannot be sent to another process here")
    return Rights(numbers)


def collect(
    endpoint: Endpoint, attachments: Iterable[Attachment], size: int
) -> tuple[list[Item], int]:
    """Return the ancillary data that `recvmsg` returns for a message, and flags: `CUT` or 0.

    Args:
        endpoint: the receiver.
        attachments: what has arrived with the message.
        size: the size of the buffer for ancillary data, in bytes.
    """
    items: list[Item] = []
    flags, room = 0, size
    for each in attachments:
        if isinstance(each, Rights):
            fitting = max(0, room - HEADER) // _INT
            flags |= CUT if fitting < each.count else 0
            taken = each.take(fitting)
            if taken:
                items.append((_SOCKET, _RIGHTS, struct.pack(f"{len(taken)}i", *taken)))
                room -= space(_INT * len(taken))
        elif isinstance(each, PacketOptions):
            for (level, option), name in _ASKS.items():
                if not endpoint.options.get((level, option)):
                    continue
                value = each.hop_limit if name == _HOP_LIMIT else each.traffic_class
                data = struct.pack("i", value)[: max(0, room - HEADER)]
                flags |= CUT if len(data) < _INT else 0
                if room >= HEADER:
                    items.append((level, name, data))
                room -= space(_INT)
    return items, flags


def space(length: int) -> int:
    """Return how many bytes an item with so many bytes of data occupies in a buffer."""
    return HEADER + (length + UNIT - 1) // UNIT * UNIT
