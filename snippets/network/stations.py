import asyncio
from time import perf_counter

LOOK_UP = {"Oslo": 0.6, "Cairo": 0.3, "Lima": 0.45}
start = perf_counter()


def log(event: str) -> None:
    print(f"{perf_counter() - start:.2f} s  {event}")


# region network
async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer one client, line by line, until it closes the connection."""
    try:
        while line := await reader.readline():
            city = line.decode().strip()
            await asyncio.sleep(LOOK_UP[city])  # in production: ask a database
            writer.write(f"{city}: snow\n".encode())
            await writer.drain()
    finally:
        writer.close()
        await writer.wait_closed()


async def ask(port: int, city: str) -> None:
    log(f"a client asks for {city}")
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(f"{city}\n".encode())
        await writer.drain()
        answer = await reader.readline()
        log(answer.decode().strip())
    finally:
        writer.close()
        await writer.wait_closed()


async def main() -> None:
    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with asyncio.TaskGroup() as clients:
            for city in LOOK_UP:
                clients.create_task(ask(port, city))
    log(f"all answered; one after another would take {sum(LOOK_UP.values()):.2f} s")


asyncio.run(main())
# endregion
