import asyncio

STATIONS = {"Oslo": 0.3, "Cairo": 0.2, "Lima": 0.1, "Quito": 5.0}  # seconds until each answers


async def fetch(station: str) -> float:
    await asyncio.sleep(STATIONS[station])  # put the awaitable call of your library here
    if station == "Cairo":
        raise ConnectionError("the station hung up")
    return 21.5


async def report(station: str, connections: asyncio.Semaphore) -> None:
    try:
        async with connections, asyncio.timeout(1):
            temperature = await fetch(station)
    except TimeoutError:
        print(f"{station}: no answer within 1 s")
    except Exception as error:  # if it left the task, the group would cancel all others
        print(f"{station}: {error!r}")
    else:
        print(f"{station}: {temperature} °C")


async def main() -> None:
    connections = asyncio.Semaphore(10)  # at most 10 connections at the same time
    async with asyncio.TaskGroup() as reports:
        for station in STATIONS:
            reports.create_task(report(station, connections))


asyncio.run(main())
