import asyncio
from threading import Thread
from time import perf_counter, sleep


# region sending
def send(readings: asyncio.Queue[float], loop: asyncio.AbstractEventLoop, safely: bool) -> None:
    sleep(0.1)
    sent = perf_counter()
    if safely:
        loop.call_soon_threadsafe(readings.put_nowait, sent)
    else:
        readings.put_nowait(sent)


async def receive(safely: bool) -> None:
    readings: asyncio.Queue[float] = asyncio.Queue()
    report = asyncio.create_task(asyncio.sleep(0.7), name="report")
    Thread(target=send, args=[readings, asyncio.get_running_loop(), safely], name="sensor").start()
    sent = await readings.get()
    delay = perf_counter() - sent
    verdict = "immediately" if delay < 0.3 else "only when the report was due"
    print(f"{safely=}: received {verdict}, {delay:.1f} s after it was sent")
    report.cancel()


# endregion

asyncio.run(receive(safely=False))
asyncio.run(receive(safely=True))
