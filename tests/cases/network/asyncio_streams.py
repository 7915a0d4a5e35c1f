import asyncio


async def shout(reader, writer):
    while line := await reader.readline():
        writer.write(line.upper())
        await writer.drain()
    writer.close()
    await writer.wait_closed()


async def ask(port, name):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answers = []
    for number in range(3):
        writer.write(f"{name} {number}\n".encode())
        answers.append((await reader.readline()).decode().strip())
    writer.write_eof()
    answers.append(await reader.read())
    writer.close()
    await writer.wait_closed()
    return answers


async def fail(host, port):
    try:
        await asyncio.open_connection(host, port)
    except OSError as error:
        print(type(error).__name__, error if error.errno == 111 else "")


async def main():
    server = await asyncio.start_server(shout, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    for answers in await asyncio.gather(*(ask(port, f"client {n}") for n in range(5))):
        print(answers)
    server.close()
    await server.wait_closed()
    await fail("127.0.0.1", 9)
    await fail("name.invalid", 80)

    # A slow reader makes the writer wait.
    sizes = []

    async def pump(reader, writer):
        for _ in range(50):
            writer.write(bytes(100_000))
            await writer.drain()
            sizes.append(writer.transport.get_write_buffer_size())
        writer.close()

    async with await asyncio.start_server(pump, "127.0.0.1", 0, limit=1000) as server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        await asyncio.sleep(0.02)
        print(len(sizes) < 50)
        total = 0
        while data := await reader.read(65_536):
            total += len(data)
            if total < 400_000:
                await asyncio.sleep(0.002)
        print(total, len(sizes), max(sizes) <= 65_536)
        writer.close()
        try:
            await asyncio.wait_for(asyncio.open_connection("127.0.0.1", 9), 1)
        except ConnectionRefusedError:
            print("refused")

    # The stream ends before the data that a call asks for.
    async def talk(reader, writer):
        writer.write(b"no end")
        writer.close()

    async with await asyncio.start_server(talk, "127.0.0.1", 0) as server:
        for read in (lambda r: r.readexactly(10), lambda r: r.readuntil(b"x"), lambda r: r.read(3)):
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            try:
                print(await read(reader))
            except asyncio.IncompleteReadError as error:
                print(error, error.partial)
            print(reader.at_eof(), writer.get_extra_info("peername")[0], writer.is_closing())
            writer.close()
            await writer.wait_closed()


asyncio.run(main())
