import heapq
import selectors
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Coroutine, Generator

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


class Future:
    def __init__(self, name: str) -> None:
        self.name = name  # for "Step through"; asyncio's futures have none
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

    def __await__(self) -> Generator["Future", None, int]:
        if not self.done():
            yield self  # travels up through every await, to Task.step
        return self.result()


class Task(Future):
    def __init__(self, coroutine: Coroutine[Future, None, int]) -> None:
        super().__init__("task")
        self.coroutine = coroutine
        ready.append(self.step)

    def step(self) -> None:
        try:
            future = self.coroutine.send(None)  # runs up to the next yield
        except StopIteration as end:
            self.set_result(end.value)
        else:
            future.add_done_callback(self.step)


async def sleep(seconds: float) -> None:
    future = Future(f"{seconds} s pause")
    call_later(seconds, future.set_result)
    await future


async def report(station: str, pause: float, times: int) -> int:
    for _ in range(times):
        log(f"{station} reports")
        await sleep(pause)
    log(f"{station} signs off")
    return times


# region sockets
selector = selectors.DefaultSelector()


def run() -> None:
    while ready or timers or selector.get_map():
        if ready:
            timeout: float | None = 0.0
        elif timers:
            timeout = max(0.0, timers[0][0] - time.perf_counter())
        else:
            timeout = None
        for key, _ in selector.select(timeout):  # the only place where the loop sleeps
            key.data.set_result()
        while timers and timers[0][0] <= time.perf_counter():
            ready.append(heapq.heappop(timers)[2])
        for _ in range(len(ready)):
            ready.popleft()()


async def receive(connection: socket.socket) -> bytes:
    can_be_read = Future("socket can be read")
    selector.register(connection, selectors.EVENT_READ, can_be_read)
    try:
        await can_be_read
    finally:
        selector.unregister(connection)
    return connection.recv(1024)


async def listen(connection: socket.socket) -> int:
    log("waiting for Lima")
    message = await receive(connection)
    log(f"Lima sends {message.decode()}")
    return 1


# Lima is played by a thread, which sends on the other end of the connection after 0.5 s.
here, lima = socket.socketpair()
threading.Timer(0.5, lima.sendall, args=["18 °C".encode()]).start()

with here, lima:
    Task(report("Oslo", 0.2, times=3))
    Task(listen(here))
    run()
# endregion
