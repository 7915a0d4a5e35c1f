import asyncio


async def fill_tank() -> None:
    print("  valve opens")
    try:
        await asyncio.sleep(60)
        print("  tank full")
    finally:
        print("  valve closes")
        await asyncio.sleep(0.2)
        print("  valve closed")


async def main() -> None:
    filling = asyncio.create_task(fill_tank())
    await asyncio.sleep(0.3)

    print("cancel")
    filling.cancel()
    print("done?", filling.done())
    try:
        await filling
    except asyncio.CancelledError:
        print("done?", filling.done())


asyncio.run(main())
