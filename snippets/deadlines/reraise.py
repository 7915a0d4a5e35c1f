import asyncio
from collections.abc import Awaitable, Callable
from time import perf_counter

STATIONS = "Oslo", "Cairo", "Lima"
Job = Callable[[], Awaitable[None]]


async def ask(station: str) -> None:
    await asyncio.sleep(0.3)
    print(f"  {station} answers")


# region jobs
async def raise_again() -> None:
    for station in STATIONS:
        try:
            await ask(station)
        except asyncio.CancelledError:
            print(f"  close the connection to {station}")
            raise


async def swallow() -> None:
    for station in STATIONS:
        try:
            await ask(station)
        except asyncio.CancelledError:
            print(f"  close the connection to {station}")


async def with_timeout(job: Job) -> None:
    async with asyncio.timeout(0.2):
        await job()


async def with_group(job: Job) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(job())
        await asyncio.sleep(0.2)
        raise ConnectionError("the network is down")


# endregion


async def main() -> None:
    for limit in with_timeout, with_group:
        for job in raise_again, swallow:
            print(f"{job.__name__}, {limit.__name__}:")
            start = perf_counter()
            outcome = "no error"
            try:
                await limit(job)
            except (TimeoutError, ExceptionGroup) as error:
                outcome = type(error).__name__
            print(f"  {outcome} after {perf_counter() - start:.1f} s")


asyncio.run(main())
