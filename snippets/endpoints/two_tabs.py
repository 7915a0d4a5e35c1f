import asyncio
from collections import defaultdict
from collections.abc import Callable, Coroutine


class Server:
    in_progress = most = 0

    async def answer(self, address: str) -> None:
        self.in_progress += 1
        self.most = max(self.most, self.in_progress)
        await asyncio.sleep(0.2)
        self.in_progress -= 1


class Browser:
    """One request for each address at a time, as behind Chromium's cache."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.entries: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def get(self, address: str) -> None:
        async with self.entries[address]:
            await self.server.answer(address)


async def open_tabs(get: Callable[[str], Coroutine[None, None, None]], *addresses: str) -> None:
    async with asyncio.TaskGroup() as tabs:
        for address in addresses:
            tabs.create_task(get(address))


async def main() -> None:
    server = Server()
    await open_tabs(Browser(server).get, "/slow", "/slow")
    print("two tabs, one address:  ", server.most, "at a time")

    server = Server()
    await open_tabs(Browser(server).get, "/slow?n=1", "/slow?n=2")
    print("two tabs, two addresses:", server.most, "at a time")

    server = Server()
    await open_tabs(server.answer, "/slow", "/slow")
    print("a client without cache: ", server.most, "at a time")


asyncio.run(main())
