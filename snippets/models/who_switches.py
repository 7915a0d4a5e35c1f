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


async def compute_beside_a_task() -> None:
    heartbeat = asyncio.create_task(beat_in_a_task())
    await asyncio.sleep(0)  # lets the heartbeat start
    count_primes()
    print("the other task ran while the primes were counted:", "yes" if beats else "no")
    heartbeat.cancel()


def compute_beside_a_thread() -> None:
    heartbeat = Thread(target=beat_in_a_thread, args=[stop := Event()])
    heartbeat.start()
    count_primes()
    print("the other thread ran while the primes were counted:", "yes" if beats else "no")
    stop.set()
    heartbeat.join()


asyncio.run(compute_beside_a_task())
compute_beside_a_thread()
