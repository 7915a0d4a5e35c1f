# /// script
# dependencies = ["websockets"]
# ///
"""The two ends of a WebSocket wait for connections, messages, and space for more messages.

Comments of the form `NAME waits: REASON` say what tasks wait for in that line. A port that the
system has chosen is called "client" there.
"""

import asyncio

from websockets.asyncio.client import connect
from websockets.asyncio.server import serve

LONG = b"x" * 20_000_000
PLAIN = {"compression": None, "ping_interval": None, "max_size": None}


async def handle(websocket):
    async for message in websocket:  # Task-4 waits: read 127.0.0.1:client
        await asyncio.sleep(0.2)  # Task-4 waits: sleep
        await websocket.send(len(message).to_bytes(4))


async def talk():
    connecting = connect("ws://127.0.0.1:21011", **PLAIN)
    ws = await connecting  # ann waits: connect 127.0.0.1:21011, ann waits: read 127.0.0.1:21011
    await ws.send(LONG)  # ann waits: write 127.0.0.1:21011
    await ws.recv()  # ann waits: read 127.0.0.1:21011
    await ws.close()  # ann waits: I/O


async def main():
    serving = serve(handle, "127.0.0.1", 21011, **PLAIN)
    server = await serving  # Task-1 waits: tasks, Task-1 waits: turn
    await asyncio.create_task(talk(), name="ann")  # Task-1 waits: task ann
    server.close()
    await server.wait_closed()  # Task-1 waits: future


asyncio.run(main())
