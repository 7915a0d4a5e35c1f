# /// script
# [tool.runnable]
# varies = ['one_call_into_c the clock (kept ticking|stopped)']  # ticks if free-threaded
# ///
import json
from collections.abc import Callable
from threading import Event, Thread
from time import perf_counter, sleep

ticks = 0


def run_clock(stop: Event) -> None:
    global ticks
    while not stop.wait(0.01):
        ticks += 1


# region jobs
prices = "[" + ", ".join(['["tea", 1.5]'] * 600_000) + "]"


def a_wait() -> None:
    sleep(0.4)


def many_steps_in_python() -> None:
    stop = perf_counter() + 0.4
    while perf_counter() < stop:
        sum(price * 3 for price in range(50))


def one_call_into_c() -> None:
    json.loads(prices)


# endregion


def ticks_during(job: Callable[[], None]) -> int:
    global ticks
    clock = Thread(target=run_clock, args=[stop := Event()])
    clock.start()
    sleep(0.05)
    ticks = 0
    try:
        job()
        return ticks
    finally:
        stop.set()
        clock.join()


for job in (a_wait, many_steps_in_python, one_call_into_c):
    verdict = "kept ticking" if ticks_during(job) > 3 else "stopped"
    print(f"during {job.__name__} the clock {verdict}")
