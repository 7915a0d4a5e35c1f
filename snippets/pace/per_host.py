import asyncio
from collections import defaultdict
from collections.abc import Mapping
from time import perf_counter

ANSWERS_AFTER = {"prado": 0.25, "tate": 0.1}
PICTURES = {"prado": 8, "tate": 4}


async def fetch(host: str, limits: Mapping[str, asyncio.Semaphore]) -> None:
    async with limits[host]:
        await asyncio.sleep(ANSWERS_AFTER[host])


async def visit(host: str, limits: Mapping[str, asyncio.Semaphore]) -> None:
    start = perf_counter()
    async with asyncio.TaskGroup() as pictures:
        for _ in range(PICTURES[host]):
            pictures.create_task(fetch(host, limits))
    print(f"  {host} done after {perf_counter() - start:.1f} s")


async def main() -> None:
    shared = asyncio.Semaphore(4)
    for what, limits in [
        ("4 for all", defaultdict(lambda: shared)),
        ("2 for each host", defaultdict(lambda: asyncio.Semaphore(2))),
    ]:
        print(what)
        async with asyncio.TaskGroup() as hosts:
            for host in PICTURES:
                hosts.create_task(visit(host, limits))


asyncio.run(main())
