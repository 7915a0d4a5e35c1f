import asyncio

lock_gate = asyncio.Lock()


async def enter(ship: str) -> None:
    async with lock_gate:
        await asyncio.sleep(0.05)


async def open_harbour(*ships: str) -> None:
    try:
        async with asyncio.TaskGroup() as harbour:
            for ship in ships:
                harbour.create_task(enter(ship))
        print(f"{' and '.join(ships)} entered")
    except* RuntimeError as group:
        for error in group.exceptions:
            print("RuntimeError: the lock", str(error).partition("> ")[2])


asyncio.run(open_harbour("Ariel"))
asyncio.run(open_harbour("Ariel", "Bounty"))
asyncio.run(open_harbour("Ariel", "Bounty"))
