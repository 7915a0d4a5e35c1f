# /// script
# dependencies = ["websockets"]
# [tool.runnable]
# interleaves = '^[\d.]+ s  (\w+)'
# ///
import asyncio
from time import perf_counter

from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, broadcast, serve

start = perf_counter()


def log(event: str) -> None:
    print(f"{perf_counter() - start:.2f} s  {event}")


# region network
async def echo(websocket: ServerConnection) -> None:
    """Send each message back, until the connection is closed."""
    async for message in websocket:
        await asyncio.sleep(0.15)  # in production: store the report
        await websocket.send(message)


async def report(address: str, city: str) -> None:
    async with connect(address) as websocket:
        for message in ("snow", "wind"):
            await websocket.send(f"{message} in {city}")  # does not wait for an answer
        async for message in websocket:  # until the server closes the connection
            log(f"{city} receives: {message}")
    log(f"{city}: connection closed, code {websocket.close_code}")


async def main() -> None:
    async with asyncio.TaskGroup() as stations:
        async with serve(echo, "127.0.0.1", 0) as server:
            host, port = server.sockets[0].getsockname()
            for city in ("Oslo", "Cairo", "Lima"):
                stations.create_task(report(f"ws://{host}:{port}", city), name=city)
            await asyncio.sleep(0.5)
            log("server sends a warning that no station has asked for")
            broadcast(server.connections, "a storm is coming")
    log("main: server and stations have ended")


asyncio.run(main())
# endregion
