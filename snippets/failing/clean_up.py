import asyncio


async def hold_item() -> None:
    print("  item reserved")
    try:
        await asyncio.sleep(60)  # the customer is paying
        print("  item sold")
    finally:
        print("  releasing the item")
        await asyncio.sleep(0.2)
        print("  item released")


async def main() -> None:
    hold = asyncio.create_task(hold_item())
    await asyncio.sleep(0.3)

    print("cancel")
    hold.cancel()
    print("done?", hold.done())
    try:
        await hold
    except asyncio.CancelledError:
        print("done?", hold.done())


asyncio.run(main())
