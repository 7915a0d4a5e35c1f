import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any


@asynccontextmanager
async def in_background(job: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as group:
        task = group.create_task(job)
        yield
        task.cancel()  # without this, the group would wait for the job for ever


async def watch_stock() -> None:
    try:
        while True:
            print("  stock checked")
            await asyncio.sleep(0.4)
    finally:
        print("  stock checks end")


async def main() -> None:
    print("shop opens")
    async with in_background(watch_stock()):
        await asyncio.sleep(0.6)
        print("shop closes")
    print("lights out")


asyncio.run(main())
