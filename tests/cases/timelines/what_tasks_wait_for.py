"""Tasks wait for locks, events and the like, for futures, executors and other tasks.

Comments of the form `NAME waits: REASON` say what tasks and threads wait for in that line.
"""

import asyncio
import time


def after(function, *args):
    asyncio.get_running_loop().call_later(0.05, function, *args)


async def holding(lock):
    async with lock:
        await asyncio.sleep(0.1)  # holder waits: sleep


async def notify(condition):
    await asyncio.sleep(0.05)  # notifier waits: sleep
    async with condition:
        condition.notify()


async def fail():
    await asyncio.sleep(0.05)  # failing waits: sleep
    raise ValueError


async def main():
    loop = asyncio.get_running_loop()
    event = asyncio.Event()
    after(event.set)
    await event.wait()  # Task-1 waits: event

    semaphore = asyncio.Semaphore(0)
    after(semaphore.release)
    await semaphore.acquire()  # Task-1 waits: semaphore

    lock = asyncio.Lock()
    asyncio.create_task(holding(lock), name="holder")
    await asyncio.sleep(0)  # Task-1 waits: turn
    async with lock:  # Task-1 waits: lock
        pass

    condition = asyncio.Condition()
    async with condition:
        asyncio.create_task(notify(condition), name="notifier")
        await condition.wait()  # Task-1 waits: condition

    future = loop.create_future()
    after(future.set_result, None)
    await future  # Task-1 waits: future

    await asyncio.to_thread(time.sleep, 0.1)  # Task-1 waits: executor
    await loop.run_in_executor(None, time.sleep, 0.1)  # Task-1 waits: executor

    napping = [asyncio.create_task(asyncio.sleep(0.05)) for _ in range(3)]
    await napping[0]  # Task-1 waits: task Task-2
    await asyncio.sleep(0.1)  # Task-1 waits: sleep
    await asyncio.gather(asyncio.sleep(0.05), asyncio.sleep(0.05))  # Task-1 waits: tasks
    await asyncio.wait([asyncio.create_task(asyncio.sleep(0.05))])  # Task-1 waits: tasks

    try:
        async with asyncio.timeout(0.05):
            await asyncio.sleep(9)  # Task-1 waits: sleep
    except TimeoutError:
        pass
    task = asyncio.create_task(fail(), name="failing")
    await asyncio.wait([task])  # Task-1 waits: tasks
    cancelled = asyncio.create_task(asyncio.sleep(9), name="cancelled")
    await asyncio.sleep(0)  # Task-1 waits: turn
    cancelled.cancel()
    await asyncio.sleep(0.05)  # Task-1 waits: sleep


asyncio.run(main())
