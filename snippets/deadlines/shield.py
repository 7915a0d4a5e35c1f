import asyncio


async def measure_tide() -> str:
    await asyncio.sleep(0.4)
    return "3.2 m"


async def captain(ship: str, tide: asyncio.Future[str], patience: float) -> None:
    try:
        async with asyncio.timeout(patience):
            print(f"  {ship}: {await tide}")
    except TimeoutError:
        print(f"  {ship}: we sail without it")
    except asyncio.CancelledError:
        print(f"  {ship}: cancelled, and not by us")
        raise


async def main() -> None:
    for shielded in False, True:
        print(f"{shielded=}")
        tide = asyncio.create_task(measure_tide())
        async with asyncio.TaskGroup() as captains:
            for ship, patience in [("Nervosa", 0.2), ("Serena", 5)]:
                shared = asyncio.shield(tide) if shielded else tide
                captains.create_task(captain(ship, shared, patience))


asyncio.run(main())
