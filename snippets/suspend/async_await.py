import asyncio

PASSENGERS = {"Oban": 12, "Tiree": 3, "Coll": 5}


async def board(ferry: str, harbour: str) -> int:
    print(f"{ferry} lies at {harbour}")
    await asyncio.sleep(0)
    return PASSENGERS[harbour]


async def sail(ferry: str, harbours: list[str]) -> None:
    aboard = 0
    for harbour in harbours:
        aboard += await board(ferry, harbour)
    print(f"{ferry} comes home with {aboard}")


async def main() -> None:
    async with asyncio.TaskGroup() as fleet:
        fleet.create_task(sail("Iona", ["Oban", "Coll"]))
        fleet.create_task(sail("Skye", ["Oban", "Tiree"]))


asyncio.run(main())
