import asyncio
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import current_thread
from time import perf_counter, sleep

PARCELS = 8
labels = Counter[str]()  # by thread


def print_label(parcel: int) -> None:
    sleep(0.3)
    labels[current_thread().name] += 1


async def print_all(threads: int) -> None:
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(max_workers=threads))
    labels.clear()
    start = perf_counter()
    async with asyncio.TaskGroup() as station:
        for parcel in range(PARCELS):
            station.create_task(asyncio.to_thread(print_label, parcel))
    took = perf_counter() - start
    print(f"{threads} threads: {PARCELS} labels in {took:.1f} s, {max(labels.values())} by each")


for threads in (8, 4):
    asyncio.run(print_all(threads))
