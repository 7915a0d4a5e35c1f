import asyncio
from time import sleep


def read_scale() -> float:
    sleep(0.35)  # put the one call that blocks here
    return 71.5


async def show_clock() -> None:
    for tick in range(1, 5):
        print(f"tick {tick}")
        await asyncio.sleep(0.1)


async def main() -> None:
    async with asyncio.TaskGroup() as shop:
        shop.create_task(show_clock())
        await asyncio.sleep(0.05)
        weight = await asyncio.to_thread(read_scale)
        print(f"the scale says {weight} kg")


asyncio.run(main())
