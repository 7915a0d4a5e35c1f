import asyncio
import os
import stat
import tempfile


def exists(path):
    return os.path.exists(path)


async def answer(reader, writer):
    writer.write((await reader.readline())[::-1])
    writer.close()


async def ask(path):
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(b"hello\n")
    print(await reader.read())
    writer.close()
    await writer.wait_closed()


async def main():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "server.sock")
        server = await asyncio.start_unix_server(answer, path)
        async with server:
            await ask(path)
            print(exists(path), server.sockets[0].getsockname() == path)
        print(exists(path))
        for missing in (path, folder):
            try:
                await ask(missing)
            except OSError as error:
                print(type(error).__name__, error.strerror)
        # What another server has left is replaced.
        server = await asyncio.start_unix_server(answer, path, cleanup_socket=False)
        server.close()
        await server.wait_closed()
        print(stat.S_ISSOCK(os.stat(path).st_mode), stat.S_ISSOCK(os.lstat(folder).st_mode))
        try:
            await ask(path)
        except ConnectionRefusedError as error:
            print(error.strerror)
        async with await asyncio.start_unix_server(answer, path):
            await ask(path)
    async with await asyncio.start_unix_server(answer, "\0abstract name"):
        await ask("\0abstract name")


asyncio.run(main())
