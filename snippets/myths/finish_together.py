import asyncio
from time import perf_counter

STATIONS = {"Oslo": 0.8, "Cairo": 0.2, "Lima": 0.5}  # seconds until each answers
start = perf_counter()


async def ask(station: str, answered: list[str]) -> None:
    await asyncio.sleep(STATIONS[station])
    answered.append(station)
    print(f"{perf_counter() - start:.1f} s  {station} answers")


async def main() -> None:
    answered: list[str] = []
    async with asyncio.TaskGroup() as group:
        for station in STATIONS:
            group.create_task(ask(station, answered))
    print("all asked together, answered:", ", then ".join(answered))


asyncio.run(main())
