import asyncio


async def ask(number):
    await asyncio.sleep(0.05)  # Task-1 waits: sleep
    return number


async def main():
    for number in range(3):
        await ask(number)


asyncio.run(main())
