"""Addresses: their forms, which of them stand for this machine, and how sockets show them.

An IPv4 address is `(host, port)`, an IPv6 address `(host, port, flow, scope)`, where the host is
written in the standard form of `inet_ntop`. The address of a Unix socket is a path, or bytes that
begin with a zero byte for an abstract address. An empty path stands for no address.
"""

from browser_runtime.network.loopback import numeric
from browser_runtime.network.loopback.errors import failure

AF_UNIX, AF_INET, AF_INET6 = 1, 2, 10

type Internet = tuple[str, int] | tuple[str, int, int, int]
type Address = Internet | str | bytes

WILDCARDS = {AF_INET: "0.0.0.0", AF_INET6: "::"}  # noqa: S104 - there is no other machine
LOOPBACK = {AF_INET: "127.0.0.1", AF_INET6: "::1"}
# The beginning of an IPv4 address as a socket for IPv6 shows it.
_MAPPED = "::ffff:"
BROADCAST = "255.255.255.255"


def standard(family: int, host: str) -> str | None:
    """Return the standard form of a numeric host, for example `::1`; None if it is not numeric."""
    if family == AF_INET6:
        packed = numeric.pack_ipv6(host)
        return None if packed is None else numeric.unpack_ipv6(packed)
    packed = numeric.pack_ipv4(host)
    return None if packed is None else numeric.unpack_ipv4(packed)


def make(family: int, host: str, port: int, flow: int = 0, scope: int = 0) -> Internet:
    """Return an address of this family."""
    return (host, port) if family == AF_INET else (host, port, flow, scope)


def is_wildcard(host: str) -> bool:
    """Return whether a host stands for all addresses of this machine."""
    return host in WILDCARDS.values() or host == _MAPPED + WILDCARDS[AF_INET]


def is_local(host: str) -> bool:
    """Return whether a numeric host is this machine, which is the only one here."""
    host = host.removeprefix(_MAPPED)
    return host.startswith("127.") or host == "::1" or is_wildcard(host)


def is_multicast(host: str) -> bool:
    """Return whether a numeric host stands for a multicast group."""
    if ":" in host:
        return host.lower().startswith("ff")
    return 224 <= int(host.partition(".")[0]) < 240


def is_of_a_link(host: str) -> bool:
    """Return whether an IPv6 host, in the standard form, is valid on one network interface only."""
    return host.startswith(("fe8", "fe9", "fea", "feb", "ff02:"))


def check_local(family: int, host: str) -> None:
    """Check that a host can be connected to.

    Raises:
        OSError: the host is not this machine (`ENETUNREACH`).
    """
    if family == AF_INET6 and host == _MAPPED + BROADCAST:
        host = BROADCAST
    if not is_local(host):
        raise failure("ENETUNREACH")


def destination(family: int, address: Internet) -> Internet:
    """Return where a packet for an address arrives: at the loopback address if it is a wildcard.

    Args:
        family: the sender's family.
        address: where the packet is sent.
    """
    host = address[0]
    if host == _MAPPED + WILDCARDS[AF_INET]:
        host = _MAPPED + LOOPBACK[AF_INET]
    elif host in WILDCARDS.values():
        host = LOOPBACK[family]
    return make(family, host, *address[1:])


def source(own: Internet, family: int, host: str) -> Internet:
    """Return the address from which packets to a host on this machine are sent.

    Args:
        own: where the sender is bound.
        family: the sender's family.
        host: the receiver.
    """
    if not is_wildcard(own[0]):
        return own
    is_mapped = family == AF_INET6 and host.startswith(_MAPPED)
    return make(family, _MAPPED + LOOPBACK[AF_INET] if is_mapped else LOOPBACK[family], own[1])


def as_seen_by(address: Address, family: int) -> Address:
    """Return an address as a socket of this family shows it."""
    if isinstance(address, str | bytes):
        return address
    host, port = address[0], address[1]
    if family == AF_INET6 and ":" not in host:
        return make(AF_INET6, _MAPPED + host, port)
    if family == AF_INET:
        return make(AF_INET, host.removeprefix(_MAPPED), port)
    return address


def is_path(address: Address) -> bool:
    """Return whether an address of a Unix socket is a path in the file system."""
    return isinstance(address, str) and address != ""
