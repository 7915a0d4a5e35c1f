import asyncio
from time import sleep


def charge_card(cents: int) -> str:
    sleep(0.35)  # put the one call that blocks here
    return f"charged {cents / 100:.2f}"


async def show_clock() -> None:
    for tick in range(1, 5):
        print(f"tick {tick}")
        await asyncio.sleep(0.1)


async def main() -> None:
    async with asyncio.TaskGroup() as shop:
        shop.create_task(show_clock())
        await asyncio.sleep(0.05)
        receipt = await asyncio.to_thread(charge_card, 7150)
        print(f"card reader: {receipt}")


asyncio.run(main())
