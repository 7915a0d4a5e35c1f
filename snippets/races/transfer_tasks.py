import asyncio


async def move_coins(clerk: str, source: asyncio.Lock, target: asyncio.Lock) -> None:
    async with source:
        print(f"{clerk} has one lock, wants the other")
        await asyncio.sleep(0.1)
        async with target:
            print(f"{clerk} moves the coins")


async def main() -> None:
    till, safe = asyncio.Lock(), asyncio.Lock()
    try:
        async with asyncio.timeout(0.5), asyncio.TaskGroup() as clerks:
            clerks.create_task(move_coins("Ada", till, safe), name="Ada")
            clerks.create_task(move_coins("Ben", safe, till), name="Ben")
    except TimeoutError:
        print("TimeoutError after 0.5 s: no coins were moved")


asyncio.run(main())
