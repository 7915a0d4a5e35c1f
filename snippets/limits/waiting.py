# /// script
# [tool.runnable]
# exact = true
# ///
from random import Random

JOBS = 100_000


def average_wait(load: float) -> float:
    chance = Random(11)
    wait = total = 0.0
    for _ in range(JOBS):
        total += wait
        job = chance.expovariate(1.0)  # one minute on average
        until_next = chance.expovariate(load)
        wait = max(0.0, wait + job - until_next)  # what the next one finds in front of it
    return total / JOBS


print("busy  simulated   formula")
for load in (0.5, 0.7, 0.8, 0.9, 0.95):
    simulated, formula = average_wait(load), load / (1 - load)
    print(f"{load:4.0%}{simulated:7.1f} min{formula:6.1f} min")
