import asyncio
import time

start = time.perf_counter()


def log(event: str) -> None:
    print(f"{time.perf_counter() - start:.2f} s  {event}")


# region asyncio
async def report(station: str, pause: float, times: int) -> int:
    for _ in range(times):
        log(f"{station} reports")
        await asyncio.sleep(pause)
    log(f"{station} signs off")
    return times


async def main() -> None:
    async with asyncio.TaskGroup() as stations:
        oslo = stations.create_task(report("Oslo", 0.2, times=3))
        cairo = stations.create_task(report("Cairo", 0.5, times=2))
    log(f"{oslo.result() + cairo.result()} reports in all")


asyncio.run(main())
# endregion
