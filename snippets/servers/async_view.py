import asyncio
from time import perf_counter

QUERY = 0.1
at_a_time = most = 0


# region view
async def forecast(city: str) -> None:
    global at_a_time, most
    at_a_time += 1
    most = max(most, at_a_time)
    async with asyncio.TaskGroup() as queries:
        queries.create_task(asyncio.sleep(QUERY))  # temperature
        queries.create_task(asyncio.sleep(QUERY))  # wind
    at_a_time -= 1


def wsgi_worker(cities: list[str]) -> None:
    for city in cities:
        asyncio.run(forecast(city))


async def asgi_worker(cities: list[str]) -> None:
    async with asyncio.TaskGroup() as requests:
        for city in cities:
            requests.create_task(forecast(city))


# endregion
def report(worker: str, start: float) -> None:
    print(f"{worker}: requests at a time: {most}, {perf_counter() - start:.1f} s for 4 × 2 queries")


cities = ["Lisbon", "Oslo", "Lima", "Tromsø"]
start = perf_counter()
wsgi_worker(cities)
report("WSGI worker", start)

most, start = 0, perf_counter()
asyncio.run(asgi_worker(cities))
report("ASGI worker", start)
