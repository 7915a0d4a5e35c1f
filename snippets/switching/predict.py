import asyncio

CACHED = {"Oslo", "Cairo"}


async def forecast(city: str) -> str:
    if city not in CACHED:
        await asyncio.sleep(0.1)  # ask the weather station
    return f"the forecast for {city}"


async def read(reader: str, cities: list[str]) -> None:
    for city in cities:
        print(f"{reader} asks for {city}")
        await forecast(city)
        print(f"{reader} has {city}")


async def main() -> None:
    async with asyncio.TaskGroup() as readers:
        readers.create_task(read("Ada", ["Oslo", "Cairo", "Lima"]))
        readers.create_task(read("Ben", ["Cairo", "Oslo"]))


asyncio.run(main())
