# /// script
# [tool.runnable]
# varies = ['clock (ran|stood still) beside one_call_into_c']  # it runs on a free-threaded build
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
prices = "[" + ", ".join(['["copper", 1.5]'] * 600_000) + "]"


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
    job()
    counted = ticks
    stop.set()
    clock.join()
    return counted


for job in (a_wait, many_steps_in_python, one_call_into_c):
    verdict = "ran" if ticks_during(job) > 3 else "stood still"
    print(f"the clock {verdict} beside {job.__name__}")
