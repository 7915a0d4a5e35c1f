# /// script
# [tool.runnable]
# varies = ['more threads, later ticks: (yes|no)']  # no on a free-threaded build
# timeline = false
# ///
import asyncio
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from threading import Event
from time import perf_counter


def compute(stop: Event) -> None:
    while not stop.is_set():
        sum(price * 3 for price in range(50))


async def lateness(ticks: int) -> float:
    late = []
    for _ in range(ticks):
        due = perf_counter() + 0.005
        await asyncio.sleep(0.005)
        late.append(perf_counter() - due)
    return median(late)


async def main() -> None:
    medians = []
    for threads in (0, 1, 4, 10):
        stop = Event()
        with ThreadPoolExecutor(max_workers=10) as pool:
            for _ in range(threads):
                pool.submit(compute, stop)
            try:
                medians.append(await lateness(10))
            finally:
                stop.set()
        print(
            f"computing threads: {threads:2}, ticks of the loop: {medians[-1] * 1000:.0f} ms late"
        )
    print("more threads, later ticks:", "yes" if medians == sorted(medians) else "no")


asyncio.run(main())
