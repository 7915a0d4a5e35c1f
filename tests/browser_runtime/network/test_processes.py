"""Tests of connections between processes, of which the tests play the other one."""

import asyncio
import importlib
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from runnable_tracer.recorder import Recorder

from tests.browser_runtime.harness import broker, scheduler, tracing
from tests.browser_runtime.network.programs import (
    NetworkLibrary,
    descriptors,
    facade,
    fill,
    loopback,
    run,
)

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")

elsewhere: Any = importlib.import_module("browser_runtime.network.elsewhere")

DATA, END, RESET, ACCEPTED = b"\0", b"\1", b"\2", b"\3"


class OtherProcess:
    """Another process of the program, which sends and receives single messages."""

    def __init__(self, library: NetworkLibrary) -> None:
        self._time = library.time
        self._listener = self._sends = self._receives = 0
        broker.others = True

    def _new_channel(self, own: str) -> tuple[int, int]:
        other = "reader" if own == "writer" else "writer"
        number, token = broker.number(), broker.number()
        broker.open_channel(number, [], True, True)
        broker.share(number, other, token)
        broker.close(number, other)
        return number, token

    def bind(self, *names: str) -> None:
        with broker.another_process():
            self._listener = broker.number()
            broker.open_channel(self._listener, [], True, True)
            broker.cancel(broker.bind(self._listener, list(names), []))

    def listen(self, address: str) -> None:
        """Listen at an address."""
        self.bind(address)

    def close(self) -> None:
        """End the process."""
        with broker.another_process():
            for number in (self._listener, self._sends, self._receives):
                broker.close(number, "reader")
                broker.close(number, "writer")

    def accept(self, *, is_accepted: bool = True) -> dict[str, Any]:
        """Receive the next connection, which otherwise stays in the backlog."""
        connection: dict[str, Any] = json.loads(self._receive(self._listener))
        self._sends, self._receives = connection["to client"], connection["from client"]
        if is_accepted:
            self.send(ACCEPTED)
        return connection

    def connect(self, address: str, port: int) -> bool:
        """Connect to a listener of the program; return whether it did."""
        with broker.another_process():
            self._sends, token = self._new_channel("writer")
            self._receives, other_token = self._new_channel("reader")
            connection = {
                "from client": self._sends,
                "to client": self._receives,
                "name": ["127.0.0.1", 33_000],
                "target": ["127.0.0.1", port],
            }
            data = json.dumps(connection).encode()
            question = broker.connect([address], data, [token, other_token])
        self._time.sleep(0.01)
        return bool(broker.take(question))

    def send(self, message: bytes) -> None:
        with broker.another_process():
            broker.send(self._sends, message)

    def receive(self) -> bytes | None:
        """Return the next message; None at the end."""
        message: bytes | None = self._receive(self._receives)
        return message

    def _receive(self, number: int) -> Any:
        with broker.another_process():
            question = broker.receive(number)
        self._time.sleep(0.01)
        assert broker.is_answered(question)
        return broker.take(question)


@pytest.fixture(autouse=True)
def _end() -> Iterator[None]:
    yield
    broker.reset()


def connect(program: NetworkLibrary) -> tuple[Any, OtherProcess]:
    """Return a socket that is connected to another process."""
    other = OtherProcess(program)
    other.listen("tcp 2 8000 127.0.0.1")
    client = program.socket.create_connection(("127.0.0.1", 8000))
    other.accept()
    return client, other


def accept(program: NetworkLibrary) -> tuple[Any, OtherProcess]:
    """Return a socket to which another process has connected."""
    other = OtherProcess(program)
    with program.socket.create_server(("127.0.0.1", 8000)) as server:
        assert other.connect("tcp 2 8000 127.0.0.1", 8000)
        there = server.accept()[0]
        assert other.receive() == ACCEPTED
        return there, other


BOTH_WAYS = pytest.mark.parametrize("begin", [connect, accept])


def test_a_client_connects_to_another_process() -> None:
    def program(library: NetworkLibrary) -> None:
        other = OtherProcess(library)
        other.listen("tcp 2 8000 *")
        with library.socket.create_connection(("localhost", 8000)) as client:
            connection = other.accept()
            assert client.getpeername() == tuple(connection["target"]) == ("127.0.0.1", 8000)
            assert client.getsockname() == tuple(connection["name"])

    run(program)


def test_another_process_connects_to_a_server() -> None:
    def program(library: NetworkLibrary) -> None:
        socket, other = library.socket, OtherProcess(library)
        with socket.create_server(
            ("", 8000), family=socket.AF_INET6, dualstack_ipv6=True
        ) as server:
            assert not other.connect("tcp 2 8001 *", 8001)
            assert other.connect("tcp 2 8000 *", 8000)
            there, address = server.accept()
            assert address[:2] == ("::ffff:127.0.0.1", 33_000)
            assert there.getsockname()[:2] == ("::ffff:127.0.0.1", 8000)
            there.close()
        assert not other.connect("tcp 10 8000 *", 8000)

    run(program)


@BOTH_WAYS
def test_data_and_ends_arrive_in_order(begin: Callable[..., Any]) -> None:
    def program(library: NetworkLibrary) -> None:
        here, other = begin(library)
        here.sendall(b"a")
        here.sendall(b"b" * 100_000)
        here.shutdown(library.socket.SHUT_WR)
        received = [other.receive() for _ in range(4)]
        assert [(each[:2], len(each)) for each in received] == [
            (DATA + b"a", 2),
            (DATA + b"b", 65_537),
            (DATA + b"b", 34_465),
            (END, 1),
        ]
        other.send(DATA + b"answer")
        other.send(END)
        assert here.recv(4) == b"answ"
        assert here.recv(10) == b"er"
        assert here.recv(10) == b""
        here.close()
        assert other.receive() is None

    run(program)


@BOTH_WAYS
def test_a_reset_arrives(begin: Callable[..., Any]) -> None:
    def program(library: NetworkLibrary) -> None:
        here, other = begin(library)
        other.send(RESET)
        with pytest.raises(ConnectionResetError):
            here.recv(10)
        with pytest.raises(BrokenPipeError):
            here.sendall(b"x")

    run(program)


@BOTH_WAYS
def test_closing_with_unread_data_resets_the_connection(begin: Callable[..., Any]) -> None:
    def program(library: NetworkLibrary) -> None:
        here, other = begin(library)
        other.send(DATA + b"unread")
        library.time.sleep(0.1)
        here.close()
        assert other.receive() == RESET
        assert other.receive() is None
        assert not descriptors.current().elsewhere.ends

    run(program)


@BOTH_WAYS
def test_the_end_of_the_other_process_ends_the_connection(begin: Callable[..., Any]) -> None:
    def program(library: NetworkLibrary) -> None:
        here, other = begin(library)
        other.send(DATA + b"last")
        other.close()
        assert here.recv(10) == b"last"
        assert here.recv(10) == b""
        library.time.sleep(0.1)
        here.send(b"lost")
        with pytest.raises(BrokenPipeError):
            here.send(b"lost")
        assert not descriptors.current().elsewhere.ends

    run(program)


@pytest.mark.parametrize("moment", ["while it is delivered", "in the backlog"])
def test_the_end_of_the_listeners_process_resets_what_was_not_accepted(moment: str) -> None:
    def program(library: NetworkLibrary) -> None:
        other = OtherProcess(library)
        other.listen("tcp 2 8000 *")
        client = library.socket.create_connection(("127.0.0.1", 8000))
        client.sendall(b"hello")
        if moment == "in the backlog":
            other.accept(is_accepted=False)
        other.close()
        with pytest.raises(ConnectionResetError):
            client.recv(10)
        assert client.recv(10) == b""
        with pytest.raises(BrokenPipeError):
            client.send(b"x")
        library.time.sleep(0.1)
        assert not descriptors.current().elsewhere.ends

    run(program)


def test_a_writer_waits_until_the_other_process_has_read() -> None:
    def program(library: NetworkLibrary) -> None:
        here, other = connect(library)
        here.setblocking(False)
        sent = here.send(bytes(10_000_000))
        assert sent < 10_000_000
        received = 0
        while (message := other.receive()) and len(message) > 1:
            received += len(message) - 1
            if received == sent:
                here.shutdown(library.socket.SHUT_WR)
        assert (received, message) == (sent, END)

    run(program)


def test_a_reader_that_is_slow_does_not_let_the_data_fill_its_memory() -> None:
    def program(library: NetworkLibrary) -> None:
        here, other = connect(library)
        for _ in range(100):
            other.send(DATA + bytes(60_000))
        library.time.sleep(0.1)
        assert descriptors.current().network.memory.used < 200_000
        received = 0
        while received < 6_000_000:
            received += len(here.recv(100_000))

    run(program)


def test_the_buffers_of_an_open_connection_to_another_process_change() -> None:
    def program(library: NetworkLibrary) -> tuple[int, int]:
        client, _ = connect(library)
        client.setblocking(False)
        before = fill(client)
        client.setsockopt(library.socket.SOL_SOCKET, library.socket.SO_SNDBUF, 2_000_000)
        return before, fill(client)

    before, more = run(program)
    assert before >= loopback.TCP_BUFFERS[0]
    assert more == 4_000_000 - loopback.TCP_BUFFERS[0]


def test_what_a_process_has_written_is_sent_before_it_ends() -> None:
    sent: list[OtherProcess] = []

    def program(library: NetworkLibrary) -> None:
        here, other = connect(library)
        here.setsockopt(library.socket.SOL_SOCKET, library.socket.SO_SNDBUF, 1_000_000)
        here.sendall(bytes(1_000_000))
        assert broker.unread(other._receives) < 400_000
        here.close()
        descriptors.end()
        sent.append(other)
        messages = list(iter(other.receive, END))
        assert sum(len(each) - 1 for each in messages if each) == 1_000_000
        assert other.receive() is None

    run(program)
    assert sent


def test_an_address_of_another_process_is_in_use() -> None:
    def program(library: NetworkLibrary) -> None:
        socket, other = library.socket, OtherProcess(library)
        other.bind("bound tcp 2 8000 127.0.0.1 own", "bound tcp 2 8000 any own")
        for host in ("127.0.0.1", ""):
            with pytest.raises(OSError, match="Address already in use"):
                socket.create_server((host, 8000))
        socket.create_server(("127.0.0.2", 8000)).close()
        socket.create_server(("::1", 8000), family=socket.AF_INET6).close()
        other.close()
        socket.create_server(("127.0.0.1", 8000)).close()

    run(program)


def test_a_port_that_the_system_chooses_is_not_one_of_another_process() -> None:
    def program(library: NetworkLibrary) -> None:
        OtherProcess(library).bind("bound tcp 2 32768 * own", "bound tcp 2 32768 any own")
        with library.socket.create_server(("127.0.0.1", 0)) as server:
            assert server.getsockname() == ("127.0.0.1", 32_769)

    run(program)


def test_other_processes_may_share_a_port_if_all_want_to() -> None:
    def program(library: NetworkLibrary) -> None:
        OtherProcess(library).bind("bound tcp 2 8000 * shared", "bound tcp 2 8000 any shared")
        library.socket.create_server(("", 8000), reuse_port=True).close()
        with pytest.raises(OSError, match="Address already in use"):
            library.socket.create_server(("", 8000))

    run(program)


def test_nothing_listens_in_any_process() -> None:
    def program(library: NetworkLibrary) -> None:
        OtherProcess(library)
        with pytest.raises(ConnectionRefusedError):
            library.socket.create_connection(("127.0.0.1", 8000))
        with library.socket.socket(library.socket.AF_UNIX) as client:
            with pytest.raises(FileNotFoundError):
                client.connect("/nowhere/lost.sock")
            with pytest.raises(ConnectionRefusedError):
                client.connect("\0lost")

    run(program)


def test_a_client_that_gives_up_leaves_no_connection() -> None:
    def program(library: NetworkLibrary) -> None:
        other = OtherProcess(library)
        other.listen("tcp 2 8000 *")
        with library.socket.socket() as client:
            client.setblocking(False)
            with pytest.raises(BlockingIOError):
                client.connect(("127.0.0.1", 8000))
        other.accept()
        assert other.receive() is None
        assert not descriptors.current().elsewhere.ends

    run(program)


def test_a_listener_that_closes_breaks_off_what_it_has_not_accepted() -> None:
    def program(library: NetworkLibrary) -> None:
        other = OtherProcess(library)
        with library.socket.create_server(("127.0.0.1", 8000), backlog=0):
            assert other.connect("tcp 2 8000 127.0.0.1", 8000)
            first, second = other, OtherProcess(library)
            assert second.connect("tcp 2 8000 127.0.0.1", 8000)
        received = [each.receive() for each in (first, second, first, second)]
        assert received == [RESET, RESET, None, None]

    run(program)


def test_clients_wait_for_a_place_in_the_backlog() -> None:
    def program(library: NetworkLibrary) -> None:
        others = [OtherProcess(library) for _ in range(3)]
        with library.socket.create_server(("127.0.0.1", 8000), backlog=0) as server:
            for number, other in enumerate(others):
                assert other.connect("tcp 2 8000 127.0.0.1", 8000)
                other.send(DATA + b"%d" % number)
            assert [server.accept()[0].recv(1) for _ in others] == [b"0", b"1", b"2"]

    run(program)


def test_a_thread_that_waits_for_another_process_is_not_in_a_deadlock() -> None:
    def program(library: NetworkLibrary) -> None:
        here, other = connect(library)

        def send_late() -> None:
            library.time.sleep(1)
            other.send(DATA + b"late")

        library.start(send_late)
        assert here.recv(10) == b"late"

    run(program)


def test_the_network_is_slow_between_processes_as_well() -> None:
    def program(library: NetworkLibrary) -> None:
        begun = library.time.monotonic()
        here, other = connect(library)
        connected = library.time.monotonic()
        other.send(DATA + b"answer")
        assert here.recv(10) == b"answer"
        assert connected - begun >= 1
        assert library.time.monotonic() - connected >= 0.5

    facade.set_delays(0.5)
    run(program)


def test_the_event_loop_connects_to_another_process() -> None:
    async def main(library: NetworkLibrary) -> bytes:
        other = OtherProcess(library)
        other.listen("tcp 2 8000 *")
        reader, writer = await asyncio.open_connection("127.0.0.1", 8000)
        writer.write(b"line\n")
        other.accept()
        other.send(DATA + b"LINE\n")
        line = await reader.readline()
        writer.close()
        await writer.wait_closed()
        assert other.receive() == DATA + b"line\n"
        return line

    assert run(lambda library: asyncio.run(main(library))) == b"LINE\n"


def test_the_data_of_many_connections_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = descriptors.Elsewhere.__init__.__globals__
    monkeypatch.setitem(elsewhere, "_MANY", 1_000_000)
    monkeypatch.setitem(elsewhere, "_MAX_ENDS", 20)

    def program(library: NetworkLibrary) -> None:
        other = OtherProcess(library)
        other.listen("tcp 2 8000 *")
        clients = [library.socket.create_connection(("127.0.0.1", 8000)) for _ in range(20)]
        with pytest.raises(OSError, match="No buffer space available"):
            library.socket.create_connection(("127.0.0.1", 8000))
        for client in clients:
            client.setblocking(False)
            client.send(bytes(1_000_000))
        in_flight = descriptors.current().elsewhere.in_flight
        assert 1_000_000 < in_flight < 1_000_000 + 20 * 64 * 1024
        others = [OtherProcess(library) for _ in clients]
        for each in others:
            each._listener = other._listener
            each.accept()
            received = 0
            while received < 1_000_000:
                received += len(each.receive() or b"") - 1
        for client in clients:
            client.close()
        assert [each.receive() for each in others] == [END] * 20
        assert descriptors.current().elsewhere.in_flight == 0

    run(program)


class Observer:
    """Collects why the main thread waits, and how often threads wake it."""

    def __init__(self) -> None:
        self._recorder = Recorder("program.py", lambda: 0, scheduler.get_ident)
        self.waits: list[str] = []
        self.woken_by_threads = 0

    def wait(self, _: int, frame: Any, *, is_last: bool) -> None:  # noqa: ARG002
        why = tracing.reason_of(frame, self._recorder)
        if why is not None and why[0] != "sleep":
            self.waits.append(f"{why[0]} {why[1]}")

    def woken(self, _: int) -> None:
        self.woken_by_threads += 1

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *_, **__: None


def test_timelines_name_the_waits_for_other_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    def program(library: NetworkLibrary) -> None:
        observer = Observer()
        monkeypatch.setattr(scheduler, "observer", observer)
        other = OtherProcess(library)
        other.listen("tcp 2 8000 *")
        client = library.socket.create_connection(("127.0.0.1", 8000))
        connection = other.accept()
        with broker.another_process():
            broker.send(connection["to client"], DATA + b"x" * 100)
        client.recv(100)
        monkeypatch.setattr(scheduler, "observer", None)
        assert observer.waits == ["connect 127.0.0.1:8000", "read 127.0.0.1:8000"]
        assert observer.woken_by_threads == 0

    run(program)


def test_descriptors_cannot_be_sent_to_another_process() -> None:
    def program(library: NetworkLibrary) -> None:
        socket, other = library.socket, OtherProcess(library)
        other.listen(f"unix {b'\0abstract'.decode()!r}")
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(b"\0abstract")
            other.accept()
            numbers = len(descriptors.current()._open)
            with pytest.raises(OSError, match="cannot be sent to another process here"):
                socket.send_fds(client, [b"x"], [client.fileno()])
            assert len(descriptors.current()._open) == numbers
            client.send(b"without")
            assert other.receive() == DATA + b"without"

    run(program)


# --- limits ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [("", 0), ("127.0.0.1", 8000), "here.sock"])
def test_a_program_that_has_used_up_all_names_gets_an_error_that_says_so(
    address: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    def refuse(*_: object) -> int:
        question: int = broker._ask()
        broker._answer(question, None)
        return question

    def program(library: NetworkLibrary) -> None:
        OtherProcess(library)
        family = library.socket.AF_UNIX if isinstance(address, str) else library.socket.AF_INET
        server = library.socket.socket(family)
        with monkeypatch.context() as patch:
            patch.setattr(broker, "bind", refuse)
            with pytest.raises(OSError, match="the sockets of a program can have 65536 names"):
                server.bind(address)
        server.bind(address)

    run(program)


def test_a_process_with_too_many_connections_gets_an_error_that_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(elsewhere, "_MAX_ENDS", 1)

    def program(library: NetworkLibrary) -> None:
        client, other = connect(library)
        with pytest.raises(OSError, match="a process can have 1 connections to others"):
            library.socket.create_connection(("127.0.0.1", 8000))
        other.close()
        client.close()

    run(program)
