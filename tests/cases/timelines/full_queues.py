"""Threads, and then tasks, wait for space or for items in queues.

Comments of the form `NAME waits: REASON` say what tasks and threads wait for in that line.
"""

import asyncio
import queue
import threading
import time

shelf = queue.Queue(maxsize=1)


def fill():
    for number in range(3):
        shelf.put(number)  # filler waits: queue put


def in_threads():
    threading.Thread(target=fill, name="filler").start()
    time.sleep(0.1)  # MainThread waits: sleep
    for _ in range(3):
        shelf.get()
        time.sleep(0.05)  # MainThread waits: sleep
    threading.Timer(0.3, shelf.put, [0]).start()
    shelf.get()  # MainThread waits: queue get


async def produce(items):
    for number in range(3):
        await items.put(number)  # producer waits: queue put


async def in_tasks():
    items = asyncio.Queue(maxsize=1)
    task = asyncio.create_task(produce(items), name="producer")
    for _ in range(3):
        await asyncio.sleep(0.05)  # Task-1 waits: sleep
        await items.get()
    await task
    asyncio.get_running_loop().call_later(0.05, items.put_nowait, 0)
    await items.get()  # Task-1 waits: queue get


in_threads()
asyncio.run(in_tasks())
