"""One task blocks the event loop with `time.sleep` while another task is ready.

Comments of the form `NAME waits: REASON` say what tasks and threads wait for in that line.
"""

import asyncio
import time


async def polite():
    await asyncio.sleep(0.3)  # Task-2 waits: sleep


async def rude():
    await asyncio.sleep(0.05)  # Task-3 waits: sleep
    time.sleep(0.4)  # MainThread waits: sleep


async def main():
    async with asyncio.TaskGroup() as group:  # Task-1 waits: task group
        group.create_task(polite())
        group.create_task(rude())


asyncio.run(main())
