import asyncio
import threading
import time

cash_register = threading.Lock()


def count_money(seconds: float) -> None:
    with cash_register:
        time.sleep(seconds)


async def early(seconds: float) -> None:
    await asyncio.sleep(seconds)
    print(f"early customer served after {seconds} s")


async def late(is_open: asyncio.Event) -> None:
    await is_open.wait()
    print("late customer served")


async def stocktaking(is_open: asyncio.Event) -> None:
    await asyncio.sleep(0.3)
    is_open.set()  # late is ready now, but the loop below has no await
    total = 0
    while total < 4_000_000:
        total += 1
    print("stock counted")


async def main() -> None:
    is_open = asyncio.Event()
    async with asyncio.TaskGroup() as shop:
        shop.create_task(early(0.2), name="early")
        shop.create_task(late(is_open), name="late")
        shop.create_task(stocktaking(is_open), name="stocktaking")
        shop.create_task(asyncio.to_thread(count_money, 0.5))
        shop.create_task(asyncio.to_thread(count_money, 0.1))


asyncio.run(main())
