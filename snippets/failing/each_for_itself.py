import asyncio

DELAYS = {"Oslo": 0.1, "Cairo": 0.2, "Lima": 0.3}


async def ask(station: str) -> str:
    await asyncio.sleep(DELAYS[station])
    if station == "Cairo":
        raise ConnectionError("connection reset")
    return "answered"


async def ask_or_explain(station: str) -> str:
    try:
        return await ask(station)
    except ConnectionError as error:
        return f"no answer ({error})"


async def main() -> None:
    async with asyncio.TaskGroup() as group:
        tasks = {station: group.create_task(ask_or_explain(station)) for station in DELAYS}

    for station, task in tasks.items():
        print(f"{station}: {task.result()}")


asyncio.run(main())
