import asyncio
from time import perf_counter

start = 0.0


def log(event: str) -> None:
    print(f"  {perf_counter() - start:.1f} s  {event}")


async def check_payment() -> str:
    await asyncio.sleep(0.2)
    raise RuntimeError("card declined")


async def check_delivery() -> str:
    try:
        await asyncio.sleep(0.4)
    except asyncio.CancelledError:
        log("delivery check cancelled")
        raise
    log("delivery check finished")
    return "delivery on Monday"


# region three-ways
async def gather() -> None:
    await asyncio.gather(check_payment(), check_delivery())


async def gather_all() -> None:
    log(f"{await asyncio.gather(check_payment(), check_delivery(), return_exceptions=True)}")


async def task_group() -> None:
    async with asyncio.TaskGroup() as checks:
        checks.create_task(check_payment())
        checks.create_task(check_delivery())


async def main() -> None:
    global start
    for place_order in (gather, gather_all, task_group):
        print(place_order.__name__)
        start = perf_counter()
        try:
            await place_order()
        except Exception as failure:
            log(f"{failure!r}")
        await asyncio.sleep(0.4)  # long enough to see what is still running


asyncio.run(main())
# endregion
