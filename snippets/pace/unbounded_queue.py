# /// script
# requires-python = ">=3.13"
# ///
import asyncio
from time import perf_counter

PICTURES, WORKERS = 24, 3


async def read_list(pictures: asyncio.Queue[int]) -> None:
    start, most = perf_counter(), 0
    for picture in range(PICTURES):
        await pictures.put(picture)
        most = max(most, pictures.qsize())
    took = perf_counter() - start
    print(f"the list was read in {took:.1f} s, at most {most} pictures were waiting")
    pictures.shutdown()


async def fetch_all(pictures: asyncio.Queue[int]) -> None:
    try:
        while True:
            await pictures.get()
            await asyncio.sleep(0.1)
    except asyncio.QueueShutDown:
        pass


# region limit
async def main() -> None:
    pictures = asyncio.Queue[int]()
    start = perf_counter()
    async with asyncio.TaskGroup() as visit:
        visit.create_task(read_list(pictures))
        for _ in range(WORKERS):
            visit.create_task(fetch_all(pictures))
    print(f"all fetched after {perf_counter() - start:.1f} s")


# endregion

asyncio.run(main())
