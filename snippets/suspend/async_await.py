import asyncio

PRICES = {"tea": 12, "cup": 3, "pot": 5}


async def look_up(customer: str, item: str) -> int:
    print(f"{customer}: price of {item}?")
    await asyncio.sleep(0)
    return PRICES[item]


async def check_out(customer: str, items: list[str]) -> None:
    total = 0
    for item in items:
        total += await look_up(customer, item)
    print(f"{customer} pays {total}")


async def main() -> None:
    async with asyncio.TaskGroup() as customers:
        customers.create_task(check_out("Ada", ["tea", "pot"]))
        customers.create_task(check_out("Ben", ["tea", "cup"]))


asyncio.run(main())
