import asyncio

WEATHER = {"Oslo": (0.6, 4), "Lima": (0.2, 19), "Cairo": (0.4, 28)}  # seconds to wait, °C


async def fetch_temperature(station: str) -> int:
    seconds, celsius = WEATHER[station]
    await asyncio.sleep(seconds)
    print(f"{station} answers")
    return celsius


async def main() -> None:
    async with asyncio.TaskGroup() as group:
        tasks = {name: group.create_task(fetch_temperature(name)) for name in WEATHER}

    for name, task in tasks.items():
        print(f"{name}: {task.result()} °C")


asyncio.run(main())
