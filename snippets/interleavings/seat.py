import asyncio

stock = 1


async def sell(customer: str) -> None:
    global stock
    if stock > 0:
        await asyncio.sleep(0.2)  # the payment
        stock -= 1
        print(f"{customer} gets the chess set")
    else:
        print(f"{customer} comes too late")


async def come_later(customer: str) -> None:
    await asyncio.sleep(0.2)  # still browsing
    await sell(customer)


async def main() -> None:
    async with asyncio.TaskGroup() as customers:
        customers.create_task(sell("Ada"), name="Ada")
        customers.create_task(come_later("Ben"), name="Ben")
    assert stock == 0, f"{stock} left in stock"


asyncio.run(main())
