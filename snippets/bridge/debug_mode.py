import asyncio
import os
from threading import Thread
from time import sleep


# region mistake
def send(readings: asyncio.Queue[str]) -> None:
    sleep(0.1)
    readings.put_nowait("Oslo: 7 °C")  # in the wrong thread


async def receive() -> None:
    readings: asyncio.Queue[str] = asyncio.Queue()
    Thread(target=send, args=[readings], name="sensor").start()
    async with asyncio.timeout(0.5):
        print(await readings.get())


# endregion


async def main() -> None:
    task = asyncio.create_task(receive())
    await asyncio.wait([task], timeout=1)  # does not cancel the task, so it returns
    print("after 1 s the task is done:", task.done(), flush=True)
    if task.done():
        task.result()  # raises the exception, for example if the thread could not start
    os._exit(1)


asyncio.run(main(), debug=True)
