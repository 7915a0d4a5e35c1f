import asyncio

stock = 1
sold_to: list[str] = []


async def pay(customer: str) -> None:
    await asyncio.sleep(0.2)  # the payment service answers


# region selling
async def check_pay_take(customer: str) -> None:
    global stock
    if stock > 0:
        await pay(customer)
        stock -= 1
        sold_to.append(customer)


async def check_take_pay(customer: str) -> None:
    global stock
    if stock > 0:
        stock -= 1
        await pay(customer)
        sold_to.append(customer)


# endregion


async def main() -> None:
    global stock
    for sell in (check_pay_take, check_take_pay):
        stock = 1
        sold_to.clear()
        async with asyncio.TaskGroup() as customers:
            customers.create_task(sell("Ada"))
            customers.create_task(sell("Ben"))
        print(f"{sell.__name__}: sold to {' and '.join(sold_to)}, {stock} left in stock")


asyncio.run(main())
