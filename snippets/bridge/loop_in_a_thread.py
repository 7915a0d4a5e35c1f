import asyncio
from collections.abc import Coroutine
from threading import Thread, current_thread
from time import perf_counter
from typing import Any, Self


async def ask(station: str, seconds: float = 0.3) -> str:
    await asyncio.sleep(seconds)
    return f"{station} is online"


# region office
class BackgroundLoop:
    """Runs coroutines for synchronous code, on an event loop in a thread of its own."""

    def __enter__(self) -> Self:
        # Without a loop_factory, the Runner would also set its loop as the one of this thread,
        # but the loop is going to run in a thread of its own.
        self._runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        self._loop = self._runner.get_loop()
        self._thread = Thread(target=self._loop.run_forever, name="event loop")
        self._thread.start()
        return self

    def run[T](self, coroutine: Coroutine[Any, Any, T], timeout: float) -> T:
        """Wait for the coroutine's result; cancel it if there is none in time."""
        if current_thread() is self._thread:
            coroutine.close()
            raise RuntimeError("use await: this is the thread of the event loop")
        future = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        try:
            return future.result(timeout)
        except BaseException:  # also when Ctrl+C interrupts the wait
            future.cancel()  # otherwise the coroutine would keep running
            raise

    def __exit__(self, *error: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._runner.close()  # cancels the tasks that are left, then closes the loop


async def ask_all(*stations: str) -> list[str]:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(ask(station)) for station in stations]
    return [task.result() for task in tasks]


async def count_tasks() -> int:
    return len(asyncio.all_tasks()) - 1  # without the one that counts


def main() -> None:
    with BackgroundLoop() as background:
        start = perf_counter()
        for answer in background.run(ask_all("Oslo", "Cairo", "Lima"), timeout=5):
            print(answer)
        took = perf_counter() - start
        print(f"overlapped: {took < 0.75} ({took:.1f} s for three questions of 0.3 s)")
        try:
            background.run(ask("Quito", seconds=60), timeout=0.2)
        except TimeoutError:
            print("Quito did not answer in time")
        print("tasks left in the loop:", background.run(count_tasks(), timeout=5))


main()
# endregion
