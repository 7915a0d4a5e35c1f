import asyncio
import math
from concurrent.futures import ProcessPoolExecutor
from time import perf_counter

longest_pause = 0.0


async def beat() -> None:
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
    heart = asyncio.create_task(beat())
    await asyncio.sleep(0)  # its first beat
    start = perf_counter()
    async with asyncio.TaskGroup() as handlers:
        handlers.create_task(answer("Ana", 150_000, workers))
        handlers.create_task(answer("Ben", 20, workers))
    heart.cancel()
    print("heartbeat kept going:", longest_pause < (perf_counter() - start) / 2)


if __name__ == "__main__":
    with ProcessPoolExecutor(max_workers=2) as workers:
        list(workers.map(math.factorial, [1, 1]))  # start them before the first user comes
        asyncio.run(main(workers))
