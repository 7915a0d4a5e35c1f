import asyncio
import sys
import traceback
from threading import Event, Thread, get_ident
from time import perf_counter, sleep

last_beat = perf_counter()
finished = Event()


# region watchdog
async def heartbeat() -> None:
    global last_beat
    while True:
        last_beat = perf_counter()
        await asyncio.sleep(0.05)


def watch(loop_thread: int, limit: float) -> None:
    while not finished.wait(limit / 2):
        if perf_counter() - last_beat > limit:
            print("The loop stands still here:")
            for place in traceback.extract_stack(sys._current_frames()[loop_thread]):
                if place.filename == __file__:
                    print(f"  line {place.lineno}, in {place.name}: {place.line}")
            return


# endregion
def read_archive() -> list[str]:
    sleep(1)
    return ["Blue Train", "Giant Steps"]


async def load_playlist() -> None:
    songs = read_archive()
    print(f"{len(songs)} songs")
    await asyncio.sleep(0.1)


async def main() -> None:
    Thread(target=watch, args=[get_ident(), 0.4]).start()
    monitor = asyncio.create_task(heartbeat())
    await asyncio.sleep(0.1)
    await load_playlist()
    monitor.cancel()
    finished.set()


asyncio.run(main())
