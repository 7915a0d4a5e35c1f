"""Sends messages to addresses, and reads the buffers and numbers that programs pass."""

import operator
from typing import Any

from browser_runtime.network.cpython import naming
from browser_runtime.network.loopback import addresses
from browser_runtime.network.loopback.addresses import Address
from browser_runtime.network.loopback.datagrams import MAX_UDP_BYTES, DatagramEndpoint
from browser_runtime.network.loopback.errors import failure
from browser_runtime.network.loopback.networks import UNIX_BUFFERS, Network
from browser_runtime.network.loopback.streams import Attachment

# The flag MSG_TRUNC: the message was longer than the buffer.
TRUNCATED = 0x20


def view_of(data: Any) -> memoryview:
    """Return a view of the single bytes of a buffer."""
    try:
        return memoryview(data).cast("B")
    except TypeError:
        kind = type(data).__name__
        raise TypeError(f"a bytes-like object is required, not '{kind}'") from None


def octets(data: Any) -> bytes:
    """Return the bytes of a buffer."""
    with view_of(data) as view:
        return bytes(view)


def number(value: Any) -> int:
    """Return an argument as a number, if the function in C can store it in an `int`.

    Raises:
        OverflowError: it is too great or too small for that.
    """
    found = operator.index(value)
    if not -(2**63) <= found < 2**63:
        raise OverflowError("Python int too large to convert to C int")
    if not -(2**31) <= found < 2**31:
        sign = "greater than maximum" if found > 0 else "less than minimum"
        raise OverflowError(f"signed integer is {sign}")
    return found


def send_to(
    network: Network,
    endpoint: DatagramEndpoint,
    data: bytes,
    address: Address | None,
    attachment: Attachment | None = None,
) -> int:
    """Send a message.

    Args:
        network: the network.
        endpoint: the sender.
        data: the message.
        address: where to send it; None for the address to which the sender is connected.
        attachment: what travels with the message. If sending fails, the caller keeps it.

    Returns:
        The length of the message.
    """
    if endpoint.is_closed:
        raise failure("EBADF")
    target: Address | None = endpoint.peer_name
    if address is None:
        if endpoint.find is None:
            raise failure("EDESTADDRREQ" if not endpoint.is_local else "ENOTCONN")
        receiver = endpoint.find()
    elif isinstance(address, tuple):
        addresses.check_local(endpoint.family, address[0])
        target = addresses.destination(endpoint.family, address)
        network.bind_anywhere(endpoint)
        receiver = network.find_datagram(endpoint, target)
    else:
        found = naming.find_local(network, address)
        if found is not None and not isinstance(found, DatagramEndpoint):
            raise failure("EPROTOTYPE")
        receiver = found
    source = endpoint.name
    if isinstance(source, tuple) and receiver is not None:
        host = target[0] if isinstance(target, tuple) else source[0]
        source = addresses.as_seen_by(
            addresses.source(source, endpoint.family, host), receiver.family
        )
    limit = UNIX_BUFFERS[0] if endpoint.is_local else MAX_UDP_BYTES
    if len(data) > limit:
        raise failure("EMSGSIZE")
    room = receiver.buffers[1] if receiver and receiver.buffers[1] else UNIX_BUFFERS[1]
    return endpoint.send(data, receiver, source, room, attachment)
