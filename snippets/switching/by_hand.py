import asyncio


async def from_cache() -> str:
    return "12 °C"


async def from_station() -> str:
    await asyncio.sleep(0)
    return "14 °C"


async def reader(source: str) -> str:
    return await (from_cache() if source == "cache" else from_station())


for source in ["cache", "station"]:
    coroutine = reader(source)
    try:
        coroutine.send(None)
        print(f"{source}: suspended, the event loop would have control now")
        coroutine.send(None)
    except StopIteration as end:
        print(f"{source}: finished with {end.value}")
