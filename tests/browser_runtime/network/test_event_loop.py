"""Tests of the event loop on sockets: what it does beyond CPython's code, and what it costs."""

import asyncio
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.browser_runtime import harness
from tests.browser_runtime.harness import kernel, new_worker, scheduler
from tests.browser_runtime.network.programs import NetworkLibrary, descriptors, facade, run
from tests.browser_runtime.network.test_differential import PROGRAMS
from tests.browser_runtime.test_stepping import Reader

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")

RATES = pytest.mark.parametrize("clock_rate", [0, 1])


def run_async(main: Callable[[NetworkLibrary], Any], **options: Any) -> Any:
    """Run an asynchronous function in the event loop of the page."""
    return run(lambda library: asyncio.run(main(library)), **options)


async def ignore(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Read to the end."""
    await reader.read()
    writer.close()


@pytest.mark.parametrize("name", [name for name in PROGRAMS if name.startswith("asyncio")])
def test_programs_print_the_same_in_virtual_time(name: str) -> None:
    in_real_time = run(lambda library: library.execute(PROGRAMS[name]))
    new_worker()
    assert run(lambda library: library.execute(PROGRAMS[name]), clock_rate=0) == in_real_time


@RATES
def test_a_program_without_descriptors_uses_no_network(
    clock_rate: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main(library: NetworkLibrary) -> None:
        monkeypatch.setattr(library.select, "epoll", None)
        loop = asyncio.get_running_loop()
        await asyncio.sleep(1)
        await asyncio.to_thread(library.time.sleep, 1)
        loop.call_soon_threadsafe(print)
        selector: Any = loop
        assert dict(selector._selector.get_map()) == {}

    monkeypatch.setattr(facade, "_load", lambda module: pytest.fail(f"loads {module}"))
    run_async(main, clock_rate=clock_rate)


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from([0, 1]), st.sampled_from([0, 0.01]))
def test_every_byte_arrives_whatever_threads_and_loops_do(
    seed: int, clock_rate: float, latency: float
) -> None:
    import random

    new_worker()
    chance = random.Random(seed)
    kernel.choose = chance.randrange
    kernel.is_slice_over = lambda: chance.random() < 0.2
    data = bytes(each % 251 for each in range(30_000))

    async def send_back(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while part := await reader.read(chance.randrange(1, 9000)):
            writer.write(part)
            await writer.drain()
        writer.close()

    async def main(library: NetworkLibrary) -> None:
        async with await asyncio.start_server(send_back, "127.0.0.1", 0) as server:
            address = server.sockets[0].getsockname()

            def ask() -> bytes:
                with library.socket.create_connection(address) as client:
                    client.sendall(data[: len(data) // 2])
                    client.sendall(data[len(data) // 2 :])
                    client.shutdown(1)
                    with client.makefile("rb") as file:
                        result: bytes = file.read()
                        return result

            async def ask_in_loop() -> bytes:
                reader, writer = await asyncio.open_connection(*address)
                writer.write(data)
                writer.write_eof()
                received = await reader.read()
                writer.close()
                return received

            calls = (ask_in_loop(), asyncio.to_thread(ask), ask_in_loop(), asyncio.to_thread(ask))
            for received in await asyncio.gather(*calls):
                assert received == data

    facade.set_delays(latency)
    run_async(main, clock_rate=clock_rate)


@RATES
def test_timers_are_exact_while_the_loop_waits_for_sockets(clock_rate: float) -> None:
    async def main(__: NetworkLibrary) -> list[float]:
        times = []
        loop = asyncio.get_running_loop()
        async with await asyncio.start_server(ignore, "127.0.0.1", 0) as server:
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            for seconds in (0.25, 2, 60):
                start = loop.time()
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(seconds):
                        await reader.read()
                times.append(loop.time() - start)
            writer.close()
        return times

    kernel.early_ns = 300_000
    times = run_async(main, clock_rate=clock_rate)
    if clock_rate == 0:
        assert times == [0.25, 2, 60]
    assert [round(each, 3) for each in times] == [0.25, 2, 60]
    assert all(took >= asked for took, asked in zip(times, (0.25, 2, 60), strict=True))


def test_latency_passes_in_virtual_time() -> None:
    async def main(__: NetworkLibrary) -> tuple[float, float]:
        loop = asyncio.get_running_loop()

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(await reader.read(10))
            writer.close()

        async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
            start = loop.time()
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            connected = loop.time()
            writer.write(b"x")
            assert await reader.read() == b"x"
            writer.close()
            return connected - start, loop.time() - connected

    facade.set_delays(0.5)
    assert run_async(main, clock_rate=0) == (1, 1)


def _is_serving(main: Callable[[NetworkLibrary], Any]) -> list[bool]:
    """Return what `is_only_serving` says one second after the program has begun, as a list."""
    found: list[bool] = []

    def look() -> None:
        found.append(scheduler.is_only_serving())
        kernel.interrupted = True
        kernel.interrupt()

    kernel.set_timer(1000, look)
    with pytest.raises(KeyboardInterrupt):
        run_async(main)
    return found


def test_a_loop_that_waits_for_clients_only_serves() -> None:
    async def main(__: NetworkLibrary) -> None:
        server = await asyncio.start_server(ignore, "127.0.0.1", 0)
        await server.serve_forever()

    assert _is_serving(main) == [True]


def test_a_loop_that_waits_for_a_connection_does_not_serve() -> None:
    async def main(library: NetworkLibrary) -> None:
        one, other = library.socket.socketpair()
        with one, other:
            reader, writer = await asyncio.open_connection(sock=one)
            await reader.read()
            writer.close()

    assert _is_serving(main) == [False]


def test_a_loop_with_timers_does_more_than_serve() -> None:
    async def main(__: NetworkLibrary) -> None:
        async with await asyncio.start_server(ignore, "127.0.0.1", 0):
            await asyncio.sleep(1000)

    assert _is_serving(main) == [False]


def test_threads_that_wait_for_a_lock_beside_a_server_are_no_deadlock() -> None:
    async def main(library: NetworkLibrary) -> None:
        lock = library.threading.Lock()
        lock.acquire()
        library.threading.Thread(target=lock.acquire, daemon=True).start()
        server = await asyncio.start_server(ignore, "127.0.0.1", 0)
        await server.serve_forever()

    assert _is_serving(main) == [True]


def test_ctrl_c_ends_a_loop_that_waits_for_sockets() -> None:
    ended: list[str] = []

    async def main(library: NetworkLibrary) -> None:
        a, _ = library.socket.socketpair()
        reader, writer = await asyncio.open_connection(sock=a)
        try:
            await reader.read()
        finally:
            ended.append("finally")
            writer.close()

    kernel.set_timer(1000, kernel.interrupt)
    with pytest.raises(KeyboardInterrupt):
        run_async(main)
    assert ended == ["finally"]


def test_a_loop_that_waits_for_sockets_raises_a_requested_exception_before_its_callbacks() -> None:
    received: list[bytes] = []

    def program(library: NetworkLibrary) -> None:
        main = scheduler.get_ident()
        one, other = library.socket.socketpair()

        def request() -> None:
            library.time.sleep(1)
            scheduler.request_exception(main, KeyError)
            other.send(b"data")

        with one, other:
            loop = harness.event_loop.BrowserEventLoop()
            loop.add_reader(one, lambda: received.append(one.recv(10)))
            library.start(request)
            with pytest.raises(KeyError):
                loop.run_forever()
            loop.close()

    run(program)
    assert received == []


@RATES
def test_the_loop_is_suspended_only_while_it_waits(clock_rate: float) -> None:
    async def main(__: NetworkLibrary) -> int:
        async with await asyncio.start_server(ignore, "127.0.0.1", 0) as server:
            _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            await asyncio.sleep(0.01)
            before = kernel.suspended
            for _ in range(100):
                writer.write(b"x" * 1000)
                await asyncio.sleep(0)
            suspended = kernel.suspended - before
            writer.close()
            return suspended

    assert run_async(main, clock_rate=clock_rate) == 0


def test_a_thousand_connections_are_served() -> None:
    async def shout(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(100):
            writer.write(data.upper())
        writer.close()

    async def main(__: NetworkLibrary) -> int:
        async with await asyncio.start_server(shout, "127.0.0.1", 0, backlog=2000) as server:
            address = server.sockets[0].getsockname()
            pairs = await asyncio.gather(*(asyncio.open_connection(*address) for _ in range(1000)))
            for _, writer in pairs:
                writer.write(b"hello")
            answers = [await reader.read(100) for reader, _ in pairs]
            for _, writer in pairs:
                writer.close()
            return answers.count(b"HELLO")

    assert run_async(main) == 1000


def test_nothing_is_open_after_the_program() -> None:
    async def main(__: NetworkLibrary) -> Any:
        async with await asyncio.start_server(ignore, "127.0.0.1", 0) as server:
            _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            writer.close()
            await writer.wait_closed()
        await asyncio.sleep(0.01)
        return descriptors.current()

    table = run_async(main)
    assert table._open == {}


def test_a_selector_of_the_standard_library_is_closed_with_the_loop() -> None:
    def program(library: NetworkLibrary) -> bool:
        selector = library.selectors.DefaultSelector()
        # The type decides, whichever copy of the module it comes from.
        loop = harness.event_loop.BrowserEventLoop(selector)
        loop.close()
        is_closed: bool = selector._selector.closed
        return is_closed

    assert run(program)


def test_the_log_of_the_loop_names_the_selector_of_linux(caplog: pytest.LogCaptureFixture) -> None:
    async def main(__: NetworkLibrary) -> None:
        pass

    with caplog.at_level("DEBUG", "asyncio"):
        run_async(main)
    assert "Using selector: EpollSelector" in caplog.messages


def test_a_step_may_be_the_callback_of_a_socket() -> None:
    reader = Reader()

    async def main(library: NetworkLibrary) -> bytes:
        a, b = library.socket.socketpair()
        source, writer = await asyncio.open_connection(sock=a)
        b.send(b"sent")
        data = await source.read(10)
        writer.close()
        b.close()
        return data

    assert run_async(main, paused=True) == b"sent"
    called = [state["next"]["name"] for state in reader.states if state["next"]]
    assert any(re.search("_read_ready", name) for name in called)
