import asyncio
from time import perf_counter

BEAT = 0.2
started = perf_counter()


def log(text: str) -> None:
    print(f"{(perf_counter() - started) * 1000:5.0f} ms  {text}")


async def heartbeat() -> None:
    first = perf_counter() + BEAT
    for beat in range(4):
        due = first + beat * BEAT
        await asyncio.sleep(due - perf_counter())
        log(f"beat {beat + 1}, {(perf_counter() - due) * 1000:.0f} ms late")


async def fetch_forecast() -> None:
    log("asking for a forecast …")
    await asyncio.sleep(0.4)
    log("… answered")


async def compute_forecast() -> None:
    log("computing a forecast …")
    stop = perf_counter() + 0.4
    while perf_counter() < stop:
        sum(range(1_000))
    log("… computed")


async def main() -> None:
    for forecast in (fetch_forecast, compute_forecast):
        async with asyncio.TaskGroup() as station:
            station.create_task(heartbeat())
            await asyncio.sleep(0.1)
            await forecast()
        print()


asyncio.run(main())
