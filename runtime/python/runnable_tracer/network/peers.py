"""Names what a program waits for at a socket or pipe: the address or path of the other end."""

import contextlib
import os
import socket
import stat
from collections.abc import Iterable
from types import FrameType
from typing import Any

PIPE = "a pipe"
# The other end has no address, because both ends were made by `socket.socketpair`.
PAIR = "a socket pair"
# A socket for datagrams receives from any address until it is connected.
ANYONE = "any address"


def shown(address: Any) -> str:
    """Return the address of a socket in the form `127.0.0.1:8000`, `[::1]:8000` or `/tmp/path`."""
    if isinstance(address, tuple) and len(address) >= 2:
        host, port = str(address[0]), address[1]
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    if isinstance(address, bytes):
        # The name of a socket in Linux's abstract namespace begins with a null byte.
        return address.decode(errors="replace").replace("\0", "@")
    return str(address or "")


def several(names: Iterable[str]) -> str:
    """Return the first name and how many different ones follow; empty names are left out."""
    first, *others = [*dict.fromkeys(name for name in names if name), ""]
    return f"{first} and {len(others) - 1} more" if len(others) > 1 else first


def of_socket(found: socket.socket) -> str:
    """Return a name for the other end of a socket.

    Returns:
        The address of the other end. If it has none or there is no other end, the socket's own
        address, `PAIR` or `ANYONE`; empty if the socket has no address either.
    """
    with contextlib.suppress(OSError):
        if name := shown(found.getpeername()):
            return name
        return shown(found.getsockname()) or PAIR
    with contextlib.suppress(OSError):
        return ANYONE if found.type == socket.SOCK_DGRAM else shown(found.getsockname())
    return ""


def of_file(file: Any) -> str:
    """Return a name for what a socket object, file object or file descriptor is connected to.

    The result is empty for a file that is no pipe, and for the bare descriptor of a socket.
    """
    if isinstance(file, socket.socket):
        return of_socket(file)
    with contextlib.suppress(Exception):
        descriptor = file if isinstance(file, int) else file.fileno()
        if stat.S_ISFIFO(os.fstat(descriptor).st_mode):
            return PIPE
    return ""


def of_coroutine(reason: str, frame: FrameType | None) -> str:
    """Return a name for the other end of the connection for which a coroutine waits.

    Args:
        reason: why it waits, for example `read`.
        frame: its frame, which belongs to asyncio or a library that `reasons` knows.

    Returns:
        The address of the other end, or those on which a server accepts connections; empty if they
        are unknown.
    """
    # A transport can be an object of the program, so these attributes may raise any exception.
    with contextlib.suppress(Exception):
        local: Any = frame.f_locals if frame is not None else {}
        if local.get("address"):
            return shown(local["address"])
        if reason == "connect" and local.get("host"):
            return shown((local["host"], local["port"]))
        if reason == "connect" and local.get("path"):
            return shown(os.fspath(local["path"]))
        if local.get("sock") is not None:
            return of_socket(local["sock"])
        owner: Any = local["self"]
        if reason == "accept":
            return several(shown(each.getsockname()) for each in owner.sockets)
        # The connections of websockets are protocols of asyncio, which know their transport.
        return _of_transport(getattr(owner, "_transport", None) or owner.transport)
    return ""


def _of_transport(transport: Any) -> str:
    if name := shown(transport.get_extra_info("peername")):
        return name
    if transport.get_extra_info("pipe") is not None:
        return PIPE
    return shown(transport.get_extra_info("sockname")) or PAIR
