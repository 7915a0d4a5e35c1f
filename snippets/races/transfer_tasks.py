import asyncio


async def move_coins(clerk: str, source: asyncio.Lock, target: asyncio.Lock) -> None:
    async with source:
        print(f"{clerk} has one drawer, wants the other")
        await asyncio.sleep(0.1)
        async with target:
            print(f"{clerk} moves the coins")


async def main() -> None:
    till, bar = asyncio.Lock(), asyncio.Lock()
    try:
        async with asyncio.timeout(0.5), asyncio.TaskGroup() as clerks:
            clerks.create_task(move_coins("Ada", till, bar))
            clerks.create_task(move_coins("Ben", bar, till))
    except TimeoutError:
        print("after 0.5 s nobody has moved anything")


asyncio.run(main())
