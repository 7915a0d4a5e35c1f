import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager


@asynccontextmanager
async def beside(job: Coroutine[None, None, None]) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as group:
        task = group.create_task(job)
        yield
        task.cancel()


async def play_music() -> None:
    try:
        while True:
            print("  la la la")
            await asyncio.sleep(0.4)
    finally:
        print("  music off")


async def main() -> None:
    print("shop opens")
    async with beside(play_music()):
        await asyncio.sleep(0.6)
        print("shop closes")
    print("silence")


asyncio.run(main())
