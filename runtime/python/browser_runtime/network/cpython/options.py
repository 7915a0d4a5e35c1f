"""The options of sockets, with the defaults and limits of Linux."""

import struct
from typing import Any

from browser_runtime.network.loopback.datagrams import DatagramEndpoint
from browser_runtime.network.loopback.endpoints import Phase, StreamEndpoint
from browser_runtime.network.loopback.errors import failure, number_of
from browser_runtime.network.loopback.networks import TCP_BUFFERS, UNIX_BUFFERS, Endpoint

_SOCKET, _IP, _TCP, _UDP, _IPV6 = 1, 0, 6, 17, 41
_LEVELS = (_SOCKET, _IP, _TCP, _UDP, _IPV6)

_TYPE, _ERROR, _SNDBUF, _RCVBUF, _LINGER, _ACCEPTCONN, _PROTOCOL, _DOMAIN = (
    3,
    4,
    7,
    8,
    13,
    30,
    38,
    39,
)
_READ_ONLY = (_TYPE, _ERROR, _ACCEPTCONN, _PROTOCOL, _DOMAIN)
# Options that hold yes or no, which Linux stores as 1 or 0.
_FLAGS = {(_SOCKET, each) for each in (1, 2, 5, 6, 9, 10, 15, 16)} | {(_TCP, 1), (_IPV6, 26)}
# The values of options that have not been set, if not 0.
_DEFAULTS = {
    (_SOCKET, 18): 1,  # SO_RCVLOWAT
    (_SOCKET, 19): 1,  # SO_SNDLOWAT
    (_IP, 2): 64,  # IP_TTL
    (_IP, 33): 1,  # IP_MULTICAST_TTL
    (_IP, 34): 1,  # IP_MULTICAST_LOOP
    (_TCP, 2): 65_483,  # TCP_MAXSEG, of the loopback interface
    (_TCP, 4): 7200,  # TCP_KEEPIDLE
    (_TCP, 5): 75,  # TCP_KEEPINTVL
    (_TCP, 6): 9,  # TCP_KEEPCNT
    (_TCP, 7): 6,  # TCP_SYNCNT
    (_TCP, 12): 1,  # TCP_QUICKACK
    (_IPV6, 16): 64,  # IPV6_UNICAST_HOPS
}
# Options of Linux from this number on, such as UDP_SEGMENT (103), cannot be set here.
_TOO_GREAT = 100
# The smallest and the greatest size of a buffer in bytes; for the latter, see
# /proc/sys/net/core/wmem_max.
_SMALLEST = {_SNDBUF: 4608, _RCVBUF: 2304}
_GREATEST = 4_194_304


def protocol_of(endpoint: Endpoint) -> int:
    """Return the protocol of an endpoint, for example IPPROTO_TCP; 0 for a Unix socket."""
    if endpoint.is_local:
        return 0
    return _TCP if isinstance(endpoint, StreamEndpoint) else _UDP


def set_option(endpoint: Endpoint, level: int, option: int, value: Any) -> None:
    """Set an option; one that does not matter in this network is only remembered."""
    if level not in _LEVELS or (endpoint.is_local and level != _SOCKET):
        raise failure("EOPNOTSUPP" if endpoint.is_local else "ENOPROTOOPT")
    if not 0 < option < _TOO_GREAT or (level == _SOCKET and option in _READ_ONLY):
        raise failure("ENOPROTOOPT")
    number = _number(value)
    if (level, option) in _FLAGS:
        endpoint.options[level, option] = int(bool(number))
    elif level == _SOCKET and option in _SMALLEST:
        size = min(max(number * 2, _SMALLEST[option]), _GREATEST)
        send, receive = endpoint.buffers
        endpoint.set_buffers(*((size, receive) if option == _SNDBUF else (send, size)))
    elif level == _SOCKET and option == _LINGER:
        if isinstance(value, int) or len(bytes(value)) < 8:
            raise failure("EINVAL")
        is_on, seconds = struct.unpack("ii", bytes(value)[:8])
        endpoint.options[level, option] = bytes(value)[:8]
        if isinstance(endpoint, StreamEndpoint):
            endpoint.lingers = bool(is_on) and seconds == 0
    else:
        endpoint.options[level, option] = value if isinstance(value, int) else bytes(value)


def _number(value: Any) -> int:
    if value is None:
        return 0
    if isinstance(value, int):
        if not -(2**31) <= value < 2**32:
            raise OverflowError("signed integer is greater than maximum")
        return value
    packed = memoryview(value).tobytes()
    return struct.unpack_from("i", packed)[0] if len(packed) >= 4 else 0


def get_option(endpoint: Endpoint, level: int, option: int, size: int) -> int | bytes:
    """Return the value of an option: a number, or bytes if a size is given."""
    value = _value(endpoint, level, option)
    if size:
        return value[:size] if isinstance(value, bytes) else struct.pack("i", value)[:size]
    return struct.unpack_from("i", value)[0] if isinstance(value, bytes) else value


def _value(endpoint: Endpoint, level: int, option: int) -> int | bytes:
    if level not in _LEVELS or (endpoint.is_local and level != _SOCKET):
        raise failure("EOPNOTSUPP")
    if level == _SOCKET:
        found = _status(endpoint, option)
        if found is not None:
            return found
    value = endpoint.options.get((level, option), _DEFAULTS.get((level, option), 0))
    assert isinstance(value, int | bytes)
    return value


def _status(endpoint: Endpoint, option: int) -> int | bytes | None:
    """Return the value of an option of the level SOL_SOCKET that depends on the endpoint.

    The result is None for the other options of this level, which have the value that has been set
    or the default.
    """
    is_stream = isinstance(endpoint, StreamEndpoint)
    if option in _SMALLEST:
        sizes = TCP_BUFFERS if is_stream and not endpoint.is_local else UNIX_BUFFERS
        which = 0 if option == _SNDBUF else 1
        return endpoint.buffers[which] or sizes[which]
    if option == _ERROR:
        error = endpoint.take_error()
        return number_of(error) if error else 0
    if option == _LINGER:
        value = endpoint.options.get((_SOCKET, _LINGER), bytes(8))
        return value if isinstance(value, bytes) else None
    return {
        _TYPE: 1 if is_stream else 2,
        _DOMAIN: endpoint.family,
        _PROTOCOL: protocol_of(endpoint),
        _ACCEPTCONN: int(
            not isinstance(endpoint, DatagramEndpoint) and endpoint.phase is Phase.LISTENING
        ),
    }.get(option)
