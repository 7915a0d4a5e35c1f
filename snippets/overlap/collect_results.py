import asyncio

ARCHIVE = {"Oslo": (0.6, 4), "Lima": (0.2, 19), "Cairo": (0.4, 28)}


async def fetch_temperature(station: str) -> int:
    delay, celsius = ARCHIVE[station]
    await asyncio.sleep(delay)
    print(f"{station} has answered")
    return celsius


async def main() -> None:
    async with asyncio.TaskGroup() as group:
        readings = {name: group.create_task(fetch_temperature(name)) for name in ARCHIVE}

    for name, task in readings.items():
        print(f"{name:6}{task.result():3} °C")


asyncio.run(main())
