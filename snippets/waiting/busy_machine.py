# /// script
# [tool.runnable]
# timeline = false
# native = "A browser does not say how long a program queued for a core."
# varies = ['mostly \w+', '\d+ %']
# ///
import multiprocessing
import os
import sys
from pathlib import Path
from time import perf_counter, process_time, sleep

if sys.platform != "linux":
    sys.exit("This program needs Linux.")


def compute() -> None:
    for number in range(2_000):
        sum(range(10_000 + number))


def queued() -> float:
    # The second of three numbers: nanoseconds spent waiting for a core.
    return int(Path("/proc/self/schedstat").read_text().split()[1]) / 1e9


def measure(situation: str) -> None:
    wall, cpu, queue = perf_counter(), process_time(), queued()
    compute()
    wall, cpu, queue = perf_counter() - wall, process_time() - cpu, queued() - queue

    verdict = "computes" if cpu > wall / 2 else "waits"
    print(f"{situation}: mostly {verdict}, on a core for {cpu / wall * 100:.0f} % of {wall:.2f} s")
    print(f"  it computed for {cpu:.2f} s and queued for {queue:.2f} s\n")


def keep_busy() -> None:
    while True:
        pass


if __name__ == "__main__":
    os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])  # this program may use one core
    measure("alone")

    others = [multiprocessing.Process(target=keep_busy, daemon=True) for _ in range(2)]
    for other in others:
        other.start()
    sleep(0.2)
    measure("beside two busy programs")
    for other in others:
        other.terminate()
        other.join()
