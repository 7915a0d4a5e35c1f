import asyncio
from threading import Event, Thread
from time import perf_counter

beats = 0


def count_primes() -> None:
    stop = perf_counter() + 0.5
    while perf_counter() < stop:
        all(9973 % n for n in range(2, 100))


async def beat_in_a_task() -> None:
    global beats
    while True:
        await asyncio.sleep(0.05)
        beats += 1


def beat_in_a_thread(stop: Event) -> None:
    global beats
    while not stop.wait(0.05):
        beats += 1


async def beside_a_task() -> None:
    heart = asyncio.create_task(beat_in_a_task())
    await asyncio.sleep(0)
    count_primes()
    print("the task was let in while the primes were counted:", "yes" if beats else "no")
    heart.cancel()


def beside_a_thread() -> None:
    heart = Thread(target=beat_in_a_thread, args=[stop := Event()])
    heart.start()
    count_primes()
    print("the thread was let in while the primes were counted:", "yes" if beats else "no")
    stop.set()


asyncio.run(beside_a_task())
beside_a_thread()
