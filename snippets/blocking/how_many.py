import asyncio
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import current_thread
from time import perf_counter, sleep

STATIONS = 8
readings = Counter[str]()  # by thread


def read_sensor(station: int) -> None:
    sleep(0.3)
    readings[current_thread().name] += 1


async def read_all(threads: int) -> None:
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(max_workers=threads))
    readings.clear()
    start = perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for station in range(STATIONS):
            tasks.create_task(asyncio.to_thread(read_sensor, station))
    took = perf_counter() - start
    print(
        f"{threads} threads: {STATIONS} readings in {took:.1f} s, {max(readings.values())} by each"
    )


for threads in (8, 4):
    asyncio.run(read_all(threads))
