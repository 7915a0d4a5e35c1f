import asyncio
import time


async def fetch(reading: int) -> int:
    return reading  # every reading is in the cache


async def summarise(readings: int, *, yields: bool) -> None:
    for reading in range(readings):
        await fetch(reading)
        time.sleep(0.002)  # stands for two milliseconds of computing
        if yields:
            await asyncio.sleep(0)


async def main() -> None:
    for yields in [False, True]:
        start = time.perf_counter()
        try:
            async with asyncio.timeout(0.1):
                await summarise(200, yields=yields)
            outcome = "all 200 readings, no timeout"
        except TimeoutError:
            outcome = "TimeoutError"
        print(f"{yields=}: {outcome} after {time.perf_counter() - start:.2f} s")


asyncio.run(main())
