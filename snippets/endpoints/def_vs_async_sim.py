import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from inspect import iscoroutinefunction
from time import perf_counter, sleep
from typing import Any

at_a_time = most = 0


@contextmanager
def counted() -> Iterator[None]:
    global at_a_time, most
    at_a_time += 1
    most = max(most, at_a_time)
    yield
    at_a_time -= 1


# region endpoints
def look_up() -> None:
    sleep(0.2)


async def look_up_blocking() -> None:
    sleep(0.2)


async def look_up_awaiting() -> None:
    await asyncio.sleep(0.2)


async def call(endpoint: Callable[[], Any], tokens: asyncio.Semaphore) -> None:
    if iscoroutinefunction(endpoint):
        with counted():
            await endpoint()
    else:
        async with tokens:
            with counted():
                await asyncio.to_thread(endpoint)


# endregion


async def ask(endpoint: Callable[[], Any], requests: int) -> None:
    global most
    tokens = asyncio.Semaphore(40)
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(max_workers=40))
    most, start = 0, perf_counter()
    async with asyncio.TaskGroup() as customers:
        for _ in range(requests):
            customers.create_task(call(endpoint, tokens))
    took = perf_counter() - start
    print(f"{endpoint.__name__}: {requests} requests, {most} at a time, {took:.1f} s")


asyncio.run(ask(look_up, 40))
asyncio.run(ask(look_up, 41))
asyncio.run(ask(look_up_blocking, 4))
asyncio.run(ask(look_up_awaiting, 41))
