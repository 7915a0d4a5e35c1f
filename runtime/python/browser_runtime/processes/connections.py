"""Adapts `multiprocessing.connection` to channels, in place of pipes and sockets."""

import errno
import io
import os
import pickle
from collections.abc import Iterable
from types import ModuleType
from typing import Any

import browser_processes as broker
from pyodide.ffi import to_js

from browser_runtime.processes import asking, channels
from browser_runtime.processes.channels import Channel


def adapt(module: ModuleType) -> None:
    """Replace what uses file descriptors or sockets in `multiprocessing.connection`."""
    from multiprocessing import context

    class Connection(module._ConnectionBase):  # type: ignore[name-defined,misc]
        """Connection class based on channels between processes."""

        # Like CPython's method, it keeps a reference to the function, because a destructor may call
        # it when modules have already been cleared.
        def _close(self, _close: Any = channels.close) -> None:
            _close(self._handle)

        def _send_bytes(self, buf: Any) -> None:
            channels.writing(self._handle).send(bytes(buf))

        def _recv_bytes(self, maxsize: int | None = None) -> io.BytesIO | None:
            message = channels.reading(self._handle).receive()
            if maxsize is not None and len(message) > maxsize:
                return None
            buffer = io.BytesIO()
            buffer.write(message)
            return buffer

        def _poll(self, timeout: float | None) -> bool:
            return bool(wait([self], timeout))

    def Pipe(duplex: bool = True) -> tuple[Connection, Connection]:  # noqa: N802 - CPython's name
        """Return two connection objects connected by a pipe."""
        there = Channel()
        if not duplex:
            ends = channels.add(there, None), channels.add(None, there)
            return Connection(ends[0], writable=False), Connection(ends[1], readable=False)
        back = Channel()
        ends = channels.add(back, there), channels.add(there, back)
        return Connection(ends[0]), Connection(ends[1])

    def wait(object_list: Iterable[Any], timeout: float | None = None) -> list[Any]:
        """Wait till an object in object_list is ready/readable; return those that are."""
        objects = list(object_list)
        handles = [each if isinstance(each, int) else each.fileno() for each in objects]
        seconds = None if timeout is None else max(timeout, 0)
        ready = set(channels.select(handles, seconds))
        return [each for each, handle in zip(objects, handles, strict=True) if handle in ready]

    def reduce_connection(connection: Connection) -> tuple[Any, ...]:
        shared = channels.share(connection.fileno())
        spawning: Any = context.get_spawning_popen()
        if spawning is not None:
            spawning.tokens += channels.tokens(shared)
        return rebuild_connection, (shared, connection.readable, connection.writable)

    def rebuild_connection(shared: channels.Shared, readable: bool, writable: bool) -> Connection:
        return Connection(channels.adopt(shared), readable, writable)

    class SocketListener:
        """Listens at an address, which is only a name that the broker keeps.

        Each message that arrives there contains the ends of a new connection.
        """

        def __init__(self, address: Any, family: str, backlog: int = 1) -> None:  # noqa: ARG002
            # As in CPython, port 0 stands for any free port.
            if address == ("localhost", 0):
                address = ("localhost", broker.number())
            # `Listener` reads these two attributes.
            self._address, self._last_accepted = address, None
            arriving = Channel()
            self._ends = channels.add(arriving, arriving)
            broker.listen_at(repr(address), arriving.share())

        def accept(self) -> Connection:
            try:
                message = channels.reading(self._ends).receive()
            except EOFError:
                raise OSError(errno.EBADF, os.strerror(errno.EBADF)) from None
            return Connection(channels.adopt(pickle.loads(message)))  # noqa: S301

        def close(self) -> None:
            channels.close(self._ends)

    def SocketClient(address: Any) -> Connection:  # noqa: N802 - CPython's name
        """Return a connection to the process that listens at the address."""
        here, there = Pipe()
        shared = channels.share(there.fileno())
        there.close()
        addresses, tokens = to_js([repr(address)]), to_js(channels.tokens(shared))
        if not asking.answer(broker.connect(addresses, to_js(pickle.dumps(shared)), tokens)):
            raise ConnectionRefusedError(errno.ECONNREFUSED, os.strerror(errno.ECONNREFUSED))
        return here

    vars(module).update(SocketListener=SocketListener, SocketClient=SocketClient)
    for replaced in (Connection, Pipe, wait, reduce_connection, rebuild_connection):
        replaced.__module__ = module.__name__
        replaced.__qualname__ = replaced.__name__
        setattr(module, replaced.__name__, replaced)
    module.reduction.register(Connection, reduce_connection)
