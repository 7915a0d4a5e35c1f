"""Names and numbers of hosts, services, protocols and interfaces.

This machine is the only one, so every name of another host fails.
"""

import _socket
import errno
import operator
import os
import re
import sys
from typing import Any, NoReturn

from browser_runtime.network.loopback import addresses, numeric
from browser_runtime.network.loopback.addresses import AF_INET, AF_INET6, LOOPBACK, WILDCARDS

# Errors of getaddrinfo, with the texts of glibc.
_TEXTS = {
    -1: "Bad value for ai_flags",
    -2: "Name or service not known",
    -3: "Temporary failure in name resolution",
    -6: "ai_family not supported",
    -7: "ai_socktype not supported",
    -8: "Servname not supported for ai_socktype",
    -9: "Address family for hostname not supported",
}
_FLAGS, _NO_NAME, _AGAIN, _FAMILY, _KIND, _SERVICE, _ADDRESS_FAMILY = -1, -2, -3, -6, -7, -8, -9
_PASSIVE, _CANONICAL, _NUMERIC_HOST, _NUMERIC_SERVICE = 0x1, 0x2, 0x4, 0x400
# The type of a socket → its protocol.
_KINDS = {1: 6, 2: 17, 3: 0}
_PROTOCOLS = {6: 1, 17: 2}
_PROTOCOL_NAMES = {"ip": 0, "icmp": 1, "tcp": 6, "udp": 17, "ipv6": 41, "ipv6-icmp": 58}
_SERVICES = {
    "daytime": 13,
    "discard": 9,
    "domain": 53,
    "echo": 7,
    "ftp": 21,
    "http": 80,
    "https": 443,
    "imap": 143,
    "imap2": 143,
    "imaps": 993,
    "ldap": 389,
    "mysql": 3306,
    "ntp": 123,
    "pop3": 110,
    "pop3s": 995,
    "postgresql": 5432,
    "smtp": 25,
    "ssh": 22,
    "telnet": 23,
}
_LOCAL_NAMES = ("localhost", "localhost.localdomain", "ip6-localhost", "ip6-loopback")
# Names that end in ".localhost" are local: https://datatracker.ietf.org/doc/html/rfc6761#section-6.3
_BELOW_LOCALHOST = re.compile(r"([a-z0-9_-]{1,63}\.)+localhost")
_NI_NUMERICHOST, _NI_NUMERICSERV, _NI_NAMEREQD, _NI_DGRAM = 1, 2, 8, 16


def _fail(number: int) -> NoReturn:
    raise _socket.gaierror(number, _TEXTS[number])


def gethostname() -> str:
    """Return the name of this machine."""
    sys.audit("socket.gethostname")
    return os.uname().nodename


def _text(host: Any) -> str:
    """Return the name of a host as text, encoded with IDNA if it is not in ASCII, as on CPython."""
    if isinstance(host, str):
        text = host if host.isascii() else host.encode("idna").decode()
    elif isinstance(host, bytes | bytearray):
        text = bytes(host).decode("ascii", "replace")
    else:
        raise TypeError("getaddrinfo() argument 1 must be string or None")
    return text.partition("\0")[0]  # For C, a null character ends a text.


def _is_local_name(name: str) -> bool:
    lower = name.lower().removesuffix(".")
    return lower in (*_LOCAL_NAMES, os.uname().nodename) or bool(_BELOW_LOCALHOST.fullmatch(lower))


def _check_foreign(name: str) -> NoReturn:
    """Fail for the name of another machine, as on a machine without a network."""
    labels = name.removesuffix(".").split(".")
    if any(not label or len(label) > 63 or " " in label for label in labels):
        _fail(_NO_NAME)
    _fail(_AGAIN)


def host_of(family: int, host: Any) -> str:
    """Return the numeric host that a socket of this family uses for a host in an address.

    Raises:
        gaierror: there is no such host, or its address belongs to another family.
    """
    if not isinstance(host, str | bytes | bytearray):
        raise TypeError(f"str, bytes or bytearray expected, not {type(host).__name__}")
    if "\0" in host if isinstance(host, str) else 0 in host:
        raise TypeError("host name must not contain null character")
    name = _text(host)
    if not name:
        return WILDCARDS[family]
    if name in ("<broadcast>", addresses.BROADCAST):
        if family != AF_INET:
            raise OSError("address family mismatched")
        return addresses.BROADCAST
    if numeric := _read_numeric(name, family):
        return numeric[1]
    if _is_local_name(name):
        return LOOPBACK[family]
    _check_foreign(name)


def _read_numeric(name: str, family: int) -> tuple[int, str, int] | None:
    """Return the family, host and scope of a numeric address; None if it is a name.

    All forms that glibc takes are taken here, see `gaih_inet` in
    https://sourceware.org/git/?p=glibc.git;a=blob;f=nss/getaddrinfo.c.

    Raises:
        gaierror: the address does not belong to the family, or its scope does not exist.
    """
    if (four := numeric.pack_any_ipv4(name)) is not None:
        if family == AF_INET6:
            _fail(_ADDRESS_FAMILY)
        return AF_INET, numeric.unpack_ipv4(four), 0
    text, has_zone, zone = name.partition("%")
    host = addresses.standard(AF_INET6, text)
    if host is None:
        return None
    mapped = host.removeprefix("::ffff:")
    if family == AF_INET and addresses.standard(AF_INET, mapped) is None:
        _fail(_ADDRESS_FAMILY)
    scope = _scope_of(host, zone) if has_zone else 0
    return (AF_INET, mapped, 0) if family == AF_INET else (AF_INET6, host, scope)


def _scope_of(host: str, zone: str) -> int:
    """Return the number of the zone after `%` in an address.

    Only for the addresses of a link or an interface can it be written as the name of an interface.

    Raises:
        gaierror: there is no such zone.
    """
    if zone == "lo" and re.match("fe[89ab]|ff.[12]:", host):
        return 1
    if not zone.isascii() or not zone.isdecimal() or int(zone[:20]) >= 2**32:
        _fail(_NO_NAME)
    return int(zone)


def getaddrinfo(
    host: Any,
    port: Any,
    family: int = 0,
    type: int = 0,  # noqa: A002
    proto: int = 0,
    flags: int = 0,
) -> list[tuple[int, int, int, str, Any]]:
    """Resolve host and port into a list of address info entries."""
    sys.audit("socket.getaddrinfo", host, port, family, type, proto)
    if family not in (0, AF_INET, AF_INET6):
        _fail(_FAMILY)
    if type not in (0, *_KINDS):
        _fail(_KIND)
    if host is None and port is None:
        _fail(_NO_NAME)
    number = _port_of(port, flags)
    kinds = [
        (kind, own or proto)
        for kind, own in _KINDS.items()
        if type in (0, kind) and (not proto or not own or proto == own)
    ]
    if not kinds:
        _fail(_KIND if type == 0 else _SERVICE)
    if type or proto:
        # As glibc does. Otherwise, SOCK_RAW, which matches every protocol, would always be there.
        del kinds[1:]
    canonical = _text(host) if flags & _CANONICAL and host else ""
    entries: list[tuple[int, int, int, str, Any]] = []
    for own_family, own_host, scope in _hosts(host, family, flags):
        for kind, protocol in kinds:
            address = addresses.make(own_family, own_host, number, 0, scope)
            entries.append((own_family, kind, protocol, "" if entries else canonical, address))
    return entries


def _hosts(host: Any, family: int, flags: int) -> list[tuple[int, str, int]]:
    """Return the family, numeric host and scope of each address that a host has."""
    families = [each for each in (AF_INET6, AF_INET) if family in (0, each)]
    if host is None:
        if flags & _PASSIVE:
            return [(each, WILDCARDS[each], 0) for each in reversed(families)]
        return [(each, LOOPBACK[each], 0) for each in families]
    name = _text(host)
    if found := _read_numeric(name, family):
        return [found]
    if flags & _NUMERIC_HOST or not name:
        _fail(_NO_NAME)
    if not _is_local_name(name):
        _check_foreign(name)
    return [(each, LOOPBACK[each], 0) for each in families]


def _port_of(port: Any, flags: int) -> int:
    if port is None:
        return 0
    if isinstance(port, int):
        if not -(2**63) <= port < 2**63:
            raise OverflowError("Python int too large to convert to C long")
        return port & 0xFFFF
    if not isinstance(port, str | bytes):
        raise OSError("Int or String expected")
    if isinstance(port, str):
        port.encode()  # Fails for lone surrogates.
    text = port.decode() if isinstance(port, bytes) else port
    if text.isdecimal():
        return int(text) & 0xFFFF
    if flags & _NUMERIC_SERVICE or (text and text not in _SERVICES):
        _fail(_NO_NAME if flags & _NUMERIC_SERVICE else _SERVICE)
    return _SERVICES.get(text, 0)


def gethostbyname(hostname: Any, /) -> str:
    """Return the IP address (a string of the form '255.255.255.255') for a host."""
    sys.audit("socket.gethostbyname", hostname)
    return host_of(AF_INET, hostname)


def gethostbyname_ex(hostname: Any, /) -> tuple[str, list[str], list[str]]:
    """Return the true host name, a list of aliases, and a list of IP addresses, for a host."""
    return _text(hostname), [], [gethostbyname(hostname)]


def gethostbyaddr(host: Any, /) -> tuple[str, list[str], list[str]]:
    """Return the true host name, a list of aliases, and a list of IP addresses, for an address."""
    sys.audit("socket.gethostbyaddr", host)
    _, own_host, _ = _hosts(host, 0, 0)[0]
    if not addresses.is_local(own_host):
        raise _socket.herror(1, "Unknown host")
    return "localhost", [], [own_host]


def getnameinfo(sockaddr: Any, flags: int, /) -> tuple[str, str]:
    """Get host and port for a socket address."""
    if not isinstance(sockaddr, tuple):
        raise TypeError("getnameinfo() argument 1 must be a tuple")
    sys.audit("socket.getnameinfo", sockaddr)
    host, port, flow, scope = (*sockaddr, 0, 0)[:4]
    if not 0 <= flow <= 0xFFFFF:
        raise OverflowError("getnameinfo(): flowinfo must be 0-1048575.")
    found = [each for each in (AF_INET, AF_INET6) if addresses.standard(each, host) is not None]
    if not found:
        _fail(_NO_NAME)
    if (found[0] == AF_INET) is not (len(sockaddr) == 2):
        raise OSError(
            "IPv4 sockaddr must be 2 tuple" if found[0] == AF_INET else "illegal sockaddr"
        )
    name, service = addresses.standard(found[0], host) or host, str(port)
    if scope:
        interfaces = dict(if_nameindex()) if addresses.is_of_a_link(name) else {}
        name = f"{name}%{interfaces.get(scope, scope)}"
    if not flags & _NI_NUMERICHOST:
        if addresses.is_local(host):
            name = "localhost"
        elif flags & _NI_NAMEREQD:
            _fail(_AGAIN)
    if not flags & _NI_NUMERICSERV:
        names = {number: name for name, number in _SERVICES.items()}
        service = names.get(port, service)
    return name, service


def getservbyname(servicename: str, protocolname: str | None = None, /) -> int:
    """Return a port number from a service name and protocol name."""
    sys.audit("socket.getservbyname", servicename, protocolname or "")
    if servicename not in _SERVICES or protocolname not in (None, "tcp", "udp"):
        raise OSError("service/proto not found")
    return _SERVICES[servicename]


def getservbyport(port: int, protocolname: str | None = None, /) -> str:
    """Return the service name from a port number and protocol name."""
    if not 0 <= port <= 0xFFFF:
        raise OverflowError("getservbyport: port must be 0-65535.")
    sys.audit("socket.getservbyport", port, protocolname or "")
    for name, number in _SERVICES.items():
        if number == port and protocolname in (None, "tcp", "udp"):
            return name
    raise OSError("port/proto not found")


def getprotobyname(name: str, /) -> int:
    """Return the protocol number for a protocol name."""
    if name not in _PROTOCOL_NAMES:
        raise OSError("protocol not found")
    return _PROTOCOL_NAMES[name]


def if_nameindex() -> list[tuple[int, str]]:
    """Return a list of network interface information (index, name) tuples."""
    return [(1, "lo")]


def if_nametoindex(name: Any, /) -> int:
    """Return the interface index corresponding to the interface name."""
    if os.fsdecode(name) != "lo":
        raise OSError(errno.ENODEV, "No such device")
    return 1


def if_indextoname(index: int, /) -> str:
    """Return the interface name corresponding to the interface index."""
    number = operator.index(index)
    if number < 0:
        raise ValueError("Cannot convert negative int")
    if number >= 2**32:
        raise OverflowError("Python int too large to convert to C unsigned int")
    if number != 1:
        raise OSError(errno.ENXIO, "No such device or address")
    return "lo"


def sethostname(name: Any, /) -> NoReturn:
    """Fail, because only an administrator may set the name of a machine."""
    from browser_runtime.network.loopback.errors import failure

    sys.audit("socket.sethostname", name)
    raise failure("EPERM")
