import asyncio
from threading import Event
from time import perf_counter, sleep

start = perf_counter()


def log(text: str) -> None:
    print(f"{perf_counter() - start:.2f} s  {text}")


# region printing
def print_labels(parcel: str, stop: Event) -> None:
    for copy in range(1, 5):
        if stop.is_set():
            log(f"{parcel}: the printer stops")
            return
        sleep(0.2)
        log(f"{parcel}: copy {copy}")


async def print_for_a_while(parcel: str, tell_the_thread: bool) -> None:
    stop = Event()
    try:
        async with asyncio.timeout(0.5):
            await asyncio.to_thread(print_labels, parcel, stop)
    except TimeoutError:
        log(f"{parcel}: nobody waits any more")
        if tell_the_thread:
            stop.set()


# endregion


async def main() -> None:
    await print_for_a_while("Lisbon", tell_the_thread=False)
    await asyncio.sleep(0.5)
    print()
    await print_for_a_while("Tromsø", tell_the_thread=True)


asyncio.run(main())
