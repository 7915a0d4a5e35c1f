import asyncio
from time import perf_counter

stock = 2


def log(event: str) -> None:
    print(f"{perf_counter() - start:.2f} s  {event}")


async def pay(customer: str) -> None:
    await asyncio.sleep(0.2)  # the payment service answers


# region selling
async def sell(customer: str) -> None:
    global stock
    if stock == 0:
        log(f"{customer}: sold out")
        return
    stock -= 1
    try:
        await pay(customer)
    except BaseException:
        stock += 1  # the payment failed or was cancelled: undo the reservation
        raise
    log(f"{customer} has a chess set")


# endregion


async def main() -> None:
    async with asyncio.TaskGroup() as customers:
        for customer in ("Ada", "Ben", "Cleo"):
            customers.create_task(sell(customer))


start = perf_counter()
asyncio.run(main())
