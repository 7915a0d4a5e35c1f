import asyncio
import threading
import time

till = threading.Lock()


def count_money(seconds: float) -> None:
    with till:
        time.sleep(seconds)


async def customer(seconds: float) -> None:
    await asyncio.sleep(seconds)
    print(f"served after {seconds} s")


async def stocktaking() -> None:
    await asyncio.sleep(0.3)
    total = 0
    while total < 4_000_000:
        total += 1
    print("stock counted")


async def main() -> None:
    async with asyncio.TaskGroup() as shop:
        shop.create_task(customer(0.2), name="early")
        shop.create_task(customer(0.35), name="late")
        shop.create_task(stocktaking(), name="stocktaking")
        shop.create_task(asyncio.to_thread(count_money, 0.5))
        shop.create_task(asyncio.to_thread(count_money, 0.1))


asyncio.run(main())
