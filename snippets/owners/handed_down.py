import asyncio


class Shop:
    def __init__(self, background: asyncio.TaskGroup) -> None:
        self.background = background

    async def sell(self, item: str) -> None:
        await asyncio.sleep(0.1)
        print(f"{item}: paid")
        self.background.create_task(self.send_receipt(item))

    async def send_receipt(self, item: str) -> None:
        await asyncio.sleep(0.4)
        print(f"{item}: receipt sent")


async def main() -> None:
    async with asyncio.TaskGroup() as background:
        shop = Shop(background)
        for item in "tea", "cup", "pot":
            await shop.sell(item)
        print("no more customers")
    print("lights out")


asyncio.run(main())
