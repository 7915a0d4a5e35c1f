"""Tasks wait inside asynchronous generators, context managers and `__await__`.

Comments of the form `NAME waits: REASON` say what tasks and threads wait for in that line.
"""

import asyncio
from contextlib import asynccontextmanager


async def ticks():
    await asyncio.sleep(0.05)  # Task-1 waits: sleep
    yield 1


async def taken(queue):
    while True:
        yield await queue.get()  # Task-1 waits: queue get


@asynccontextmanager
async def room(lock):
    async with lock:  # Task-1 waits: lock
        yield


class Lazy:
    def __await__(self):
        return asyncio.sleep(0.05).__await__()


class Generated:
    def __await__(self):
        yield from asyncio.sleep(0.05).__await__()  # Task-1 waits: sleep


async def hold(lock):
    async with lock:
        await asyncio.sleep(0.1)  # holder waits: sleep


async def arrive(barrier):
    await asyncio.sleep(0.05)  # late waits: sleep
    await barrier.wait()


async def main():
    async for _ in ticks():
        pass
    await anext(ticks(), None)

    queue = asyncio.Queue()
    asyncio.get_running_loop().call_later(0.05, queue.put_nowait, 1)
    async for _ in taken(queue):
        break

    lock = asyncio.Lock()
    holding = asyncio.create_task(hold(lock), name="holder")
    await asyncio.sleep(0)  # Task-1 waits: turn
    async with room(lock):
        await holding

    await Lazy()  # Task-1 waits: sleep
    await Generated()

    barrier = asyncio.Barrier(2)
    arriving = asyncio.create_task(arrive(barrier), name="late")
    await barrier.wait()  # Task-1 waits: barrier

    for first in asyncio.as_completed([asyncio.sleep(0.05)]):
        await first  # Task-1 waits: tasks
    await arriving


asyncio.run(main())
