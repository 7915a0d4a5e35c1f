import asyncio
from time import perf_counter

REPORTS = 12
in_progress = most = 0


async def fetch(report: int, limit: asyncio.Semaphore) -> None:
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
        async with asyncio.TaskGroup() as tasks:
            for report in range(REPORTS):
                tasks.create_task(fetch(report, limit))
        took = perf_counter() - start
        print(f"Semaphore({places}): at most {most} in progress, {took:.1f} s in all")


asyncio.run(main())
