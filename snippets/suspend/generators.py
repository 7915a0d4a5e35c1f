from collections import deque
from collections.abc import Generator

PRICES = {"tea": 12, "cup": 3, "pot": 5}
type Job[T] = Generator[None, None, T]


def look_up(customer: str, item: str) -> Job[int]:
    print(f"{customer}: price of {item}?")
    yield
    return PRICES[item]


def check_out(customer: str, items: list[str]) -> Job[None]:
    total = 0
    for item in items:
        total += yield from look_up(customer, item)
    print(f"{customer} pays {total}")


ready = deque([check_out("Ada", ["tea", "pot"]), check_out("Ben", ["tea", "cup"])])
while ready:
    job = ready.popleft()
    try:
        next(job)
    except StopIteration:
        continue
    ready.append(job)
