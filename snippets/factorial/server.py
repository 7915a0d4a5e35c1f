import asyncio
from collections.abc import Awaitable, Callable
from time import perf_counter

type Compute = Callable[[int], Awaitable[int]]
longest_pause = 0.0


async def heartbeat() -> None:
    global longest_pause
    while True:
        due = perf_counter() + 0.01
        await asyncio.sleep(0.01)
        longest_pause = max(longest_pause, perf_counter() - due)


# region server
def factorial(number: int) -> int:
    product = 1
    for factor in range(2, number + 1):
        product *= factor
    return product


async def inline(number: int) -> int:
    return factorial(number)


async def in_a_thread(number: int) -> int:
    return await asyncio.to_thread(factorial, number)


async def answer(user: str, number: int, compute: Compute) -> None:
    product = await compute(number)
    print(f"    {user} gets {number:,}!: {product.bit_length():,} bits")


async def serve(requests: asyncio.Queue[tuple[str, int]], compute: Compute) -> None:
    async with asyncio.TaskGroup() as handlers:
        while not requests.empty():
            user, number = await requests.get()
            handlers.create_task(answer(user, number, compute))


# endregion


async def main() -> None:
    global longest_pause
    for compute in (inline, in_a_thread):
        print(compute.__name__)
        requests: asyncio.Queue[tuple[str, int]] = asyncio.Queue()
        requests.put_nowait(("Ana", 30_000))
        requests.put_nowait(("Ben", 20))
        longest_pause, start = 0.0, perf_counter()
        ticking = asyncio.create_task(heartbeat())
        await asyncio.sleep(0)  # the first tick is scheduled
        await serve(requests, compute)
        await asyncio.sleep(0.02)  # a late tick is still counted
        ticking.cancel()
        print("    event loop responsive:", longest_pause < (perf_counter() - start) / 2)


asyncio.run(main())
