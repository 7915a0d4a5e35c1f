import asyncio
from time import perf_counter

CLIENTS = 10_000


async def chat() -> None:
    await asyncio.sleep(0.5)


async def serve() -> None:
    async with asyncio.TaskGroup() as clients:
        for _ in range(CLIENTS):
            clients.create_task(chat())


started = perf_counter()
asyncio.run(serve())
print(f"{CLIENTS:,} waits of 0.50 s, one thread: {perf_counter() - started:.2f} s")
