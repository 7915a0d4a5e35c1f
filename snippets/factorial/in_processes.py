import asyncio
import math
from concurrent.futures import ProcessPoolExecutor
from time import perf_counter

longest_pause = 0.0


async def heartbeat() -> None:
    global longest_pause
    while True:
        due = perf_counter() + 0.01
        await asyncio.sleep(0.01)
        longest_pause = max(longest_pause, perf_counter() - due)


def bits_of_factorial(number: int) -> int:
    return math.factorial(number).bit_length()


async def answer(user: str, number: int, workers: ProcessPoolExecutor) -> None:
    loop = asyncio.get_running_loop()
    bits = await loop.run_in_executor(workers, bits_of_factorial, number)
    print(f"{user} gets {number:,}!: {bits:,} bits")


async def main(workers: ProcessPoolExecutor) -> None:
    ticking = asyncio.create_task(heartbeat())
    await asyncio.sleep(0)  # the first tick is scheduled
    start = perf_counter()
    async with asyncio.TaskGroup() as handlers:
        handlers.create_task(answer("Ana", 150_000, workers))
        handlers.create_task(answer("Ben", 20, workers))
    ticking.cancel()
    print("event loop responsive:", longest_pause < (perf_counter() - start) / 2)


if __name__ == "__main__":
    with ProcessPoolExecutor(max_workers=2) as workers:
        list(workers.map(math.factorial, [1, 1]))  # starts both processes before the first request
        asyncio.run(main(workers))
