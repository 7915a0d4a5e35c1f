import asyncio
from time import perf_counter

seats = 2


def log(event: str) -> None:
    print(f"{perf_counter() - start:.2f} s  {event}")


# region selling
async def sell(visitor: str) -> None:
    global seats
    if seats > 0:
        seats -= 1
        await asyncio.sleep(0.2)  # paying
        log(f"{visitor} has a seat")
    else:
        log(f"{visitor} hears that it is sold out")


# endregion


async def main() -> None:
    async with asyncio.TaskGroup() as box_office:
        for visitor in ("Ada", "Ben", "Cleo"):
            box_office.create_task(sell(visitor))


start = perf_counter()
asyncio.run(main())
