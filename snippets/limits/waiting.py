# /// script
# [tool.runnable]
# exact = true
# ///
from heapq import heapreplace
from random import Random

WORKERS = (1, 2, 8, 10)
JOBS = 200_000


# region waiting
def expected_wait(workers: int, busy: float) -> float:
    """Return the average wait in job lengths, by Erlang's formula C."""
    load = workers * busy  # jobs that arrive during the length of one job
    lost = 1.0  # the share of jobs that find every worker busy, if such jobs went away
    for number in range(1, workers + 1):
        lost = load * lost / (number + load * lost)
    queued = lost / (1 - busy * (1 - lost))  # the same share, if such jobs queue
    return queued / (workers * (1 - busy))


def simulated_wait(workers: int, busy: float) -> float:
    """Return the average wait in job lengths, when jobs come at random and wait in one queue."""
    chance = Random(11)
    free_at = [0.0] * workers
    now = total = 0.0
    for _ in range(JOBS):
        now += chance.expovariate(workers * busy)
        start = max(now, free_at[0])  # the worker that is free first
        total += start - now
        heapreplace(free_at, start + chance.expovariate(1.0))
    return total / JOBS


# endregion
def row(busy: float, waits: list[float]) -> str:
    return f"{busy:4.0%}" + "".join(f"{wait:9.2f}" for wait in waits)


print("wait in job lengths, by the formula")
print("busy" + "".join(f"{workers:3} worker{'s' * (workers > 1)}" for workers in WORKERS))
for busy in (0.5, 0.7, 0.8, 0.9, 0.95):
    print(row(busy, [expected_wait(workers, busy) for workers in WORKERS]))

print("simulated")
simulated = [simulated_wait(workers, 0.9) for workers in WORKERS]
print(row(0.9, simulated))
for workers, wait in zip(WORKERS, simulated, strict=True):
    assert abs(wait - expected_wait(workers, 0.9)) < 0.03 * wait, f"{workers} workers"
