import asyncio
from time import perf_counter

STATIONS = 10_000


async def wait_for_reading() -> None:
    await asyncio.sleep(0.5)


async def main() -> None:
    async with asyncio.TaskGroup() as stations:
        for _ in range(STATIONS):
            stations.create_task(wait_for_reading())


started = perf_counter()
asyncio.run(main())
print(f"{STATIONS:,} waits of 0.50 s, one thread: {perf_counter() - started:.2f} s")
