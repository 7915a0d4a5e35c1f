import asyncio

seats = 1
tickets: list[str] = []


async def pay(visitor: str) -> None:
    await asyncio.sleep(0.2)


# region selling
async def look_pay_take(visitor: str) -> None:
    global seats
    if seats > 0:
        await pay(visitor)
        seats -= 1
        tickets.append(visitor)


async def look_take_pay(visitor: str) -> None:
    global seats
    if seats > 0:
        seats -= 1
        await pay(visitor)
        tickets.append(visitor)


# endregion


async def main() -> None:
    global seats
    for sell in (look_pay_take, look_take_pay):
        seats = 1
        tickets.clear()
        async with asyncio.TaskGroup() as box_office:
            box_office.create_task(sell("Ada"))
            box_office.create_task(sell("Ben"))
        print(f"{sell.__name__}: tickets for {' and '.join(tickets)}, {seats} seats left")


asyncio.run(main())
