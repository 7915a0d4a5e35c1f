import asyncio


async def count_stock() -> str:
    await asyncio.sleep(0.4)
    return "32 chessboards"


async def customer(name: str, count: asyncio.Future[str], patience: float) -> None:
    try:
        async with asyncio.timeout(patience):
            print(f"  {name}: {await count}")
    except TimeoutError:
        print(f"  {name}: timeout")
    except asyncio.CancelledError:
        print(f"  {name}: cancelled, without a timeout")
        raise


async def main() -> None:
    for shielded in False, True:
        print(f"{shielded=}")
        count = asyncio.create_task(count_stock())
        async with asyncio.TaskGroup() as customers:
            for name, patience in [("Ada", 0.2), ("Ben", 5)]:
                shared = asyncio.shield(count) if shielded else count
                customers.create_task(customer(name, shared, patience))


asyncio.run(main())
