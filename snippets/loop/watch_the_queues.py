import heapq
from collections import deque
from collections.abc import Iterator

type Lighthouse = Iterator[int]
now = 0  # tenths of a second; this loop never sleeps, it moves its clock
names: dict[Lighthouse, str] = {}
ready: deque[Lighthouse] = deque()
timers: list[tuple[int, str, Lighthouse]] = []


def flash(dark: int, times: int) -> Lighthouse:
    for _ in range(times):
        yield dark


def step(job: Lighthouse) -> str:
    dark = next(job, None)
    if dark is None:
        return "ends"
    heapq.heappush(timers, (now + dark, names[job], job))
    return "sleeps"


def show(event: str) -> None:
    queue = " ".join(names[job] for job in ready) or "-"
    heap = " ".join(f"{names[job]}{due / 10}" for due, _, job in sorted(timers)) or "-"
    print(f"{now / 10:3}  {event:10}  {queue:5}  {heap}")


# region run
for name, dark, times in [("F", 2, 3), ("B", 5, 2)]:
    job = flash(dark, times)
    names[job] = name
    ready.append(job)
print("now  event       ready  timers")
show("start")

while ready or timers:
    if not ready:
        now = timers[0][0]
        while timers and timers[0][0] <= now:
            ready.append(heapq.heappop(timers)[2])
        show("timer due")
    for _ in range(len(ready)):
        job = ready.popleft()
        show(f"{names[job]} {step(job)}")
# endregion
