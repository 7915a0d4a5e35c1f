import asyncio
from collections.abc import Callable
from time import monotonic, perf_counter, sleep


async def heartbeat(report: Callable[[float], None], every: float = 0.02) -> None:
    """Call report(seconds late) after every beat of the event loop, until cancelled.

    Run it as a task beside the others. In production, report can be the method of a metrics
    library that records one observation, and every can be longer.
    """
    while True:
        due = monotonic() + every
        await asyncio.sleep(every)
        report(max(0.0, monotonic() - due))


async def await_report() -> None:
    await asyncio.sleep(0.3)


async def read_sensor() -> None:
    sleep(0.5)  # blocks, as a driver without async does


async def compute_average() -> None:
    stop = perf_counter() + 0.5
    while perf_counter() < stop:
        sum(reading % 7 for reading in range(1_000))


async def main() -> None:
    delays: list[float] = []
    monitor = asyncio.create_task(heartbeat(delays.append))
    for suspect in (await_report, read_sensor, compute_average):
        await asyncio.sleep(0.05)
        delays.clear()
        await suspect()
        await asyncio.sleep(0.05)
        worst = max(delays)
        verdict = "blocks the loop" if worst > 0.25 else "is fine"
        print(f"{suspect.__name__} {verdict}: worst delay {worst * 1000:.0f} ms")
    monitor.cancel()


asyncio.run(main())
