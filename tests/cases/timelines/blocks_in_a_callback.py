import asyncio
import time


def rude():
    time.sleep(0.2)  # MainThread waits: sleep


async def main():
    asyncio.get_running_loop().call_later(0.05, rude)
    await asyncio.sleep(0.1)  # Task-1 waits: sleep


asyncio.run(main())
