# /// script
# requires-python = ">=3.13"
# ///
import asyncio
import logging
from time import perf_counter

start = perf_counter()


def log(event: str) -> None:
    print(f"{perf_counter() - start:.1f} s  {event}")


async def pack(order: str) -> None:
    await asyncio.sleep(0.3)
    log(f"{order} is packed")


# region closing
async def pack_orders(orders: asyncio.Queue[str]) -> None:
    while True:
        try:
            order = await orders.get()
        except asyncio.QueueShutDown:
            return
        try:
            await pack(order)
        except asyncio.CancelledError:
            log(f"{order} is given back")
            raise
        except Exception:  # one order that fails must not end the worker
            logging.exception("could not pack %s", order)


async def run_shop(orders: asyncio.Queue[str], closing: asyncio.Event, grace: float) -> None:
    try:
        async with asyncio.timeout(None) as limit, asyncio.TaskGroup() as workers:
            workers.create_task(pack_orders(orders))
            await closing.wait()
            log(f"closing, {orders.qsize()} orders are waiting, no new ones are taken")
            orders.shutdown()
            limit.reschedule(asyncio.get_running_loop().time() + grace)
        log("all orders are packed")
    except TimeoutError:
        log(f"time is up, orders never started: {orders.qsize()}")


# endregion


async def main() -> None:
    closing = asyncio.Event()
    orders = asyncio.Queue[str]()
    for number in range(1, 6):
        orders.put_nowait(f"order {number}")
    asyncio.get_running_loop().call_later(0.45, closing.set)
    await run_shop(orders, closing, grace=0.6)


asyncio.run(main())
