# /// script
# dependencies = ["greenlet"]
# ///
from collections import deque
from functools import partial

from greenlet import getcurrent, greenlet

PASSENGERS = {"Oban": 12, "Tiree": 3, "Coll": 5}
ready: deque[greenlet] = deque()


def wait() -> None:
    ready.append(getcurrent())
    scheduler.switch()


def board(ferry: str, harbour: str) -> int:
    print(f"{ferry} lies at {harbour}")
    wait()
    return PASSENGERS[harbour]


def sail(ferry: str, harbours: list[str]) -> None:
    aboard = 0
    for harbour in harbours:
        aboard += board(ferry, harbour)
    print(f"{ferry} comes home with {aboard}")


scheduler = getcurrent()
ready.append(greenlet(partial(sail, "Iona", ["Oban", "Coll"])))
ready.append(greenlet(partial(sail, "Skye", ["Oban", "Tiree"])))
while ready:
    ready.popleft().switch()
