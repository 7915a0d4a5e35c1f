import asyncio


async def from_the_desk() -> str:
    return "Emma"


async def from_the_cellar() -> str:
    await asyncio.sleep(0)
    return "Ulysses"


async def reader(source: str) -> str:
    return await (from_the_desk() if source == "desk" else from_the_cellar())


for source in ["desk", "cellar"]:
    coroutine = reader(source)
    try:
        coroutine.send(None)
        print(f"{source}: paused, the event loop would have control now")
        coroutine.send(None)
    except StopIteration as end:
        print(f"{source}: finished with {end.value}")
