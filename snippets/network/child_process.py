import asyncio
from multiprocessing import get_context
from multiprocessing.connection import Connection
from time import perf_counter

CUSTOMERS = ["Ada", "Ben", "Lea"]


# region processes
async def charge(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer one customer."""
    try:
        customer = (await reader.readline()).decode().strip()
        await asyncio.sleep(0.3)  # in production: ask the bank
        writer.write(f"{customer} has paid\n".encode())
        await writer.drain()
    finally:
        writer.close()
        await writer.wait_closed()


async def serve(ready: Connection) -> None:
    """Send the port of a new server to the parent process, and serve until terminated."""
    async with await asyncio.start_server(charge, "127.0.0.1", 0) as server:
        ready.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()


def run_server(ready: Connection) -> None:
    """Run the server; this is where the child process begins."""
    asyncio.run(serve(ready))


async def pay(port: int, customer: str) -> str:
    """Let one customer pay, and return the answer of the server."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(f"{customer}\n".encode())
        await writer.drain()
        return (await reader.readline()).decode().strip()
    finally:
        writer.close()
        await writer.wait_closed()


async def pay_all(port: int) -> None:
    start = perf_counter()
    async with asyncio.TaskGroup() as group:
        payments = [group.create_task(pay(port, customer)) for customer in CUSTOMERS]
    for payment in payments:
        print(payment.result())
    print(f"{len(payments)} payments in {perf_counter() - start:.1f} s")


def main() -> None:
    context = get_context("spawn")
    ready, ready_in_child = context.Pipe(duplex=False)
    server = context.Process(target=run_server, args=[ready_in_child], name="server")
    server.start()
    ready_in_child.close()  # If the server fails to start, recv raises EOFError now.
    try:
        port = ready.recv()
        asyncio.run(pay_all(port))
    finally:
        server.terminate()
        server.join()
    print("the server has ended")


if __name__ == "__main__":
    main()
# endregion
