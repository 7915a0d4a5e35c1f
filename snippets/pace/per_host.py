import asyncio
from collections import defaultdict
from collections.abc import Mapping
from time import perf_counter

ANSWERS_AFTER = {"oslo": 0.25, "lima": 0.1}
REPORTS = {"oslo": 8, "lima": 4}


async def fetch(host: str, limits: Mapping[str, asyncio.Semaphore]) -> None:
    async with limits[host]:
        await asyncio.sleep(ANSWERS_AFTER[host])


async def fetch_all(host: str, limits: Mapping[str, asyncio.Semaphore]) -> None:
    start = perf_counter()
    async with asyncio.TaskGroup() as reports:
        for _ in range(REPORTS[host]):
            reports.create_task(fetch(host, limits))
    print(f"  {host} done after {perf_counter() - start:.1f} s")


async def main() -> None:
    shared = asyncio.Semaphore(4)
    for what, limits in [
        ("4 for all", defaultdict(lambda: shared)),
        ("2 for each host", defaultdict(lambda: asyncio.Semaphore(2))),
    ]:
        print(what)
        async with asyncio.TaskGroup() as hosts:
            for host in REPORTS:
                hosts.create_task(fetch_all(host, limits))


asyncio.run(main())
