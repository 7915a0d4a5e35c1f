import asyncio
from threading import Event
from time import perf_counter, sleep

start = perf_counter()


def log(text: str) -> None:
    print(f"{perf_counter() - start:.2f} s  {text}")


# region printing
def send_readings(station: str, stop: Event) -> None:
    for number in range(1, 5):
        if stop.is_set():
            log(f"{station}: the thread stops")
            return
        sleep(0.2)
        log(f"{station}: reading {number} sent")


async def send_within_limit(station: str, set_event: bool) -> None:
    stop = Event()
    try:
        async with asyncio.timeout(0.5):
            await asyncio.to_thread(send_readings, station, stop)
    except TimeoutError:
        log(f"{station}: timeout, the task stops waiting")
        if set_event:
            stop.set()


# endregion


async def main() -> None:
    await send_within_limit("Oslo", set_event=False)
    await asyncio.sleep(0.5)
    print()
    await send_within_limit("Cairo", set_event=True)


asyncio.run(main())
