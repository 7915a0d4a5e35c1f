# /// script
# [tool.runnable]
# varies = ['longer interval, longer waits: (yes|no)']  # no on a free-threaded build
# ///
import asyncio
import sys
from threading import Event
from time import perf_counter


async def thirty_short_waits() -> float:
    started = perf_counter()
    for _ in range(30):
        await asyncio.sleep(0.001)
    return perf_counter() - started


def compute(stop: Event) -> None:
    while not stop.is_set():
        sum(price * 3 for price in range(50))


async def beside_a_thread(switch_interval: float) -> float:
    sys.setswitchinterval(switch_interval)
    thread = asyncio.create_task(asyncio.to_thread(compute, stop := Event()))
    await asyncio.sleep(0.02)
    took = await thirty_short_waits()
    stop.set()
    await thread
    return took


async def main() -> None:
    alone = await thirty_short_waits()
    print(f"no other thread computes: {alone * 1000:.0f} ms")
    usual, longer = await beside_a_thread(0.005), await beside_a_thread(0.02)
    print(f"a thread computes, interval 5 ms: {usual * 1000:.0f} ms")
    print(f"a thread computes, interval 20 ms: {longer * 1000:.0f} ms")
    print("longer interval, longer waits:", "yes" if alone < usual < longer else "no")


asyncio.run(main())
