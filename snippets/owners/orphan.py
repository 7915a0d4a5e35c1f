import asyncio
from collections.abc import Awaitable, Callable


async def send_receipt(order: str) -> None:
    try:
        await asyncio.sleep(0.3)
        print(f"  receipt for {order} sent")
    except asyncio.CancelledError:
        print(f"  receipt for {order} lost")
        raise


# region owners
async def take_order(order: str) -> None:
    receipt = asyncio.create_task(send_receipt(order))
    await asyncio.sleep(0.1)
    print(f"  {order}: paid, and {receipt.done()=}")


async def take_order_in_group(order: str) -> None:
    async with asyncio.TaskGroup() as group:
        receipt = group.create_task(send_receipt(order))
        await asyncio.sleep(0.1)
    print(f"  {order}: paid, and {receipt.done()=}")


# endregion


async def open_shop(take: Callable[[str], Awaitable[None]]) -> None:
    print(take.__name__)
    await take("tea")
    print("  shop closes")


asyncio.run(open_shop(take_order))
asyncio.run(open_shop(take_order_in_group))
