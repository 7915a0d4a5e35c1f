# /// script
# [tool.runnable]
# varies = ['GIL (on|off)', 'much quicker: (yes|no)']  # off and yes on a free-threaded build
# ///
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter

LIMITS = [40_000, 40_000]


# region jobs
def count_primes(limit: int) -> int:
    return sum(all(n % d for d in range(2, int(n**0.5) + 1)) for n in range(2, limit))


def one_after_the_other() -> list[int]:
    return [count_primes(limit) for limit in LIMITS]


def two_threads() -> list[int]:
    with ThreadPoolExecutor(max_workers=2) as pool:
        return list(pool.map(count_primes, LIMITS))


# endregion


def seconds(count: Callable[[], list[int]]) -> float:
    started = perf_counter()
    count()
    return perf_counter() - started


rounds = [(seconds(one_after_the_other), seconds(two_threads)) for _ in range(4)]
alone, together = map(min, zip(*rounds, strict=True))
gil = getattr(sys, "_is_gil_enabled", lambda: True)()  # new in Python 3.13
print(f"one after the other: {alone:.2f} s")
print(f"two threads:         {together:.2f} s")
print(f"GIL {'on' if gil else 'off'}, much quicker: {'yes' if together < alone * 0.7 else 'no'}")
