import asyncio
import time
from collections.abc import Callable

ANSWER = 0.1  # seconds until a weather station answers


def ask(stations: int) -> None:
    for _ in range(stations):
        time.sleep(ANSWER)


async def ask_together(stations: int) -> None:
    async with asyncio.TaskGroup() as group:
        for _ in range(stations):
            group.create_task(asyncio.sleep(ANSWER))


def ask_with_asyncio(stations: int) -> None:
    asyncio.run(ask_together(stations))


def seconds(call: Callable[[int], None], stations: int) -> float:
    start = time.perf_counter()
    call(stations)
    return time.perf_counter() - start


asyncio.run(ask_together(1))  # the first run of an event loop takes longer: leave it out
for stations in (1, 10):
    plain = seconds(ask, stations)
    asynchronous = seconds(ask_with_asyncio, stations)
    verdict = "much faster" if asynchronous < plain / 2 else "no faster"
    print(f"stations: {stations:2}, plain {plain:.2f} s, asyncio {asynchronous:.2f} s, {verdict}")
