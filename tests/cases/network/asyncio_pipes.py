import asyncio
import os
import tempfile


async def main():
    loop = asyncio.get_running_loop()
    r, w = os.pipe()
    reader = asyncio.StreamReader()
    reading, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(r, "rb", 0)
    )
    writing, protocol = await loop.connect_write_pipe(
        asyncio.streams.FlowControlMixin, os.fdopen(w, "wb", 0)
    )
    writer = asyncio.StreamWriter(writing, protocol, None, loop)
    writer.write(b"first line\nsecond")
    print(await reader.readline())

    async def fill():
        for _ in range(20):
            writer.write(bytes(50_000))
            await writer.drain()
        writing.close()

    task = asyncio.create_task(fill())
    print(len(await reader.readexactly(6)), len(await reader.read()))
    await task
    reading.close()
    await asyncio.sleep(0)

    # The other end is closed.
    r, w = os.pipe()
    lost = loop.create_future()

    class Writer(asyncio.Protocol):
        def connection_lost(self, error):
            lost.set_result(type(error).__name__)

    writing, _ = await loop.connect_write_pipe(Writer, os.fdopen(w, "wb", 0))
    os.close(r)
    print(await lost)
    with tempfile.TemporaryFile() as file:
        try:
            await loop.connect_read_pipe(asyncio.Protocol, file)
        except ValueError as error:
            print(error)


asyncio.run(main())
