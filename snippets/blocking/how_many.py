import asyncio
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter, sleep

PARCELS, ONE_LABEL = 8, 0.3


def print_label(parcel: int) -> None:
    sleep(ONE_LABEL)


async def print_all(threads: int) -> None:
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(max_workers=threads))
    start = perf_counter()
    async with asyncio.TaskGroup() as station:
        for parcel in range(PARCELS):
            station.create_task(asyncio.to_thread(print_label, parcel))
    took = perf_counter() - start
    print(f"{threads} threads: {PARCELS} labels in {took:.1f} s, rounds: {round(took / ONE_LABEL)}")


for threads in (8, 4):
    asyncio.run(print_all(threads))
