import asyncio

seats = 1


async def sell(visitor: str) -> None:
    global seats
    if seats > 0:
        await asyncio.sleep(0.2)  # paying
        seats -= 1
        print(f"{visitor} has the seat")
    else:
        print(f"{visitor} comes too late")


async def come_later(visitor: str) -> None:
    await asyncio.sleep(0.2)  # on the way
    await sell(visitor)


async def main() -> None:
    async with asyncio.TaskGroup() as box_office:
        box_office.create_task(sell("Ada"), name="Ada")
        box_office.create_task(come_later("Ben"), name="Ben")
    assert seats == 0, f"{seats} seats left"


asyncio.run(main())
