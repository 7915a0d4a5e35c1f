import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from time import perf_counter

start = perf_counter()


def log(event: str) -> None:
    print(f"{perf_counter() - start:.2f} s  {event}")


# region servers
async def oslo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer after 0.15 seconds."""
    await reader.readline()
    await asyncio.sleep(0.15)
    await end(writer, b"-3 degrees\n")


async def tromso(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Close the connection in the middle of the answer."""
    await reader.readline()
    await asyncio.sleep(0.3)
    await end(writer, b"-1")


async def cairo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Read requests, but answer none of them."""
    while await reader.readline():
        pass
    log("Cairo's server: the client has closed the connection")
    await end(writer)


# endregion
async def end(writer: asyncio.StreamWriter, last_bytes: bytes = b"") -> None:
    writer.write(last_bytes)
    writer.close()
    await writer.wait_closed()


Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def serving(serve: Serve) -> AsyncIterator[int]:
    """Run a server while the block runs, at the port that the block gets."""
    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]


def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as closed_soon:
        port: int = closed_soon.getsockname()[1]
    return port


# region client
async def ask(port: int) -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(b"temperature\n")
        await writer.drain()
        answer = await reader.readuntil(b"\n")
        return answer.decode().strip()
    finally:  # also if the timeout cancels this function
        writer.close()
        await writer.wait_closed()


async def report(station: str, port: int) -> None:
    try:
        async with asyncio.timeout(0.5):
            answer = await ask(port)
    except TimeoutError:
        answer = "no answer within 0.5 s"
    except ConnectionRefusedError:
        answer = "no server at this port"
    except (ConnectionError, asyncio.IncompleteReadError):
        answer = "the connection broke before the answer was complete"
    log(f"{station}: {answer}")


# endregion
async def main() -> None:
    async with (
        serving(oslo) as oslo_port,
        serving(tromso) as tromso_port,
        serving(cairo) as cairo_port,
        asyncio.TaskGroup() as stations,
    ):
        stations.create_task(report("Oslo", oslo_port))
        stations.create_task(report("Tromsø", tromso_port))
        stations.create_task(report("Cairo", cairo_port))
        stations.create_task(report("Lima", unused_port()))


asyncio.run(main())
