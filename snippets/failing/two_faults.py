import asyncio


class PaymentError(Exception):
    pass


class StockError(Exception):
    pass


async def check_payment() -> None:
    await asyncio.sleep(0.2)
    raise PaymentError("card declined")


async def reserve_stock() -> None:
    try:
        await asyncio.sleep(0.5)
    except asyncio.CancelledError:
        # The clean-up fails as well: the item cannot be put back.
        raise StockError("no such shelf") from None


async def place_order() -> None:
    async with asyncio.TaskGroup() as checks:
        checks.create_task(check_payment())
        checks.create_task(reserve_stock())


async def main() -> None:
    try:
        await place_order()
    except* PaymentError as group:
        print("ask for another card:", group.exceptions)
    except* StockError as group:
        print("call the warehouse:", group.exceptions)

    try:
        await place_order()
    except Exception as error:
        print("with a plain except:", repr(error))


asyncio.run(main())
