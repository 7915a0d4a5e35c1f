"""Converts addresses between the form that programs use and that of the network.

Also binds endpoints at these addresses, and connects endpoints to them.
"""

import os
from typing import Any

from browser_runtime.network.cpython import resolver
from browser_runtime.network.descriptors import Descriptors
from browser_runtime.network.loopback import addresses
from browser_runtime.network.loopback.addresses import AF_INET, AF_UNIX, Address, Internet
from browser_runtime.network.loopback.datagrams import DatagramEndpoint
from browser_runtime.network.loopback.endpoints import Phase, StreamEndpoint
from browser_runtime.network.loopback.errors import failure
from browser_runtime.network.loopback.networks import Endpoint, Network

# The greatest length of an abstract address of a Unix socket, `sizeof(sun_path)`. A path must be
# shorter, because a null byte ends it.
_MAX_PATH = 108


def parse(family: int, address: Any, method: str) -> Address:
    """Return the address that a program means.

    Args:
        family: the family of the socket.
        address: what the program has passed.
        method: the method of the socket, for errors.
    """
    if family == AF_UNIX:
        return _parse_path(address)
    name = "AF_INET" if family == AF_INET else "AF_INET6"
    if not isinstance(address, tuple):
        kind = type(address).__name__
        raise TypeError(f"{method}(): {name} address must be tuple, not {kind}")
    longest = 2 if family == AF_INET else 4
    if not 2 <= len(address) <= longest:
        form = (
            "a pair (host, port)" if longest == 2 else "a tuple (host, port[, flowinfo[, scopeid]])"
        )
        raise TypeError(f"{name} address must be {form}")
    host, port, *rest = address
    if not isinstance(port, int):
        raise TypeError(f"'{type(port).__name__}' object cannot be interpreted as an integer")
    if not 0 <= port <= 0xFFFF:
        raise OverflowError(f"{method}(): port must be 0-65535.")
    flow, scope = [*rest, 0, 0][:2]
    if not 0 <= flow <= 0xFFFFF:
        raise OverflowError(f"{method}(): flowinfo must be 0-1048575.")
    return addresses.make(family, resolver.host_of(family, host), port, flow, scope)


def _parse_path(address: Any) -> str | bytes:
    if isinstance(address, str):
        path = os.fsencode(address)
    elif isinstance(address, bytes | bytearray | memoryview):
        path = bytes(address)
    else:
        kind = type(address).__name__
        raise TypeError(f"a bytes-like object is required, not '{kind}'")
    if len(path) > _MAX_PATH or (len(path) == _MAX_PATH and path[0]):
        raise OSError("AF_UNIX path too long")
    return path if path.startswith(b"\0") else os.fsdecode(path)


def shown(family: int, address: Address | None) -> Any:
    """Return an address as programs see it. None is the address of a socket that is not bound."""
    if address is not None:
        return address
    return "" if family == AF_UNIX else addresses.make(family, addresses.WILDCARDS[family], 0)


def is_connected(endpoint: Endpoint) -> bool:
    """Return whether an endpoint has a peer."""
    if isinstance(endpoint, DatagramEndpoint):
        return endpoint.find is not None
    return not endpoint.is_connecting() and endpoint.phase is Phase.CONNECTED


# --- Unix sockets ---------------------------------------------------------------------------------


def _identity(path: str) -> tuple[int, int]:
    """Return what identifies the file at a path, also after it has been renamed."""
    # A time slice can end in code of `pathlib`, but not in this package, so with `pathlib` another
    # thread could run between the steps of the caller.
    status = os.stat(path)  # noqa: PTH116
    return status.st_dev, status.st_ino


def bind(table: Descriptors, endpoint: Endpoint, address: Address) -> None:
    """Bind an endpoint at an address, unless this or another process uses the address.

    A datagram endpoint may be bound at an address that another process uses.

    Raises:
        OSError: the address is in use, does not belong to this machine or cannot be created, or
            the endpoint is bound already.
    """
    network = table.network
    if not isinstance(address, tuple):
        bind_local(network, endpoint, address)
        if not _reserve(table, endpoint):
            raise failure("EADDRINUSE")
        return
    while True:
        network.bind(endpoint, address)
        if _reserve(table, endpoint):
            return
        if address[1]:
            raise failure("EADDRINUSE")


def _reserve(table: Descriptors, endpoint: Endpoint) -> bool:
    """Reserve the address of an endpoint that has just been bound; see `Elsewhere.reserve`.

    Returns:
        Whether that succeeded. If not, the endpoint is not bound any more.
    """
    is_reserved = False
    try:
        is_reserved = table.elsewhere.reserve(endpoint)
    finally:
        if not is_reserved:
            if endpoint.is_local and isinstance(endpoint.name, str):
                os.unlink(endpoint.name)  # noqa: PTH108 - see `_identity`
            table.network.unbind(endpoint)
    return is_reserved


def bind_local(network: Network, endpoint: Endpoint, address: str | bytes) -> None:
    """Bind a Unix endpoint at a path, where a file is created, or at an abstract address.

    If the address is empty, an abstract address is chosen.
    """
    if endpoint.name:
        raise failure("EINVAL")
    if not address:
        address = b"\0" + f"{id(endpoint) & 0xFFFFF:05x}".encode()
    if isinstance(address, bytes):
        network.bind_local(endpoint, address, address)
        return
    try:
        # The file system of the browser has no sockets, so an empty file marks the place.
        os.close(os.open(address, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o755))
    except FileExistsError:
        raise failure("EADDRINUSE") from None
    identity = _identity(address)
    network.bind_local(endpoint, identity, address)
    network.socket_files.add(identity)


def find_local(network: Network, address: str | bytes) -> Endpoint | None:
    """Return the endpoint that is bound at a Unix address.

    Raises:
        OSError: there is no such path.
    """
    return network.find_local(address if isinstance(address, bytes) else _identity(address))


# --- connecting -----------------------------------------------------------------------------------


def connect_datagram(network: Network, endpoint: DatagramEndpoint, address: Address) -> None:
    """Set where messages of an endpoint go, and for UDP also from where it receives messages."""
    if isinstance(address, tuple):
        target: Internet = addresses.destination(endpoint.family, address)
        addresses.check_local(endpoint.family, target[0])
        network.choose_source(endpoint, target[0])
        endpoint.peer_name = target
        endpoint.find = lambda: network.find_datagram(endpoint, target)
        return
    found = find_local(network, address)
    if found is None:
        raise failure("ECONNREFUSED")
    if not isinstance(found, DatagramEndpoint):
        raise failure("EPROTOTYPE")
    endpoint.peer_name = address
    endpoint.find = lambda: found


def begin_to_connect(network: Network, endpoint: StreamEndpoint, address: Address) -> str | None:
    """Begin to connect, if the endpoint neither listens, nor is connecting, nor is connected.

    If an earlier attempt has failed with an error that is not reported yet, that error is returned
    instead.

    Returns:
        The outcome if it is known without waiting: the name of an error, or an empty string if a
        connection has been established and no call has reported that yet. None if an attempt has
        begun; its outcome is known as soon as the endpoint is no longer connecting.
    """
    if endpoint.phase is Phase.LISTENING:
        return "EISCONN"
    if endpoint.phase is not Phase.NEW:
        if endpoint.is_connecting():
            return "EALREADY"
        if endpoint.phase is Phase.CONNECTED:
            return "" if endpoint.report_connected() else "EISCONN"
    if error := endpoint.take_error():
        return error
    if isinstance(address, tuple):
        network.connect(endpoint, address)
        return None
    return _begin_to_connect_local(network, endpoint, address)


def _begin_to_connect_local(
    network: Network, endpoint: StreamEndpoint, address: str | bytes
) -> str | None:
    error = "ECONNREFUSED"
    try:
        found = find_local(network, address)
    except FileNotFoundError:
        # The path may exist in another process, because each process has files of its own.
        found, error = None, "ENOENT"
    if found is not None and not isinstance(found, StreamEndpoint):
        return "EPROTOTYPE"
    if found is not None and found.phase is Phase.LISTENING:
        endpoint.peer_name = address
        endpoint.connect(found)
        return None
    if network.others and network.others.connect(endpoint, address, error):
        endpoint.peer_name = address
        return None
    return error
