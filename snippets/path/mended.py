import asyncio
import time

ORDERS = ["lamp", "clock", "chair", "mirror"]


async def charge(order: str) -> str:  # a library that supports await
    await asyncio.sleep(0.28)
    return f"paid {order}"


def book_parcel(paid: str) -> str:  # a library that blocks
    time.sleep(0.2)
    return f"parcel for the {paid}"


# region mended
async def fulfil(order: str) -> str:
    paid = await charge(order)
    return await asyncio.to_thread(book_parcel, paid)


async def main() -> list[str]:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(fulfil(order)) for order in ORDERS]
    return [task.result() for task in tasks]


# endregion

start = time.perf_counter()
parcels = asyncio.run(main())
took = time.perf_counter() - start
print(*parcels, sep="\n")
print(f"{took:.2f} s, under 0.9 s: {took < 0.9}")
