import asyncio
from functools import partial

outcomes = iter([ConnectionError("the station is offline"), "rain"])


async def fetch(city: str) -> str:
    print(f"request for {city}")
    await asyncio.sleep(0.2)
    outcome = next(outcomes)
    if isinstance(outcome, Exception):
        raise outcome
    return f"{outcome} in {city}"


# region cache
tasks: dict[str, asyncio.Task[str]] = {}


def forget_failure(city: str, task: asyncio.Task[str]) -> None:
    if task.cancelled() or task.exception():
        del tasks[city]  # the next call tries again


async def forecast(city: str) -> str:
    if city not in tasks:
        tasks[city] = asyncio.create_task(fetch(city))
        tasks[city].add_done_callback(partial(forget_failure, city))
    # If this caller is cancelled, the request still completes for the others.
    return await asyncio.shield(tasks[city])


# endregion


async def call(name: str, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            print(f"{name}: {await forecast('Oslo')}")
    except (ConnectionError, TimeoutError) as error:
        print(f"{name}: {error!r}")


async def main() -> None:
    await call("Ada", 1)
    async with asyncio.TaskGroup() as callers:
        callers.create_task(call("Ben", 0.1))
        callers.create_task(call("Cleo", 1))


asyncio.run(main())
