# /// script
# [tool.runnable]
# watch = ["ready", "timers"]
# ///

import heapq
import time
from collections import deque
from collections.abc import Callable, Iterator

start = time.perf_counter()


def log(event: str) -> None:
    print(f"{time.perf_counter() - start:.2f} s  {event}")


type Callback = Callable[[], None]
ready: deque[Callback] = deque()
timers: list[tuple[float, int, Callback]] = []
calls_made = 0


def call_later(seconds: float, callback: Callback) -> None:
    global calls_made
    calls_made += 1
    heapq.heappush(timers, (time.perf_counter() + seconds, calls_made, callback))


def run() -> None:
    while ready or timers:
        if not ready:
            time.sleep(max(0, timers[0][0] - time.perf_counter()))
        while timers and timers[0][0] <= time.perf_counter():
            ready.append(heapq.heappop(timers)[2])
        for _ in range(len(ready)):
            ready.popleft()()


# region futures
class Future:
    def __init__(self, name: str) -> None:
        self.name = name  # shown in the lists of "Step through"
        self._done = False
        self._result = 0
        self._callbacks: list[Callback] = []

    def done(self) -> bool:
        return self._done

    def result(self) -> int:
        return self._result

    def set_result(self, result: int = 0) -> None:
        self._done, self._result = True, result
        ready.extend(self._callbacks)

    def add_done_callback(self, callback: Callback) -> None:
        if self._done:
            ready.append(callback)
        else:
            self._callbacks.append(callback)


def step(job: Iterator[Future]) -> None:
    try:
        future = next(job)  # runs the job up to its next yield
    except StopIteration:
        return
    future.add_done_callback(lambda: step(job))


def sleep(seconds: float) -> Future:
    future = Future(f"{seconds} s pause")
    call_later(seconds, future.set_result)
    return future


def report(station: str, pause: float, times: int, count: Future) -> Iterator[Future]:
    for _ in range(times):
        log(f"{station} reports")
        yield sleep(pause)
    log(f"{station} signs off")
    count.set_result(times)


def add_up(oslo: Future, cairo: Future) -> Iterator[Future]:
    yield oslo
    yield cairo
    log(f"{oslo.result() + cairo.result()} reports in all")


oslo, cairo = Future("reports of Oslo"), Future("reports of Cairo")
ready.append(lambda: step(report("Oslo", 0.2, times=3, count=oslo)))
ready.append(lambda: step(report("Cairo", 0.5, times=2, count=cairo)))
ready.append(lambda: step(add_up(oslo, cairo)))
run()
# endregion
