"""A plain callback of the event loop, not a task, blocks the loop.

Comments of the form `NAME waits: REASON` say what tasks and threads wait for in that line.
"""

import asyncio
import time


def rude():
    time.sleep(0.2)  # MainThread waits: sleep


async def main():
    asyncio.get_running_loop().call_later(0.05, rude)
    await asyncio.sleep(0.1)  # Task-1 waits: sleep


asyncio.run(main())
