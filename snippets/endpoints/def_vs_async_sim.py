import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from inspect import iscoroutinefunction
from time import perf_counter, sleep
from typing import Any

LOOK_UP = 0.2


# region endpoints
def departures() -> None:
    sleep(LOOK_UP)


async def departures_blocking() -> None:
    sleep(LOOK_UP)


async def departures_awaiting() -> None:
    await asyncio.sleep(LOOK_UP)


async def call(endpoint: Callable[[], Any]) -> None:
    if iscoroutinefunction(endpoint):
        await endpoint()
        return
    async with tokens:
        await asyncio.to_thread(endpoint)


# endregion


async def main() -> None:
    global tokens
    tokens = asyncio.Semaphore(40)
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(max_workers=40))
    for endpoint, requests in (
        (departures, 40),
        (departures, 41),
        (departures_blocking, 4),
        (departures_awaiting, 41),
    ):
        start = perf_counter()
        async with asyncio.TaskGroup() as station:
            for _ in range(requests):
                station.create_task(call(endpoint))
        rounds = int((perf_counter() - start) / LOOK_UP)
        print(f"{endpoint.__name__}: {requests} requests take {rounds} × {LOOK_UP} s")


tokens: asyncio.Semaphore
asyncio.run(main())
