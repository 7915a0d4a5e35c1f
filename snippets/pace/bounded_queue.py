# /// script
# requires-python = ">=3.13"
# ///
import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable
from time import perf_counter


# region queue
async def process[T, R](
    items: AsyncIterable[T],
    handle: Callable[[T], Awaitable[R]],
    *,
    workers: int = 3,
    waiting: int = 4,
) -> tuple[list[tuple[T, R]], list[tuple[T, Exception]]]:
    """Call handle(item) for each item, `workers` at a time, and return results and failures.

    At most `waiting` items are read ahead (0 for any number). An item that fails does not stop the
    others. If reading the items fails, or the caller is cancelled, the workers are cancelled too.
    """
    queue = asyncio.Queue[T](maxsize=waiting)
    results: list[tuple[T, R]] = []
    failures: list[tuple[T, Exception]] = []

    async def work() -> None:
        while True:
            try:
                item = await queue.get()
            except asyncio.QueueShutDown:
                return
            try:
                results.append((item, await handle(item)))
            except Exception as error:
                failures.append((item, error))

    async with asyncio.TaskGroup() as tasks:
        for _ in range(workers):
            tasks.create_task(work())
        async for item in items:
            await queue.put(item)  # waits while the queue is full
        queue.shutdown()  # the workers finish what is in it
    return results, failures


# endregion

start = perf_counter()
HOURS = 24


async def read_list() -> AsyncIterator[int]:
    for hour in range(HOURS):
        yield hour
    print(f"the list was read in {perf_counter() - start:.1f} s")


async def fetch(hour: int) -> float:
    await asyncio.sleep(0.1)
    if hour == 13:
        raise ValueError("no report for this hour")
    return 7.5


async def main() -> None:
    results, failures = await process(read_list(), fetch, waiting=4)
    print(f"all done after {perf_counter() - start:.1f} s, {len(results)} reports fetched")
    for hour, error in failures:
        print(f"hour {hour}: {error}")


asyncio.run(main())
