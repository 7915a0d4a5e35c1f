import asyncio
import signal


async def beacon() -> None:
    try:
        while True:
            print("flash")
            await asyncio.sleep(0.4)
    finally:
        await asyncio.sleep(0.1)
        print("the beacon is out")


async def main() -> None:
    asyncio.get_running_loop().call_later(0.6, signal.raise_signal, signal.SIGINT)
    async with asyncio.TaskGroup() as coast:
        coast.create_task(beacon())


try:
    asyncio.run(main())
except KeyboardInterrupt:
    print("interrupted")
