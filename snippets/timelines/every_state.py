import asyncio
import threading
import time

till = threading.Lock()


def count_money(seconds: float) -> None:
    with till:
        time.sleep(seconds)


async def early(seconds: float) -> None:
    await asyncio.sleep(seconds)
    print(f"served after {seconds} s")


async def late(doors: asyncio.Event) -> None:
    await doors.wait()
    print("served when the doors are open")


async def stocktaking(doors: asyncio.Event) -> None:
    await asyncio.sleep(0.3)
    doors.set()
    total = 0
    while total < 4_000_000:
        total += 1
    print("stock counted")


async def main() -> None:
    doors = asyncio.Event()
    async with asyncio.TaskGroup() as shop:
        shop.create_task(early(0.2), name="early")
        shop.create_task(late(doors), name="late")
        shop.create_task(stocktaking(doors), name="stocktaking")
        shop.create_task(asyncio.to_thread(count_money, 0.5))
        shop.create_task(asyncio.to_thread(count_money, 0.1))


asyncio.run(main())
