import asyncio
import queue
import socket
import threading
import time


async def shout(reader, writer):
    while data := await reader.read(100):
        writer.write(data.upper())
    writer.close()


def ask(address, text):
    with socket.create_connection(address) as client:
        client.sendall(text)
        return client.recv(100)


async def in_threads(server):
    address = server.sockets[0].getsockname()
    calls = (asyncio.to_thread(ask, address, b"client %d" % n) for n in range(4))
    print(*await asyncio.gather(*calls))
    # Another thread wakes the loop while it waits for sockets.
    loop, event = asyncio.get_running_loop(), asyncio.Event()
    threading.Timer(0.02, loop.call_soon_threadsafe, (event.set,)).start()
    await event.wait()
    print("woken")


def run_loop(ready):
    async def main():
        async with await asyncio.start_server(shout, "127.0.0.1", 0) as server:
            stop = asyncio.Event()
            ready.put((server.sockets[0].getsockname(), asyncio.get_running_loop(), stop))
            await stop.wait()

    asyncio.run(main())


async def main():
    async with await asyncio.start_server(shout, "127.0.0.1", 0) as server:
        await in_threads(server)

    # Two event loops in two threads.
    ready = queue.Queue()
    thread = threading.Thread(target=run_loop, args=(ready,))
    thread.start()
    address, loop, stop = await asyncio.to_thread(ready.get)
    reader, writer = await asyncio.open_connection(*address)
    writer.write(b"to another loop")
    print(await reader.read(100))
    writer.close()
    future = asyncio.run_coroutine_threadsafe(asyncio.sleep(0.01, "result"), loop)
    print(await asyncio.wrap_future(future))
    loop.call_soon_threadsafe(stop.set)
    await asyncio.to_thread(thread.join)

    # Timers end while the loop waits for a connection.
    async with await asyncio.start_server(shout, "127.0.0.1", 0) as server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        start = time.monotonic()
        try:
            async with asyncio.timeout(0.03):
                await reader.read()
        except TimeoutError:
            print(time.monotonic() - start >= 0.03)
        writer.close()


asyncio.run(main())
