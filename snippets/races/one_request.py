import asyncio

requests = 0


async def fetch(city: str) -> str:
    global requests
    requests += 1
    await asyncio.sleep(0.2)
    return f"rain in {city}"


# region caches
texts: dict[str, str] = {}


async def keep_the_text(city: str) -> str:
    if city not in texts:
        texts[city] = await fetch(city)
    return texts[city]


tasks: dict[str, asyncio.Task[str]] = {}


async def keep_the_task(city: str) -> str:
    if city not in tasks:
        tasks[city] = asyncio.create_task(fetch(city))
    return await tasks[city]


# endregion


async def main() -> None:
    global requests
    for forecast in (keep_the_text, keep_the_task):
        requests = 0
        async with asyncio.TaskGroup() as callers:
            for _ in range(5):
                callers.create_task(forecast("Oslo"))
        print(f"{forecast.__name__}: calls: 5, requests to the service: {requests}")


asyncio.run(main())
