from concurrent.futures import ThreadPoolExecutor
from time import perf_counter, sleep

start = perf_counter()


def log(event: str) -> None:
    print(f"{perf_counter() - start:.1f} s  {event}")


def pack(order: int) -> None:
    sleep(0.4)
    log("an order is packed")


pool = ThreadPoolExecutor(max_workers=2)
try:
    orders = [pool.submit(pack, order) for order in range(10)]
    sleep(0.2)
    log("the shop closes")
finally:
    pool.shutdown(wait=True, cancel_futures=True)
left = sum(order.cancelled() for order in orders)
log(f"both threads have ended, {left} orders were never started")
