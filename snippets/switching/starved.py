import asyncio
import time

worst = 0.0


async def heartbeat() -> None:
    global worst
    while True:
        expected = time.perf_counter() + 0.05
        await asyncio.sleep(0.05)
        worst = max(worst, time.perf_counter() - expected)


# region readings
async def fetch(reading: int) -> int:
    return reading  # every reading is in the cache


async def summarise(readings: int, *, yields: bool) -> None:
    for reading in range(readings):
        await fetch(reading)
        time.sleep(0.002)  # stands for two milliseconds of computing
        if yields:
            await asyncio.sleep(0)


async def main() -> None:
    global worst
    ticking = asyncio.create_task(heartbeat())
    for yields in [False, True]:
        await asyncio.sleep(0.06)
        worst = 0.0
        await summarise(200, yields=yields)
        await asyncio.sleep(0.06)
        late = "more" if worst > 0.2 else "less"
        print(f"{yields=}: the latest tick was {late} than 0.2 s late ({worst:.3f} s)")
    ticking.cancel()


asyncio.run(main())
# endregion
