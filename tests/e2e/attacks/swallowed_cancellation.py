# Runs tasks that catch their cancellation and start another task instead.
# The test presses Stop when this program prints: busy
import asyncio


async def stay():
    while True:
        try:
            await asyncio.sleep(0.01)
        except BaseException:
            asyncio.create_task(stay())


async def main():
    print("busy", flush=True)
    await asyncio.gather(*(stay() for _ in range(10)))


asyncio.run(main())
