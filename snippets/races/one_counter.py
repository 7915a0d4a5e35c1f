import asyncio
from time import perf_counter

stock = 2


def log(event: str) -> None:
    print(f"{perf_counter() - start:.2f} s  {event}")


async def pay(customer: str) -> None:
    await asyncio.sleep(0.2)  # the payment service answers


# region selling
async def sell(customer: str, checkout: asyncio.Lock) -> None:
    global stock
    async with checkout:
        if stock == 0:
            log(f"{customer}: sold out")
            return
        await pay(customer)
        stock -= 1
        log(f"{customer} has a chess set")


# endregion


async def main() -> None:
    checkout = asyncio.Lock()
    async with asyncio.TaskGroup() as customers:
        for customer in ("Ada", "Ben", "Cleo"):
            customers.create_task(sell(customer, checkout))


start = perf_counter()
asyncio.run(main())
