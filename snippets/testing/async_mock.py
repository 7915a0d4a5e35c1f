import asyncio
from collections.abc import Awaitable, Callable
from unittest.mock import AsyncMock

type Ask = Callable[[str], Awaitable[str]]


async def read_together(stations: list[str], ask: Ask) -> None:
    async with asyncio.TaskGroup() as group:
        for station in stations:
            group.create_task(read(station, ask))


async def read(station: str, ask: Ask) -> None:
    print("  ask", station)
    print(" ", station, await ask(station))


# region mocks
async def answer_later(station: str) -> str:
    await asyncio.sleep(0)  # yields to the event loop, as a real connection would
    return "7 °C"


for ask in (AsyncMock(return_value="7 °C"), AsyncMock(side_effect=answer_later)):
    print("yields:", ask.side_effect is not None)
    asyncio.run(read_together(["Oslo", "Lima"], ask))
    print(" ", ask.await_count, "calls awaited")
# endregion
