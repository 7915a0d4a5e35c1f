"""Functions of `_socket` for descriptors, for packed addresses and for sizes of ancillary data."""

from typing import Any

from browser_runtime.network import descriptors, facade
from browser_runtime.network.cpython import ancillary
from browser_runtime.network.cpython.transfers import endpoint_of
from browser_runtime.network.loopback import numeric
from browser_runtime.network.loopback.addresses import AF_INET, AF_INET6, AF_UNIX
from browser_runtime.network.loopback.errors import failure

_STREAM, _DATAGRAM = 1, 2
_LONGEST = 2**31 - 1


def socketpair(
    family: int = AF_UNIX,
    type: int = _STREAM,  # noqa: A002
    proto: int = 0,
    /,
) -> tuple[facade.socket, facade.socket]:
    """Create a pair of connected sockets."""
    kind = int(type) & 0xF
    if family != AF_UNIX:
        raise failure("EOPNOTSUPP")
    if kind not in (_STREAM, _DATAGRAM):
        raise failure("ESOCKTNOSUPPORT")
    if proto:
        raise failure("EPROTONOSUPPORT")
    table = descriptors.current()
    ends = [table.open(each) for each in table.network.make_pair(is_stream=kind == _STREAM)]
    here, there = (facade.socket(AF_UNIX, type, 0, fileno=each) for each in ends)
    return here, there


def close(fd: int, /) -> None:
    """Close an integer socket file descriptor."""
    table = descriptors.current()
    endpoint_of(table, fd)
    table.close(fd)


def dup(fd: int, /) -> int:
    """Duplicate an integer socket file descriptor."""
    table = descriptors.current()
    endpoint_of(table, fd)
    return table.duplicate(fd)


def inet_pton(family: int, host: str, /) -> bytes:
    """Convert an IP address from text to packed bytes."""
    packers = {AF_INET: numeric.pack_ipv4, AF_INET6: numeric.pack_ipv6}
    if family not in packers:
        raise failure("EAFNOSUPPORT")
    packed = packers[family](host)
    if packed is None:
        raise OSError("illegal IP address string passed to inet_pton")
    return packed


def inet_ntop(family: int, packed_ip: Any, /) -> str:
    """Convert a packed IP address of the given family to text."""
    unpackers = {AF_INET: (4, numeric.unpack_ipv4), AF_INET6: (16, numeric.unpack_ipv6)}
    if family not in unpackers:
        raise ValueError(f"unknown address family {family}")
    size, unpack = unpackers[family]
    packed = bytes(memoryview(packed_ip))
    if len(packed) != size:
        raise ValueError("invalid length of packed IP address string")
    return unpack(packed)


def CMSG_LEN(length: int, /) -> int:  # noqa: N802 - as in CPython
    """Return the total length, without trailing padding, of an ancillary data item."""
    if not 0 <= length <= _LONGEST - ancillary.HEADER:
        raise OverflowError("CMSG_LEN() argument out of range")
    return ancillary.HEADER + length


def CMSG_SPACE(length: int, /) -> int:  # noqa: N802 - as in CPython
    """Return the buffer size needed to receive an ancillary data item of this length."""
    if not 0 <= length <= _LONGEST - ancillary.HEADER - ancillary.UNIT:
        raise OverflowError("CMSG_SPACE() argument out of range")
    return ancillary.space(length)
