"""Tests what the pages about sockets say about Python and its libraries."""

import asyncio
import errno
import http.client
import inspect
import socket
import threading
from collections.abc import Awaitable, Callable
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import uvicorn
from websockets.asyncio.client import connect
from websockets.asyncio.server import serve

from tests.conftest import REPOSITORY

PAGES = REPOSITORY / "docs" / "explanation"


def on_connection[Answer](
    serve: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
    ask: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[Answer]],
) -> Answer:
    """Run both sides of a connection, and return what the client returns."""

    async def run() -> Answer:
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            try:
                async with asyncio.timeout(30):
                    return await ask(reader, writer)
            finally:
                writer.close()
                await writer.wait_closed()

    return asyncio.run(run())


def test_the_lengths_of_backlogs_are_those_on_the_page() -> None:
    page = (PAGES / "sockets.md").read_text()
    create_server = inspect.signature(asyncio.BaseEventLoop.create_server)
    assert f"`http.server` ask for {HTTPServer.request_queue_size}," in page
    assert f"asyncio for {create_server.parameters['backlog'].default}[" in page
    assert f"uvicorn for {uvicorn.Config('').backlog:,}." in page


def test_both_sides_of_a_websocket_send_a_ping_as_often_as_the_page_says() -> None:
    page = (PAGES / "sockets.md").read_text()
    for kind in (connect, serve):
        interval = inspect.signature(kind).parameters["ping_interval"].default
        assert f"a *ping* every {interval} seconds" in page


def test_drain_waits_from_the_number_of_bytes_on_the_page() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async def ask(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> tuple[int, int]:
        return writer.transport.get_write_buffer_limits()

    low, high = on_connection(serve, ask)
    page = (PAGES / "slow-clients-and-servers.md").read_text()
    assert f"more than {high // 1024} KiB" in page
    assert f"no more than {low // 1024} KiB are left" in page


def test_readline_returns_the_part_that_has_arrived_but_readuntil_fails() -> None:
    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"-1")
        writer.close()

    async def read_line(
        reader: asyncio.StreamReader, _: asyncio.StreamWriter
    ) -> tuple[bytes, bytes]:
        return await reader.readline(), await reader.readline()

    async def read_until(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> bytes:
        return await reader.readuntil(b"\n")

    assert on_connection(serve, read_line) == (b"-1", b"")
    with pytest.raises(asyncio.IncompleteReadError):
        on_connection(serve, read_until)


def test_an_error_of_two_addresses_is_an_oserror_with_both() -> None:
    async def connect(port: int) -> None:
        loop = asyncio.get_running_loop()
        both = [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port))
            for host in ("127.0.0.1", "127.0.0.2")
        ]

        async def getaddrinfo(*_: object, **__: object) -> object:
            return both

        loop.getaddrinfo = getaddrinfo  # type: ignore[method-assign,assignment]
        await asyncio.open_connection("two-addresses", port)

    with socket.create_server(("127.0.0.1", 0)) as closed_soon:
        port = closed_soon.getsockname()[1]
    with pytest.raises(OSError, match=r"127\.0\.0\.1.*127\.0\.0\.2") as raised:
        asyncio.run(connect(port))
    assert not isinstance(raised.value, ConnectionRefusedError)


def test_a_server_at_a_port_that_is_taken_fails() -> None:
    with socket.create_server(("127.0.0.1", 0)) as first:
        with pytest.raises(OSError, match="Address already in use") as raised:
            HTTPServer(first.getsockname(), BaseHTTPRequestHandler)
        assert raised.value.errno == errno.EADDRINUSE


def test_leaving_the_block_of_a_server_waits_for_its_connections() -> None:
    async def run() -> list[str]:
        events = []

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read()
            writer.close()

        async def leave() -> None:
            async with server:
                pass
            events.append("block left")

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        await asyncio.sleep(0.05)  # the server has accepted the connection
        leaving = asyncio.create_task(leave())
        await asyncio.sleep(0.1)
        events.append("client closes")
        writer.close()
        await writer.wait_closed()
        await asyncio.wait_for(leaving, 30)
        return events

    assert asyncio.run(run()) == ["client closes", "block left"]


@pytest.mark.parametrize("timeout", [None, 0.2])
def test_a_silent_client_occupies_a_server_without_threads(timeout: float | None) -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    Handler.timeout = timeout
    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        serving = threading.Thread(target=server.serve_forever, args=[0.01])
        serving.start()
        client = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=1)
        try:
            with socket.create_connection(("127.0.0.1", server.server_port)):  # sends nothing
                client.connect()  # succeeds, because the connection is in the backlog
                client.request("GET", "/")
                if timeout is None:
                    with pytest.raises(TimeoutError):
                        client.getresponse()
                else:
                    assert client.getresponse().status == 204
        finally:
            client.close()
            server.shutdown()
            serving.join()
