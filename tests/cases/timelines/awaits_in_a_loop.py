"""A task calls the same coroutine function three times in a loop, and awaits each call.

Comments of the form `NAME waits: REASON` say what tasks and threads wait for in that line.
"""

import asyncio


async def ask(number):
    await asyncio.sleep(0.05)  # Task-1 waits: sleep
    return number


async def main():
    for number in range(3):
        await ask(number)


asyncio.run(main())
