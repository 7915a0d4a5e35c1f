from collections import deque
from collections.abc import Generator

PASSENGERS = {"Oban": 12, "Tiree": 3, "Coll": 5}
type Job[T] = Generator[None, None, T]


def board(ferry: str, harbour: str) -> Job[int]:
    print(f"{ferry} lies at {harbour}")
    yield
    return PASSENGERS[harbour]


def sail(ferry: str, harbours: list[str]) -> Job[None]:
    aboard = 0
    for harbour in harbours:
        aboard += yield from board(ferry, harbour)
    print(f"{ferry} comes home with {aboard}")


ready = deque([sail("Iona", ["Oban", "Coll"]), sail("Skye", ["Oban", "Tiree"])])
while ready:
    job = ready.popleft()
    try:
        next(job)
    except StopIteration:
        continue
    ready.append(job)
