import asyncio
from time import perf_counter

seats = 2


def log(event: str) -> None:
    print(f"{perf_counter() - start:.2f} s  {event}")


async def sell(visitor: str, counter: asyncio.Lock) -> None:
    global seats
    async with counter:
        if seats > 0:
            await asyncio.sleep(0.2)  # paying
            seats -= 1
            log(f"{visitor} has a seat")
        else:
            log(f"{visitor} hears that it is sold out")


async def main() -> None:
    counter = asyncio.Lock()
    async with asyncio.TaskGroup() as box_office:
        for visitor in ("Ada", "Ben", "Cleo"):
            box_office.create_task(sell(visitor, counter))


start = perf_counter()
asyncio.run(main())
