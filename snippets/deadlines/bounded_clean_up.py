import asyncio
from time import perf_counter

start = perf_counter()


def log(event: str) -> None:
    print(f"{perf_counter() - start:.1f} s  {event}")


# region clean-up
async def inform_warehouse(order: str) -> None:
    await asyncio.sleep(60)  # the warehouse does not answer


async def pack(order: str) -> None:
    try:
        await asyncio.sleep(60)
    finally:
        log(f"give {order} back to the warehouse")
        try:
            async with asyncio.timeout(0.3):
                await inform_warehouse(order)
        except TimeoutError:
            log(f"the warehouse does not answer, so note {order} in a file")


async def main() -> None:
    for order, cancellations in ("tea", 1), ("salt", 2):
        task = asyncio.create_task(pack(order))
        for _ in range(cancellations):
            await asyncio.sleep(0.1)
            log(f"cancel {order}")
            task.cancel()
        await asyncio.wait([task])
        log(f"{order} has ended, cancelled: {task.cancelled()}")


asyncio.run(main())
# endregion
