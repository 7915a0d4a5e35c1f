import asyncio
import gc
from weakref import WeakSet


async def prepare(order: str) -> None:
    couriers = asyncio.Queue[str]()
    print(f"{order} waits for a courier")
    courier = await couriers.get()
    print(f"{order} leaves with {courier}")


async def main() -> None:
    gc.disable()  # so that it collects only where this program asks for it
    orders = WeakSet[asyncio.Task[None]]()
    orders.add(asyncio.create_task(prepare("order 1")))
    order_2 = asyncio.create_task(prepare("order 2"))
    orders.add(order_2)
    await asyncio.sleep(0.1)

    print("orders:", len(orders))
    gc.collect()
    print("orders:", len(orders))
    order_2.cancel()


asyncio.run(main())
