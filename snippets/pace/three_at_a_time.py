import asyncio
from time import perf_counter

PICTURES = 12
in_progress = most = 0


async def fetch(picture: int, limit: asyncio.Semaphore) -> None:
    global in_progress, most
    async with limit:
        in_progress += 1
        most = max(most, in_progress)
        await asyncio.sleep(0.3)
        in_progress -= 1


async def main() -> None:
    global most
    for places in 12, 3:
        most = 0
        limit = asyncio.Semaphore(places)
        start = perf_counter()
        async with asyncio.TaskGroup() as visit:
            for picture in range(PICTURES):
                visit.create_task(fetch(picture, limit))
        took = perf_counter() - start
        print(f"{places} places: at most {most} in progress, {took:.1f} s in all")


asyncio.run(main())
