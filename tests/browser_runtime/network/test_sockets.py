"""Tests of sockets and pipes whose calls wait: threads, deadlocks, virtual time and latency."""

import errno
import gc
import warnings
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.browser_runtime.harness import kernel, new_worker, scheduler
from tests.browser_runtime.network.programs import (
    NetworkLibrary,
    descriptors,
    facade,
    fill,
    loopback,
    run,
)

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")

RATES = pytest.mark.parametrize("clock_rate", [0, 1])


def connected(library: NetworkLibrary) -> tuple[Any, Any]:
    """Return both ends of a TCP connection."""
    with library.socket.create_server(("127.0.0.1", 0)) as server:
        client = library.socket.create_connection(server.getsockname())
        return client, server.accept()[0]


# --- every byte arrives, and every call returns ---------------------------------------------------


@settings(max_examples=40)
@given(
    st.integers(0, 2**32),
    st.sampled_from(["tcp", "unix", "pipe"]),
    st.lists(st.integers(1, 5000), min_size=1, max_size=8),
    st.lists(st.integers(1, 5000), min_size=1, max_size=8),
    st.integers(1, 4000),
    st.sampled_from([(0, None), (0.01, None), (0.01, 100_000.0)]),
)
def test_bytes_arrive_complete_and_in_order_whatever_the_threads_do(
    seed: int,
    kind: str,
    writes: list[int],
    reads: list[int],
    buffer: int,
    network: tuple[float, float | None],
) -> None:
    import random

    new_worker()
    chance = random.Random(seed)
    kernel.choose = chance.randrange
    kernel.is_slice_over = lambda: chance.random() < 0.3
    data = bytes(each % 251 for each in range(sum(writes)))

    def program(library: NetworkLibrary) -> bytes:
        os, socket = library.os, library.socket
        if kind == "pipe":
            source, target = os.pipe()
        else:
            ends = socket.socketpair() if kind == "unix" else connected(library)
            for end in ends:
                end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, buffer)
                end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
            source, target = (end.detach() for end in ends)

        def write() -> None:
            start = 0
            for size in writes:
                kernel.preempt()
                assert os.write(target, data[start : start + size]) == size
                start += size
            os.close(target)

        library.threading.Thread(target=write).start()
        received, turn = b"", 0
        while part := os.read(source, reads[turn % len(reads)]):
            kernel.preempt()
            received += part
            turn += 1
        os.close(source)
        assert descriptors.current().network.memory.used == 0
        return received

    facade.set_delays(*network)
    assert run(program) == data


def test_a_slow_reader_lets_the_sender_wait() -> None:
    def program(library: NetworkLibrary) -> list[str]:
        a, b = library.socket.socketpair()
        order: list[str] = []

        def send() -> None:
            a.sendall(bytes(1_000_000))
            order.append("sent")

        library.threading.Thread(target=send).start()
        library.time.sleep(1)
        order.append("receiving")
        left = 1_000_000
        while left:
            left -= len(b.recv(65_536))
        return order

    assert run(program)[:2] == ["receiving", "sent"]


def test_a_hundred_megabytes_never_occupy_more_than_the_buffers_of_a_connection() -> None:
    def program(library: NetworkLibrary) -> tuple[int, int]:
        client, there = connected(library)
        chunk, total, most = bytes(1_000_000), 0, 0

        def send() -> None:
            for _ in range(100):
                client.sendall(chunk)
            client.close()

        library.threading.Thread(target=send).start()
        buffer = bytearray(1_000_000)
        while size := there.recv_into(buffer):
            total += size
            most = max(most, descriptors.current().network.memory.used)
        return total, most

    total, most = run(program)
    assert total == 100_000_000
    assert most <= sum(loopback.TCP_BUFFERS)


def test_a_call_resumes_when_the_other_end_closes() -> None:
    def program(library: NetworkLibrary) -> list[object]:
        client, there = connected(library)
        library.threading.Timer(1, there.close).start()
        received = client.recv(10)
        a, b = library.socket.socketpair()
        a.send(b"unread")
        library.threading.Timer(1, b.close).start()
        with pytest.raises(ConnectionResetError):
            a.recv(10)
        return [received, library.time.monotonic()]

    received, _ = run(program)
    assert received == b""


@pytest.mark.parametrize("call", ["accept", "recv", "recvfrom"])
def test_a_call_fails_when_another_thread_closes_the_socket(call: str) -> None:
    def program(library: NetworkLibrary) -> None:
        socket = library.socket
        if call == "accept":
            waiting = socket.create_server(("127.0.0.1", 0))
            wait: Callable[[], object] = waiting.accept
        elif call == "recv":
            waiting, _other = socket.socketpair()
            wait = lambda: waiting.recv(1)  # noqa: E731
        else:
            waiting = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            waiting.bind(("127.0.0.1", 0))
            wait = lambda: waiting.recvfrom(1)  # noqa: E731
        library.threading.Timer(1, waiting.close).start()
        with pytest.raises(OSError, match="Bad file descriptor"):
            wait()

    run(program)


def test_several_threads_accept_and_each_connection_goes_to_one_of_them() -> None:
    def program(library: NetworkLibrary) -> list[bytes]:
        server = library.socket.create_server(("127.0.0.1", 0))
        got: list[bytes] = []

        def serve() -> None:
            connection, _ = server.accept()
            got.append(connection.recv(10))
            connection.close()

        threads = [library.threading.Thread(target=serve) for _ in range(5)]
        for thread in threads:
            thread.start()
        library.time.sleep(1)
        for number in range(5):
            with library.socket.create_connection(server.getsockname()) as client:
                client.sendall(b"%d" % number)
        for thread in threads:
            thread.join()
        return sorted(got)

    assert run(program) == [b"0", b"1", b"2", b"3", b"4"]


def test_a_client_for_which_there_is_no_place_waits_until_another_one_is_accepted() -> None:
    def program(library: NetworkLibrary) -> list[str]:
        server = library.socket.create_server(("127.0.0.1", 0), backlog=0)
        first = library.socket.create_connection(server.getsockname())
        order: list[str] = []

        def connect() -> None:
            library.socket.create_connection(server.getsockname()).close()
            order.append("connected")

        thread = library.threading.Thread(target=connect)
        thread.start()
        library.time.sleep(1)
        order.append("accepting")
        server.accept()
        thread.join()
        first.close()
        return order

    assert run(program) == ["accepting", "connected"]


def test_a_thousand_connections_are_open_at_the_same_time() -> None:
    def program(library: NetworkLibrary) -> int:
        socket = library.socket
        server = socket.create_server(("127.0.0.1", 0))
        selector = library.selectors.DefaultSelector()
        clients = []
        for number in range(1000):
            client = socket.create_connection(server.getsockname())
            there, _ = server.accept()
            selector.register(there, library.selectors.EVENT_READ, number)
            clients.append((client, there))
        for number in (5, 500, 999):
            clients[number][0].send(b"x")
        found = sorted(key.data for key, _ in selector.select())
        assert found == [5, 500, 999]
        return len(clients)

    assert run(program) == 1000


# --- deadlocks ------------------------------------------------------------------------------------


def _receive(library: NetworkLibrary) -> None:
    a, _b = library.socket.socketpair()
    a.recv(1)


def _receive_with_tcp(library: NetworkLibrary) -> None:
    client, _there = connected(library)
    client.recv(1)


def _send(library: NetworkLibrary) -> None:
    a, _b = library.socket.socketpair()
    a.sendall(bytes(1_000_000))


def _read(library: NetworkLibrary) -> None:
    reader, _writer = library.os.pipe()
    library.os.read(reader, 1)


def _select(library: NetworkLibrary) -> None:
    a, _b = library.socket.socketpair()
    library.select.select([a], [], [])


def _epoll(library: NetworkLibrary) -> None:
    a, _b = library.socket.socketpair()
    with library.selectors.DefaultSelector() as selector:
        selector.register(a, library.selectors.EVENT_READ)
        selector.select()


def _connect(library: NetworkLibrary) -> None:
    server = library.socket.create_server(("127.0.0.1", 0), backlog=0)
    for _ in range(2):
        library.socket.create_connection(server.getsockname()).detach()


@pytest.mark.parametrize(
    "program", [_receive, _receive_with_tcp, _send, _read, _select, _epoll, _connect]
)
@RATES
def test_a_call_that_nothing_can_end_is_reported_as_a_deadlock(
    program: Callable[[NetworkLibrary], None],
    clock_rate: float,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(scheduler.DeadlockError):
        run(program, clock_rate=clock_rate)
    report = capsys.readouterr().err
    assert "Deadlock: every thread is waiting" in report
    assert program.__name__ in report
    assert "browser_runtime/network" not in report.replace("tests/browser_runtime/network", "")


def _accept(library: NetworkLibrary) -> None:
    library.socket.create_server(("127.0.0.1", 0)).accept()


def _receive_messages(library: NetworkLibrary) -> None:
    socket = library.socket.socket(library.socket.AF_INET, library.socket.SOCK_DGRAM)
    socket.bind(("127.0.0.1", 0))
    socket.recvfrom(10)


def _select_listener(library: NetworkLibrary) -> None:
    library.select.select([library.socket.create_server(("127.0.0.1", 0))], [], [])


def _epoll_listener(library: NetworkLibrary) -> None:
    with library.selectors.DefaultSelector() as selector:
        selector.register(
            library.socket.create_server(("127.0.0.1", 0)), library.selectors.EVENT_READ
        )
        selector.select()


@pytest.mark.parametrize("program", [_accept, _receive_messages, _select_listener, _epoll_listener])
@RATES
def test_a_program_that_is_only_a_server_waits_until_it_is_stopped(
    program: Callable[[NetworkLibrary], None],
    clock_rate: float,
    capsys: pytest.CaptureFixture[str],
) -> None:
    waits: list[bool] = []

    def stop() -> None:
        waits.append(scheduler.is_only_serving())
        kernel.interrupt()

    kernel.set_timer(1000, stop)
    with pytest.raises(KeyboardInterrupt):
        run(program, clock_rate=clock_rate)
    assert waits == [True]
    assert capsys.readouterr().err == ""


def test_a_thread_that_waits_for_the_servers_thread_is_part_of_the_server() -> None:
    waits: list[bool] = []

    def stop() -> None:
        waits.append(scheduler.is_only_serving())
        kernel.interrupt()

    def program(library: NetworkLibrary) -> None:
        server = library.socket.create_server(("127.0.0.1", 0))
        thread = library.threading.Thread(target=server.accept, daemon=True)
        thread.start()
        thread.join()

    kernel.set_timer(1000, stop)
    with pytest.raises(KeyboardInterrupt):
        run(program)
    assert waits == [True]


def test_ctrl_c_interrupts_a_call_and_loses_no_data() -> None:
    def program(library: NetworkLibrary) -> bytes:
        a, b = library.socket.socketpair()
        with pytest.raises(KeyboardInterrupt):
            a.recv(10)
        b.send(b"kept")
        received: bytes = a.recv(10)
        return received

    def interrupt() -> None:
        kernel.interrupt()

    kernel.set_timer(500, interrupt)

    def with_timer(library: NetworkLibrary) -> bytes:
        # Another thread keeps the wait from being a deadlock.
        library.threading.Thread(target=lambda: library.time.sleep(1)).start()
        return program(library)

    assert run(with_timer) == b"kept"


# --- time -----------------------------------------------------------------------------------------


@RATES
def test_timeouts_take_exactly_their_time(clock_rate: float) -> None:
    def program(library: NetworkLibrary) -> list[float]:
        a, _b = library.socket.socketpair()
        a.settimeout(0.25)
        server = library.socket.create_server(("127.0.0.1", 0))
        server.settimeout(0.5)
        poll = library.select.poll()
        poll.register(a, library.select.POLLIN)
        calls: list[Callable[[], object]] = [
            lambda: a.recv(1),
            server.accept,
            lambda: library.select.select([a], [], [], 1.5),
            lambda: poll.poll(2000),
        ]
        times = []
        for number, call in enumerate(calls):
            start = library.time.monotonic()
            if number < 2:
                with pytest.raises(TimeoutError, match=r"^timed out$"):
                    call()
            else:
                call()
            times.append(round(library.time.monotonic() - start, 6))
        return times

    assert run(program, clock_rate=clock_rate) == [0.25, 0.5, 1.5, 2]


# The first timeout ended early by `monotonic_ns`, and the second by `monotonic`; see
# `test_no_wait_ends_early`.
@pytest.mark.parametrize(("before", "delay"), [(0.2, 8.114), (0.05015, 0.04945)])
@pytest.mark.parametrize("kind", ["recv", "select", "poll", "selector"])
@RATES
def test_a_call_that_waits_again_for_the_rest_of_a_timeout_does_not_end_early(
    clock_rate: float, kind: str, before: float, delay: float
) -> None:
    def program(library: NetworkLibrary) -> None:
        here, there = library.socket.socketpair()
        library.time.sleep(before)
        poll = library.select.poll()
        poll.register(here, library.select.POLLIN)
        selector = library.selectors.DefaultSelector()
        selector.register(here, library.selectors.EVENT_READ)

        def receive(left: float) -> None:
            if (
                kind == "recv"
                or (kind == "select" and library.select.select([here], [], [], left)[0])
                or (kind == "poll" and poll.poll(left * 1000))
                or (kind == "selector" and selector.select(left))
            ):
                here.settimeout(left)
                with suppress(TimeoutError):
                    here.recv(1)

        def disturb() -> None:
            for _ in range(3):
                library.time.sleep(delay / 4)
                there.send(b"x")

        library.start(disturb)
        start, start_ns = library.time.monotonic(), library.time.monotonic_ns()
        while (left := start + delay - library.time.monotonic()) > 0:
            receive(left)
            # Calls that do not wait leave the timeout as it is.
            here.sendall(b"y")
            library.select.select([here], [], [], 0)
        assert library.time.monotonic() - start >= delay
        assert library.time.monotonic_ns() - start_ns >= delay * 1_000_000_000

    kernel.margin_ns = 2000  # The margin of kernel.ts.
    run(program, clock_rate=clock_rate)


@RATES
def test_the_timeout_of_sendall_counts_for_all_of_its_data(clock_rate: float) -> None:
    def program(library: NetworkLibrary) -> float:
        a, b = library.socket.socketpair()
        a.settimeout(1)

        def read_slowly() -> None:
            for _ in range(10):
                library.time.sleep(0.3)
                b.recv(100_000)

        library.threading.Thread(target=read_slowly).start()
        start: float = library.time.monotonic()
        with pytest.raises(TimeoutError):
            a.sendall(bytes(10_000_000))
        end: float = library.time.monotonic()
        return end - start

    assert run(program, clock_rate=clock_rate) == pytest.approx(1)


@RATES
def test_latency_delays_connections_data_and_refusals(clock_rate: float) -> None:
    def program(library: NetworkLibrary) -> dict[str, float]:
        socket, times = library.socket, {}

        def measure(name: str, call: Callable[[], object]) -> Any:
            start = library.time.monotonic()
            try:
                return call()
            finally:
                times[name] = round(library.time.monotonic() - start, 6)

        server = socket.create_server(("127.0.0.1", 0))
        address = server.getsockname()
        client = measure("connect", lambda: socket.create_connection(address))
        there, _ = measure("accept", server.accept)
        client.sendall(b"ping")
        measure("receive", lambda: there.recv(10))
        client.close()
        measure("end", lambda: there.recv(10))
        server.close()
        refused = socket.socket()
        measure("refused", lambda: refused.connect_ex(address))
        a, b = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
        a.bind(("127.0.0.1", 0))
        b.sendto(b"message", a.getsockname())
        measure("message", lambda: a.recv(10))
        left, right = socket.socketpair()
        left.send(b"x")
        measure("local", lambda: right.recv(1))
        return times

    facade.set_delays(0.1)
    assert run(program, clock_rate=clock_rate) == {
        "connect": 0.2,
        "accept": 0.1,
        "receive": 0.1,
        "end": 0.1,
        "refused": 0.2,
        "message": 0.1,
        "local": 0,
    }


@RATES
def test_bandwidth_limits_how_fast_data_arrives(clock_rate: float) -> None:
    def program(library: NetworkLibrary) -> float:
        client, there = connected(library)
        start: float = library.time.monotonic()
        library.threading.Thread(target=client.sendall, args=(bytes(500_000),)).start()
        left = 500_000
        while left:
            left -= len(there.recv(65_536))
        end: float = library.time.monotonic()
        return end - start

    facade.set_delays(0, 100_000)
    assert run(program, clock_rate=clock_rate) == pytest.approx(5)


def test_a_selector_sees_data_that_arrives_later() -> None:
    def program(library: NetworkLibrary) -> list[float]:
        client, there = connected(library)
        selector = library.selectors.DefaultSelector()
        selector.register(there, library.selectors.EVENT_READ)
        times = []
        for _ in range(2):
            start = library.time.monotonic()
            client.send(b"x")
            assert selector.select()
            there.recv(1)
            times.append(round(library.time.monotonic() - start, 6))
            assert selector.select(0) == []
        return times

    facade.set_delays(0.2)
    assert run(program, clock_rate=0) == [0.2, 0.2]


# --- sizes of buffers -----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["tcp", "unix"])
@pytest.mark.parametrize("option", ["SO_SNDBUF", "SO_RCVBUF"])
def test_the_buffers_of_a_connection_change_while_it_is_open(kind: str, option: str) -> None:
    """As on Linux, a Unix socket ignores the size of the receiver's buffer."""

    def program(library: NetworkLibrary) -> None:
        socket = library.socket
        sender, receiver = socket.socketpair() if kind == "unix" else connected(library)
        end, other = (sender, receiver) if option == "SO_SNDBUF" else (receiver, sender)

        def set_size(size: int) -> None:
            end.setsockopt(socket.SOL_SOCKET, getattr(socket, option), size)
            assert end.getsockopt(socket.SOL_SOCKET, getattr(socket, option)) == 2 * size

        for each in (sender, receiver):
            each.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 50_000)
            each.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 50_000)
        before = fill(sender)
        assert before == (200_000 if kind == "tcp" else 100_000)
        set_size(80_000)
        is_ignored = kind == "unix" and option == "SO_RCVBUF"
        assert fill(sender) == (0 if is_ignored else 60_000)
        set_size(10_000)
        assert fill(sender) == 0  # What has been sent already is not lost.
        expected = before + (0 if is_ignored else 60_000)
        assert len(receiver.recv(expected, socket.MSG_WAITALL)) == expected
        assert fill(sender) == {"tcp": 120_000, "unix": 100_000 if is_ignored else 20_000}[kind]
        assert other.getsockopt(socket.SOL_SOCKET, getattr(socket, option)) == 100_000

    run(program)


@pytest.mark.parametrize("option", ["SO_SNDBUF", "SO_RCVBUF"])
def test_a_sender_that_waits_for_room_resumes_when_a_buffer_grows(option: str) -> None:
    def program(library: NetworkLibrary) -> int:
        socket = library.socket
        sender, receiver = connected(library)
        sent = fill(sender)
        sender.setblocking(True)
        end = sender if option == "SO_SNDBUF" else receiver
        library.start(
            lambda: (
                library.time.sleep(1),
                end.setsockopt(socket.SOL_SOCKET, getattr(socket, option), 2_000_000),
            )
        )
        sender.sendall(bytes(1000))
        return sent

    assert run(program, clock_rate=0) == sum(loopback.TCP_BUFFERS)


# --- limits, and what remains after a program -----------------------------------------------------


def test_the_number_of_descriptors_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(descriptors, "LIMIT", 10)

    def program(library: NetworkLibrary) -> None:
        opened = [library.socket.socket() for _ in range(9)]
        with pytest.raises(OSError, match="Too many open files"):
            library.os.pipe()
        opened.append(library.socket.socket())
        with pytest.raises(OSError, match="Too many open files: a program can have 10 sockets"):
            library.socket.socket()
        opened.pop().close()
        library.socket.socket().close()

    run(program)


def test_unread_bytes_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loopback, "MAX_UNREAD_BYTES", 1_000_000)

    def program(library: NetworkLibrary) -> None:
        pairs = [library.socket.socketpair() for _ in range(5)]
        for a, _ in pairs[:3]:
            a.send(bytes(200_000))
            a.send(bytes(10_000))
        pairs[3][0].send(bytes(200_000))
        with pytest.raises(OSError, match="No buffer space available"):
            pairs[4][0].send(bytes(210_000))

    run(program)


def test_the_smallest_free_descriptor_is_used_next() -> None:
    def program(library: NetworkLibrary) -> list[bool]:
        first, second, third = (library.socket.socket() for _ in range(3))
        numbers = first.fileno(), second.fileno()
        second.close()
        first.close()
        opened = [library.socket.socket() for _ in range(2)]
        assert third.fileno() not in numbers
        return [each.fileno() == number for each, number in zip(opened, numbers, strict=True)]

    assert run(program) == [True, True]


def test_the_numbers_below_one_that_a_program_has_chosen_stay_free() -> None:
    def program(library: NetworkLibrary) -> list[int]:
        sockets = [library.socket.socket() for _ in range(2)]
        first = sockets[0].fileno()
        library.os.dup2(first, first + 4)
        with pytest.raises(OSError, match=f"sockets and pipes have numbers from {first} on"):
            library.os.dup2(first, 1)
        sockets += [library.socket.socket() for _ in range(3)]
        library.os.dup2(first, first + 2)
        sockets[2].detach()  # What it referred to is closed.
        library.os.close(first + 4)
        sockets.append(library.socket.socket())
        numbers = [each.fileno() - first for each in sockets]
        library.os.close(first + 2)
        for each in sockets:
            each.close()
        return numbers

    assert run(program) == [0, 1, -1 - descriptors.FIRST, 3, 5, 4]


def test_a_port_is_free_again_in_the_next_run() -> None:
    kept: list[object] = []

    def program(library: NetworkLibrary) -> object:
        server = library.socket.create_server(("127.0.0.1", 80))
        kept.append(server)
        return server.getsockname()

    assert [run(program) for _ in range(2)] == [("127.0.0.1", 80)] * 2


def test_a_socket_of_an_earlier_program_does_not_close_one_of_the_next_program() -> None:
    kept: list[Any] = []
    run(lambda library: kept.append(library.socket.socket()))

    def program(library: NetworkLibrary) -> None:
        own = library.socket.socket()
        assert own.fileno() == kept[0].fileno()
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            kept.clear()
            gc.collect()
        own.bind(("127.0.0.1", 0))

    run(program)


# --- other hosts ----------------------------------------------------------------------------------


def test_names_of_other_hosts_cannot_be_resolved() -> None:
    def program(library: NetworkLibrary) -> None:
        socket = library.socket
        calls: list[Callable[[], object]] = [
            lambda: socket.create_connection(("example.com", 80)),
            lambda: socket.getaddrinfo("example.com", 80),
            lambda: socket.gethostbyname("example.com"),
            lambda: socket.gethostbyname_ex("example.com"),
        ]
        for call in calls:
            with pytest.raises(socket.gaierror) as raised:
                call()
            assert raised.value.args == (-3, "Temporary failure in name resolution")

    run(program)


def test_a_long_chain_of_sockets_that_carry_each_other_is_closed_without_recursion() -> None:
    def program(library: NetworkLibrary) -> bytes:
        socket = library.socket
        last, other = socket.socketpair()
        carried = last
        for _ in range(1000):
            a, b = socket.socketpair()
            socket.send_fds(a, [b"x"], [carried.fileno()])
            carried.close()
            a.close()
            carried = b
        carried.close()
        assert len(descriptors.current()._open) == 1
        with other:
            end: bytes = other.recv(1)
            return end

    assert run(program) == b""


def test_interfaces_that_do_not_exist_are_refused_as_by_python_3_14() -> None:
    def program(library: NetworkLibrary) -> None:
        socket = library.socket
        for wrong in (0, 2):
            with pytest.raises(OSError, match="No such device or address") as caught:
                socket.if_indextoname(wrong)
            assert caught.value.errno == errno.ENXIO
        with pytest.raises(OSError, match="No such device") as caught:
            socket.if_nametoindex("eth0")
        assert caught.value.errno == errno.ENODEV
        with pytest.raises(ValueError, match="negative"):
            socket.if_indextoname(-1)
        with pytest.raises(OverflowError):
            socket.if_indextoname(2**32)
        assert socket.if_indextoname(socket.if_nametoindex("lo")) == "lo"

    run(program)


@pytest.mark.parametrize(
    "host",
    [
        "192.0.2.1",
        "8.8.8.8",
        "255.255.255.255",
        "224.0.0.1",
        "126.255.255.255",
        "128.0.0.1",
        "<broadcast>",
    ],
)
def test_addresses_of_other_hosts_are_unreachable(host: str) -> None:
    def program(library: NetworkLibrary) -> None:
        socket = library.socket
        with pytest.raises(OSError, match="Network is unreachable"):
            socket.socket().connect((host, 80))
        with pytest.raises(OSError, match="Network is unreachable"):
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", (host, 80))

    run(program)


@pytest.mark.parametrize(
    "host", ["2001:db8::1", "fe80::1", "::ffff:8.8.8.8", "::8.8.8.8", "ff02::1"]
)
def test_ipv6_addresses_of_other_hosts_are_unreachable(host: str) -> None:
    def program(library: NetworkLibrary) -> None:
        socket = library.socket
        with pytest.raises(OSError, match="Network is unreachable"):
            socket.socket(socket.AF_INET6).connect((host, 80))

    run(program)


@pytest.mark.parametrize(
    "spelling", ["", "0.0.0.0", "127.0.0.1", "127.1.2.3", "localhost", "LOCALHOST", "a.localhost"]
)
def test_every_spelling_of_this_machine_can_be_connected_to(spelling: str) -> None:
    def program(library: NetworkLibrary) -> Any:
        server = library.socket.create_server(("", 0))
        client = library.socket.socket()
        client.connect((spelling, server.getsockname()[1]))
        return client.getpeername()[0]

    expected = spelling if spelling == "127.1.2.3" else "127.0.0.1"
    assert run(program) == expected


def test_waiting_for_room_takes_no_notice_of_clients_that_have_arrived() -> None:
    def program(library: NetworkLibrary) -> tuple[float, int]:
        server = library.socket.create_server(("127.0.0.1", 0))
        library.socket.create_connection(server.getsockname())
        library.time.sleep(1)
        start = library.time.monotonic()
        before = kernel.suspended
        assert library.select.select([], [server], [], 5) == ([], [], [])
        return library.time.monotonic() - start, kernel.suspended - before

    facade.set_delays(0.1)
    seconds, suspended = run(program)
    assert seconds == pytest.approx(5)
    assert suspended <= 2


# --- limits ---------------------------------------------------------------------------------------


def test_a_backlog_is_as_long_as_on_linux_at_most() -> None:
    def program(library: NetworkLibrary) -> int:
        server = library.socket.create_server(("127.0.0.1", 0), backlog=1_000_000)
        for _ in range(4200):
            client = library.socket.socket()
            client.setblocking(False)
            client.connect_ex(server.getsockname())
            client.close()
        server.setblocking(False)
        count = 0
        while True:
            try:
                server.accept()[0].close()
            except BlockingIOError:
                return count
            count += 1

    assert run(program) == 4097  # Linux lets one more connection wait than the backlog says.


def test_clients_that_have_given_up_do_not_remain() -> None:
    def program(library: NetworkLibrary) -> int:
        server = library.socket.create_server(("127.0.0.1", 0), backlog=0)
        kept = []
        for number in range(1000):
            client = library.socket.socket()
            client.setblocking(False)
            client.connect_ex(server.getsockname())
            if number % 100:
                client.close()
            else:
                kept.append(client)
        waiting: int = descriptors.current().get(server.fileno())._backlog.waiting
        return waiting

    assert run(program) < 100
