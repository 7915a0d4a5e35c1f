import asyncio


async def send_receipt(order: str) -> None:
    try:
        await asyncio.sleep(0.3)
        print(f"receipt for {order} sent")
    except asyncio.CancelledError:
        print(f"receipt for {order} lost")
        raise


# region taking
async def take_order(order: str) -> None:
    receipt = asyncio.create_task(send_receipt(order))
    await asyncio.sleep(0.1)
    print(f"{order}: paid, and {receipt.done()=}")


# endregion


async def open_shop() -> None:
    await take_order("tea")
    print("shop closes")


asyncio.run(open_shop())
