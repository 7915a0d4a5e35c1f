import asyncio
from time import perf_counter

seats = 1


async def sell(visitor: str, counter: asyncio.Lock) -> None:
    global seats
    async with counter:
        if seats > 0:
            await asyncio.sleep(0.2)
            seats -= 1
            print(f"{perf_counter() - start:.2f} s  {visitor} has the seat")
        else:
            print(f"{perf_counter() - start:.2f} s  {visitor} hears that it is sold out")


async def main() -> None:
    counter = asyncio.Lock()
    async with asyncio.TaskGroup() as box_office:
        box_office.create_task(sell("Ada", counter))
        box_office.create_task(sell("Ben", counter))


start = perf_counter()
asyncio.run(main())
