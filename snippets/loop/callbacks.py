# /// script
# [tool.runnable]
# watch = ["ready", "timers"]
# ///

import heapq
import time
from collections import deque
from collections.abc import Callable

start = time.perf_counter()


def log(event: str) -> None:
    print(f"{time.perf_counter() - start:.2f} s  {event}")


# region loop
ready: deque[Callable[[], None]] = deque()
timers: list[tuple[float, int, Callable[[], None]]] = []
calls_made = 0


def call_later(seconds: float, callback: Callable[[], None]) -> None:
    global calls_made
    calls_made += 1  # two timers for the same moment keep their order
    heapq.heappush(timers, (time.perf_counter() + seconds, calls_made, callback))


def run() -> None:
    while ready or timers:
        if not ready:
            time.sleep(max(0, timers[0][0] - time.perf_counter()))
        while timers and timers[0][0] <= time.perf_counter():
            ready.append(heapq.heappop(timers)[2])
        for _ in range(len(ready)):
            ready.popleft()()


def report(station: str, pause: float, left: int) -> None:
    if left == 0:
        log(f"{station} signs off")
        return
    log(f"{station} reports")
    call_later(pause, lambda: report(station, pause, left - 1))


ready.append(lambda: report("Oslo", 0.2, left=3))
ready.append(lambda: report("Cairo", 0.5, left=2))
run()
# endregion
