# /// script
# dependencies = ["greenlet"]
# ///
from collections import deque
from functools import partial

from greenlet import getcurrent, greenlet

PRICES = {"tea": 12, "cup": 3, "pot": 5}
ready: deque[greenlet] = deque()


def wait() -> None:
    ready.append(getcurrent())
    scheduler.switch()


def look_up(customer: str, item: str) -> int:
    print(f"{customer}: price of {item}?")
    wait()
    return PRICES[item]


def check_out(customer: str, items: list[str]) -> None:
    total = 0
    for item in items:
        total += look_up(customer, item)
    print(f"{customer} pays {total}")


scheduler = getcurrent()
ready.append(greenlet(partial(check_out, "Ada", ["tea", "pot"])))
ready.append(greenlet(partial(check_out, "Ben", ["tea", "cup"])))
while ready:
    ready.popleft().switch()
