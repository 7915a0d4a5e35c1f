import asyncio
import json
from time import perf_counter


async def heartbeat(delays: list[float]) -> None:
    while True:
        due = perf_counter() + 0.01
        await asyncio.sleep(0.01)
        delays.append(perf_counter() - due)


# region jobs
archive = "[" + ", ".join(['["Oslo", 7.5]'] * 700_000) + "]"


def many_steps_in_python() -> None:
    stop = perf_counter() + 0.4
    while perf_counter() < stop:
        sum(reading * 3 for reading in range(50))


def one_call_into_c() -> None:
    json.loads(archive)


# endregion


async def main() -> None:
    delays: list[float] = []
    monitor = asyncio.create_task(heartbeat(delays))
    for job in (many_steps_in_python, one_call_into_c):
        delays.clear()
        start = perf_counter()
        await asyncio.to_thread(job)
        await asyncio.sleep(0.02)
        took, worst = perf_counter() - start, max(delays)
        verdict = "was blocked" if worst > took / 2 else "kept running"
        print(f"{job.__name__}: the loop {verdict}, longest pause {worst * 1000:.0f} ms")
    monitor.cancel()


asyncio.run(main())
