# /// script
# [tool.runnable]
# watch = ["ready", "timers"]
# ///

import heapq
import time
from collections import deque
from collections.abc import Callable, Coroutine, Generator
from types import coroutine

start = time.perf_counter()


def log(event: str) -> None:
    print(f"{time.perf_counter() - start:.2f} s  {event}")


type Callback = Callable[[], None]
type Parking = Callable[[Callback], None]
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


# region tasks
class Task:
    def __init__(self, body: Coroutine[Parking, None, int]) -> None:
        self.body = body
        self.done = False
        self.result = 0
        self.waiting: list[Callback] = []
        ready.append(self.step)

    def step(self) -> None:
        try:
            park = self.body.send(None)  # runs the coroutine up to its next wait
        except StopIteration as end:
            self.done, self.result = True, end.value
            ready.extend(self.waiting)
        else:
            park(self.step)

    def __await__(self) -> Generator[Parking, None, int]:
        if not self.done:
            yield self.waiting.append
        return self.result


@coroutine
def sleep(seconds: float) -> Generator[Parking, None, None]:
    yield lambda wake: call_later(seconds, wake)


async def flash(lighthouse: str, dark: float, times: int) -> int:
    for _ in range(times):
        log(f"{lighthouse} flashes")
        await sleep(dark)
    log(f"{lighthouse} puts the lamp out")
    return times


async def night() -> int:
    fastnet = Task(flash("Fastnet", 0.2, times=3))
    bishop_rock = Task(flash("Bishop Rock", 0.5, times=2))
    flashes = await fastnet + await bishop_rock
    log(f"{flashes} flashes in all")
    return flashes


Task(night())
run()
# endregion
