import asyncio
import time
from collections.abc import Callable

ANSWER = 0.1  # seconds until the bakery answers


def ask(orders: int) -> None:
    for _ in range(orders):
        time.sleep(ANSWER)


async def ask_together(orders: int) -> None:
    async with asyncio.TaskGroup() as group:
        for _ in range(orders):
            group.create_task(asyncio.sleep(ANSWER))


def ask_with_asyncio(orders: int) -> None:
    asyncio.run(ask_together(orders))


def seconds(call: Callable[[int], None], orders: int) -> float:
    start = time.perf_counter()
    call(orders)
    return time.perf_counter() - start


asyncio.run(ask_together(1))  # warm up
for orders in (1, 10):
    plain = seconds(ask, orders)
    asynchronous = seconds(ask_with_asyncio, orders)
    verdict = "much faster" if asynchronous < plain / 2 else "no faster"
    print(f"orders: {orders:2}, in turn {plain:.2f} s, asyncio {asynchronous:.2f} s, {verdict}")
