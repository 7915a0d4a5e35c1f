import asyncio
from threading import Thread
from time import perf_counter, sleep


# region sending
def send(radio: asyncio.Queue[float], loop: asyncio.AbstractEventLoop, safely: bool) -> None:
    sleep(0.1)
    sent = perf_counter()
    if safely:
        loop.call_soon_threadsafe(radio.put_nowait, sent)
    else:
        radio.put_nowait(sent)


async def listen(safely: bool) -> None:
    radio: asyncio.Queue[float] = asyncio.Queue()
    tide_turns = asyncio.create_task(asyncio.sleep(0.7))
    Thread(target=send, args=[radio, asyncio.get_running_loop(), safely]).start()
    sent = await radio.get()
    delay = perf_counter() - sent
    verdict = "at once" if delay < 0.3 else "only when the tide turned"
    print(f"{safely=}: heard {verdict}, {delay:.1f} s after it was sent")
    tide_turns.cancel()


# endregion

asyncio.run(listen(safely=False))
asyncio.run(listen(safely=True))
