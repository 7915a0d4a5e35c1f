import asyncio
import selectors
import socket


async def main():
    loop = asyncio.get_running_loop()
    print(await loop.getaddrinfo("127.0.0.1", 80, type=socket.SOCK_STREAM))
    found = await loop.getaddrinfo("localhost", 80, family=socket.AF_INET, proto=6)
    print([address for *_, address in found])
    print(await loop.getnameinfo(("127.0.0.1", 80), socket.NI_NUMERICHOST | socket.NI_NUMERICSERV))
    try:
        await loop.getaddrinfo("name.invalid", 80)
    except socket.gaierror as error:
        print(type(error).__name__)
    async with await asyncio.start_server(lambda r, w: w.close(), "localhost", 0) as server:
        port = server.sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("localhost", port)
        print(await reader.read(), writer.get_extra_info("socket").type.name)
        writer.close()


class Counting(selectors.DefaultSelector):
    calls = 0

    def select(self, timeout=None):
        type(self).calls += 1
        return super().select(timeout)


async def use_own_selector():
    loop, event = asyncio.get_running_loop(), asyncio.Event()
    await asyncio.to_thread(loop.call_soon_threadsafe, event.set)
    await event.wait()
    a, b = socket.socketpair()
    a.setblocking(False)
    loop.call_later(0.01, b.send, b"sent later")
    print(await loop.sock_recv(a, 100), Counting.calls > 1)
    a.close(), b.close()


asyncio.run(main())
for kind in (Counting, selectors.SelectSelector, selectors.PollSelector, selectors.EpollSelector):
    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(kind())) as runner:
        runner.run(use_own_selector())
