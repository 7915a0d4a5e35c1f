# /// script
# [tool.runnable]
# watch = ["ready", "timers"]
# ///

import heapq
import time
from collections import deque
from collections.abc import Iterator

start = time.perf_counter()


def log(event: str) -> None:
    print(f"{time.perf_counter() - start:.2f} s  {event}")


# region loop
ready: deque[Iterator[float]] = deque()
timers: list[tuple[float, int, Iterator[float]]] = []
steps_made = 0


def step(job: Iterator[float]) -> None:
    global steps_made
    steps_made += 1
    try:
        seconds = next(job)  # runs the job up to its next yield
    except StopIteration:
        return
    heapq.heappush(timers, (time.perf_counter() + seconds, steps_made, job))


def run() -> None:
    while ready or timers:
        if not ready:
            time.sleep(max(0, timers[0][0] - time.perf_counter()))
        while timers and timers[0][0] <= time.perf_counter():
            ready.append(heapq.heappop(timers)[2])
        for _ in range(len(ready)):
            step(ready.popleft())


def report(station: str, pause: float, times: int) -> Iterator[float]:
    for _ in range(times):
        log(f"{station} reports")
        yield pause
    log(f"{station} signs off")


ready.append(report("Oslo", 0.2, times=3))
ready.append(report("Cairo", 0.5, times=2))
run()
# endregion
