"""Connections between the processes of one program, each of which has a network of its own.

The broker, which knows all processes, keeps the addresses at which the TCP and Unix sockets of
processes are bound and listen; see runtime/sandbox/channels.ts. A connection consists of two of the
broker's channels, one for each direction. In each of the two processes, the program's end is an
ordinary endpoint, whose peer is a `RemoteEnd`. The `RemoteEnd` sends to the broker what the program
writes, and gives the program what arrives.

No thread does this. The worker calls a `RemoteEnd` when a message arrives, and the endpoint calls
it when the program has written or read something.
"""

import contextlib
import json
import os
from typing import Any

import browser_processes as broker
from pyodide.ffi import to_js

from browser_runtime.network.loopback import addresses
from browser_runtime.network.loopback.addresses import AF_INET, AF_INET6, Address
from browser_runtime.network.loopback.backlogs import Backlog
from browser_runtime.network.loopback.datagrams import DatagramEndpoint
from browser_runtime.network.loopback.endpoints import Client, Phase, StreamEndpoint
from browser_runtime.network.loopback.errors import failure
from browser_runtime.network.loopback.networks import (
    SO_REUSEPORT,
    SOL_SOCKET,
    Endpoint,
    Network,
)
from browser_runtime.network.loopback.pollable import Pollable
from browser_runtime.network.loopback.streams import Stream
from browser_runtime.processes import asking
from browser_runtime.scheduling import scheduler

# The first byte of each message, which says what the message is. `_ACCEPTED` is sent by the
# listener's process when the program has accepted the connection.
_DATA, _END, _RESET, _ACCEPTED = b"\0", b"\1", b"\2", b"\3"
# How many bytes of one direction of a connection the broker holds before no further message is
# sent, and how many bytes of data one message has at most.
_IN_FLIGHT, _MESSAGE = 256 * 1024, 64 * 1024
# How many bytes that this process has sent through all connections the broker may hold before the
# smaller limits below apply, and how many connections to other processes there may be. With these
# limits, the unread bytes stay below the 512 MiB that the worker allows, until the process ends;
# see runtime/worker/links/process_link.ts.
_MANY, _MAX_ENDS = 64 * 1024 * 1024, 4096
_IN_FLIGHT_OF_MANY, _MESSAGE_OF_MANY = 48 * 1024, 16 * 1024
# How many names all sockets of a program can have at the broker; see `MAX_NAMES` in
# runtime/sandbox/channels.ts.
_MAX_NAMES = 65_536
# When this many clients wait for a place in the backlog of a listener, further clients of other
# processes are refused.
_MAX_WAITING = 1024


def _close_channels(sends: int, receives: int) -> None:
    broker.close(sends, "writer")
    broker.close(receives, "reader")


class RemoteEnd(Pollable):
    """The other end of a connection, which is in another process.

    Args:
        elsewhere: what knows all of these ends.
        endpoint: the program's end in this process.
        sends: the channel to the other process.
        receives: the channel from the other process.
        is_client: whether the program's end is the client's.
    """

    __slots__ = (
        *("_counted", "_elsewhere", "_endpoint", "_from_program", "_is_accepted", "_is_ended"),
        *("_pending", "_question", "_receives", "_sends", "_to_program"),
    )

    def __init__(
        self,
        elsewhere: "Elsewhere",
        endpoint: StreamEndpoint,
        sends: int,
        receives: int,
        *,
        is_client: bool,
    ) -> None:
        super().__init__()
        self._elsewhere = elsewhere
        self._endpoint = endpoint
        self._from_program: Stream
        self._to_program: Stream
        self._from_program, self._to_program = elsewhere.network.make_remote_streams(endpoint)
        # The channels, each of which is 0 after this process has closed its end of the channel.
        self._sends, self._receives = sends, receives
        # How many bytes of this connection `Elsewhere.in_flight` contains.
        self._counted = 0
        # The unanswered question for the next message (see `asking`), or 0.
        self._question = 0
        # What has arrived and has not found room in the buffer of the program's end yet.
        self._pending = b""
        # Whether the other process has been sent `_END`: the program writes nothing more.
        self._is_ended = False
        # In the client's process: whether it knows that the other end was accepted. In the
        # listener's process: None, or True after `_ACCEPTED` has been sent.
        self._is_accepted: bool | None = False if is_client else None
        elsewhere.ends[self] = None
        endpoint.join_remote(self, self._from_program, self._to_program)
        asking.call_on_room(sends, self._look_for_room)
        self._receive()

    def changed(self) -> None:
        """Send what the program has written, and receive more if it has made room."""
        self._send()
        self._receive()
        super().changed()

    def send_everything(self) -> None:
        """Send what is left at the end of the process, however much the broker holds already."""
        self._send(is_last=True)

    # --- to the other process ---------------------------------------------------------------------

    def _send(self, *, is_last: bool = False) -> None:
        stream = self._from_program
        if not self._sends:
            return
        stream.look()
        if stream.is_reset:
            self._post(_RESET)
            self._stop_sending()
            return
        if self._is_accepted is None and self._endpoint.is_accepted:
            self._is_accepted = True
            self._post(_ACCEPTED)
        has_sent = False
        self._count()
        is_crowded = self._elsewhere.in_flight > _MANY
        most = _IN_FLIGHT_OF_MANY if is_crowded else _IN_FLIGHT
        while stream.available and (is_last or broker.unread(self._sends) < most):
            self._post(_DATA + stream.read(_MESSAGE_OF_MANY if is_crowded else _MESSAGE))
            has_sent = True
        self._count()
        if stream.is_ended and not stream.available:
            if not self._is_ended:
                self._is_ended = True
                self._post(_END)
            if self._endpoint.is_closed:
                self._stop_sending()
        if has_sent and stream.room * 3 >= stream.capacity:
            self._endpoint.changed()

    def _count(self) -> None:
        unread = broker.unread(self._sends) if self._sends else 0
        self._elsewhere.in_flight += unread - self._counted
        self._counted = unread

    def _post(self, message: bytes) -> None:
        broker.send(self._sends, to_js(message))

    def _stop_sending(self) -> None:
        asking.forget_room(self._sends)
        broker.close(self._sends, "writer")
        self._sends = 0
        self._count()
        self._from_program.drop_reader()
        self._finish()

    def _look_for_room(self) -> None:
        """Send more, because the other process has received something.

        This is also called when that process has closed its end. Then nothing more is sent.
        """
        if self._sends and broker.is_broken(self._sends):
            self._stop_sending()
            self._endpoint.changed()
        else:
            self._send()

    # --- from the other process -------------------------------------------------------------------

    def _receive(self) -> None:
        if not self._receives:
            return
        if not self._to_program.has_reader:
            self._stop_receiving()
            return
        if self._pending:
            size = self._to_program.write(memoryview(self._pending))
            self._pending = self._pending[size:]
        if not self._question and not self._pending:
            self._question = broker.receive(self._receives)
            asking.call_on_answer(self._question, self._take)

    def _take(self) -> None:
        """Give the program what has arrived."""
        message: Any = broker.take(self._question)
        self._question = 0
        if message is None:
            # The other process has closed the connection, or has ended. As on Linux, a connection
            # that it had not accepted is reset.
            if self._is_accepted is False:
                self._to_program.reset()
            else:
                self._to_program.end()
            self._stop_receiving()
        else:
            data: bytes = message.to_bytes()
            kind, self._pending = data[:1], data[1:]
            if kind == _END:
                self._to_program.end()
            elif kind == _RESET:
                self._to_program.reset()
            elif kind == _ACCEPTED:
                self._is_accepted = True
            try:
                self._receive()
            except OSError:  # The program has too much unread data.
                self._to_program.reset()
                self._stop_receiving()
            if kind == _ACCEPTED and self._receives:
                return  # Nothing that the program waits for has changed.
        self._endpoint.changed()

    def _stop_receiving(self) -> None:
        if self._question:
            asking.forget_answer(self._question)
            broker.cancel(self._question)
            self._question = 0
        broker.close(self._receives, "reader")
        self._receives, self._pending = 0, b""
        self._finish()

    def _finish(self) -> None:
        if not self._sends and not self._receives:
            self._elsewhere.ends.pop(self, None)


class _RemoteClient:
    """A client in another process that connects to a listener in this process."""

    is_closed = False

    def __init__(self, elsewhere: "Elsewhere", connection: Any) -> None:
        self._elsewhere = elsewhere
        self._sends, self._receives = connection["to client"], connection["from client"]
        self._name = _address(connection["name"])
        self._target = _address(connection["target"])

    def establish(self, listener: StreamEndpoint, backlog: Backlog[StreamEndpoint, Client]) -> None:
        """Add the listener's end of the connection to the backlog."""
        there = listener.make_accepted(self._target, self._name)
        RemoteEnd(self._elsewhere, there, self._sends, self._receives, is_client=False)
        backlog.add(0, there)
        listener.changed()

    def refuse(self, error: str) -> None:  # noqa: ARG002 - the client has connected already
        """Break the connection off."""
        broker.send(self._sends, to_js(_RESET))
        _close_channels(self._sends, self._receives)


def _address(value: Any) -> Address | None:
    return tuple(value) if isinstance(value, list) else value


class Elsewhere:
    """The other processes of the program, as seen by the network of this one.

    Attributes:
        network: the network of this process.
        ends: the other ends of the connections to other processes; the values are not used.
        in_flight: how many bytes this process has sent that have not been received yet, as far as
            it knows.
    """

    def __init__(self, network: Network) -> None:
        self.network = network
        self.ends: dict[RemoteEnd, None] = {}
        self.in_flight = 0
        # Bound endpoint → the channel to which the broker has given the names of its addresses.
        self._channels: dict[Pollable, int] = {}
        # Of these channels, those of listeners → the unanswered question for the next connection.
        self._questions: dict[int, int] = {}

    # --- binding ----------------------------------------------------------------------------------

    def reserve(self, endpoint: Endpoint) -> bool:
        """Reserve the address at which an endpoint is bound.

        Returns:
            Whether no other process has reserved the address. The result is also true for
            datagrams, whose addresses are not reserved, and if this function does not wait for the
            answer of the broker: before the program has started a process, or if the running thread
            cannot be suspended.

        Raises:
            OSError: the sockets of the program have too many names (`ENOBUFS`).
        """
        if isinstance(endpoint, DatagramEndpoint):
            return True
        number = broker.number()
        broker.open_channel(number, to_js([]), True, True)
        self._channels[endpoint] = number
        question = broker.bind(number, *map(to_js, _names(self.network, endpoint)))
        if broker.is_alone() or not scheduler.can_switch():
            broker.cancel(question)
            return True
        answer = asking.answer(question)
        if answer:
            return True
        self.release(endpoint)
        if answer is None:
            raise failure("ENOBUFS", f"the sockets of a program can have {_MAX_NAMES} names here")
        return False

    def release(self, endpoint: Pollable) -> None:
        """Let other processes use the addresses at which an endpoint was bound."""
        number = self._channels.pop(endpoint, 0)
        if not number:
            return
        if question := self._questions.pop(number, 0):
            asking.forget_answer(question)
            broker.cancel(question)
        # The broker closes the ends of connections that it has not delivered yet.
        broker.close(number, "reader")
        broker.close(number, "writer")

    # --- listening --------------------------------------------------------------------------------

    def listen(self, endpoint: StreamEndpoint) -> None:
        """Begin to receive connections from other processes, if that has not happened before."""
        number = self._channels.get(endpoint, 0)
        if not number or number in self._questions:
            return
        for name in _listening(self.network, endpoint):
            broker.listen_at(name, number)
        self._await_client(endpoint, number)

    def _await_client(self, listener: StreamEndpoint, number: int) -> None:
        question = self._questions[number] = broker.receive(number)
        asking.call_on_answer(question, lambda: self._take_client(listener, number))

    def _take_client(self, listener: StreamEndpoint, number: int) -> None:
        message: Any = broker.take(self._questions.pop(number))
        if message is None:
            return
        client = _RemoteClient(self, json.loads(message.to_bytes()))
        if len(self.ends) >= _MAX_ENDS:
            client.refuse("ECONNRESET")
        else:
            listener.receive_client(client, _MAX_WAITING)
        if self._channels.get(listener) == number:
            self._await_client(listener, number)

    # --- connecting -------------------------------------------------------------------------------

    def connect(self, endpoint: StreamEndpoint, address: Address, error: str) -> bool:
        """Begin to connect to another process; see `networks.Others`."""
        if broker.is_alone():
            return False
        if len(self.ends) >= _MAX_ENDS:
            raise failure("ENOBUFS", f"a process can have {_MAX_ENDS} connections to others here")
        sends, token = _new_channel("writer")
        receives, other_token = _new_channel("reader")
        connection = {
            "from client": sends,
            "to client": receives,
            "name": _as_json(endpoint.name),
            "target": _as_json(address),
        }
        question = broker.connect(
            to_js(_destinations(endpoint, address)),
            to_js(json.dumps(connection).encode()),
            to_js([token, other_token]),
        )

        def know() -> None:
            is_connected = broker.take(question)
            if is_connected and endpoint.phase is Phase.CONNECTING and not endpoint.is_closed:
                RemoteEnd(self, endpoint, sends, receives, is_client=True)
                return
            _close_channels(sends, receives)
            if not is_connected:
                endpoint.refuse(error)

        endpoint.connect_elsewhere()
        asking.call_on_answer(question, know)
        return True

    def end(self) -> None:
        """Send what the program has written and what is still here, because this process ends."""
        for end in list(self.ends):
            with contextlib.suppress(Exception):  # The worker refuses too much data.
                end.send_everything()


def _new_channel(own: str) -> tuple[int, int]:
    """Add a channel whose `own` end belongs to this process.

    Returns:
        Its number, and a token for the other end.
    """
    other = "reader" if own == "writer" else "writer"
    number, token = broker.number(), broker.number()
    broker.open_channel(number, to_js([]), True, True)
    broker.share(number, other, token)
    broker.close(number, other)
    return number, token


# --- names ----------------------------------------------------------------------------------------
# The broker knows addresses by names, which are the same in all processes.


def _as_json(address: Address | None) -> Any:
    return os.fsdecode(address) if isinstance(address, bytes) else address


def _path(address: str | bytes) -> str:
    """Return the name at which a Unix socket with this address listens."""
    if isinstance(address, bytes) or not address:
        return f"unix {os.fsdecode(address)!r}"
    return f"unix {os.path.realpath(address)!r}"


def _host(host: str) -> str:
    return "*" if addresses.is_wildcard(host) else host.removeprefix("::ffff:")


def _names(network: Network, endpoint: StreamEndpoint) -> tuple[list[str], list[str]]:
    """Return names for the address at which an endpoint is bound, and the names of its rivals.

    The endpoint cannot be bound there if another process has one of the rivals' names.
    """
    name = endpoint.name
    if not isinstance(name, tuple):
        assert name is not None
        only = [f"bound {_path(name)}"]
        return only, only
    host, port = _host(name[0]), name[1]
    is_shared = bool(endpoint.options.get((SOL_SOCKET, SO_REUSEPORT)))
    own, names, rivals = ("shared" if is_shared else "own"), [], []
    for family in network.families(endpoint):
        place = f"bound tcp {family} {port}"
        names += [f"{place} {each} {own}" for each in (host, "any")]
        for kind in ("own",) if is_shared else ("own", "shared"):
            rivals += [f"{place} {each} {kind}" for each in _overlapping(host)]
    return names, rivals


def _overlapping(host: str) -> tuple[str, ...]:
    return ("any",) if host == "*" else (host, "*")


def _listening(network: Network, endpoint: StreamEndpoint) -> list[str]:
    """Return the names of the addresses at which an endpoint listens."""
    name = endpoint.name
    if not isinstance(name, tuple):
        assert name is not None
        return [_path(name)]
    return [f"tcp {family} {name[1]} {_host(name[0])}" for family in network.families(endpoint)]


def _destinations(endpoint: StreamEndpoint, address: Address) -> list[str]:
    """Return the names at which a listener for this address may be found, the best one first."""
    if not isinstance(address, tuple):
        return [_path(address)]
    is_mapped = address[0].startswith("::ffff:")
    family = AF_INET if endpoint.family != AF_INET6 or is_mapped else AF_INET6
    return [f"tcp {family} {address[1]} {host}" for host in (_host(address[0]), "*")]
