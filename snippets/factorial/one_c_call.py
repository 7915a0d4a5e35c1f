import asyncio
import math
from collections.abc import Callable
from time import perf_counter

longest_pause = 0.0


async def heartbeat() -> None:
    global longest_pause
    while True:
        due = perf_counter() + 0.01
        await asyncio.sleep(0.01)
        longest_pause = max(longest_pause, perf_counter() - due)


def factorial(number: int) -> int:
    product = 1
    for factor in range(2, number + 1):
        product *= factor
    return product


async def measure(name: str, compute: Callable[[int], int], number: int) -> None:
    global longest_pause
    longest_pause, start = 0.0, perf_counter()
    ticking = asyncio.create_task(heartbeat())
    await asyncio.sleep(0)  # the first tick is scheduled
    await asyncio.to_thread(compute, number)
    took = perf_counter() - start
    await asyncio.sleep(0.02)  # a late tick is still counted
    ticking.cancel()
    print(name)
    print(f"    longest pause: {longest_pause * 1000:.0f} ms")
    print("    event loop responsive:", longest_pause < took / 2)


async def main() -> None:
    await measure("thread, loop in Python", factorial, 30_000)
    await measure("thread, math.factorial", math.factorial, 80_000)


asyncio.run(main())
