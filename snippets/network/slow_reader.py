import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import perf_counter

MONTHS, SIZE = range(1, 9), 1_000_000
SMALL = 65_536  # by default, the buffers of an operating system have room for several months


@asynccontextmanager
async def connection(port: int) -> AsyncIterator[asyncio.StreamReader]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)
    try:
        yield reader
    finally:
        writer.close()
        await writer.wait_closed()


# region network
class Archive:
    def __init__(self, *, drain: bool) -> None:
        self.drain = drain
        self.written = 0

    async def send(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            for _month in MONTHS:
                writer.write(bytes(SIZE))  # in production: the measurements of a month
                self.written += 1
                if self.drain:
                    await writer.drain()
        finally:
            writer.close()
            await writer.wait_closed()


async def fetch(port: int, archive: Archive) -> None:
    most_ahead, start = 0, perf_counter()
    async with connection(port) as reader:
        for month in MONTHS:
            await reader.readexactly(SIZE)
            most_ahead = max(most_ahead, archive.written - month)
            await asyncio.sleep(0.08)  # in production: store the measurements
    seconds = perf_counter() - start
    print(f"drain={archive.drain}: the server was up to {most_ahead} MB ahead, {seconds:.1f} s")


async def main() -> None:
    for archive in (Archive(drain=False), Archive(drain=True)):
        async with await asyncio.start_server(archive.send, "127.0.0.1", 0) as server:
            listener = server.sockets[0]
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SMALL)  # clients' sockets, too
            await fetch(listener.getsockname()[1], archive)


asyncio.run(main())
# endregion
