# /// script
# [tool.runnable]
# native = "Nobody sends a signal to a page in the browser."
# ///
import asyncio
import os
import signal


async def beacon() -> None:
    try:
        while True:
            print("flash")
            await asyncio.sleep(0.4)
    finally:
        print("the beacon is out")


async def main() -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in signal.SIGTERM, signal.SIGINT:
        loop.add_signal_handler(number, stop.set)
    loop.call_later(0.6, os.kill, os.getpid(), signal.SIGTERM)  # as `kill` would

    async with asyncio.TaskGroup() as coast:
        flashing = coast.create_task(beacon())
        await stop.wait()
        print("we are asked to stop")
        flashing.cancel()


asyncio.run(main())
