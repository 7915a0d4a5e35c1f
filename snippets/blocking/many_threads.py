import asyncio
from statistics import mean
from threading import Event, Thread
from time import perf_counter


# region threads
def compute(go: Event, stop: Event) -> None:
    go.wait()
    while not stop.is_set():
        sum(reading * 3 for reading in range(50))


async def measure(threads: int) -> float:
    go, stop = Event(), Event()
    for _ in range(threads):
        Thread(target=compute, args=[go, stop]).start()
    go.set()
    delays = []
    end = perf_counter() + 0.8
    while perf_counter() < end:
        due = perf_counter() + 0.01
        await asyncio.sleep(0.01)
        delays.append(perf_counter() - due)
    stop.set()
    return mean(delays)


async def main() -> None:
    one, ten = await measure(1), await measure(10)
    print(f"with 1 thread computing, the loop is {one * 1000:.0f} ms late on average")
    print(f"with 10 threads computing, it is {ten * 1000:.0f} ms late")
    print("later with ten:", ten > one)


# endregion

asyncio.run(main())
