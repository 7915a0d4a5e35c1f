# /// script
# [tool.runnable]
# varies = ['([\d.]+) times']
# timeline = false
# ///

import threading
import time

CUSTOMERS = ["Ana", "Ben", "Cleo"]


# region wrapping
def wrap(customer):
    folds = 0
    while folds < 300_000:
        folds += 1


def one_by_one():
    for customer in CUSTOMERS:
        thread = threading.Thread(target=wrap, args=[customer])
        thread.start()
        thread.join()


def in_threads():
    threads = []
    for customer in CUSTOMERS:
        thread = threading.Thread(target=wrap, args=[customer])
        thread.start()
        threads.append(thread)
    for thread in threads:
        thread.join()


# endregion


def seconds(way):
    start = time.perf_counter()
    way()
    return time.perf_counter() - start


# Of several rounds the shortest time counts: other programs on this machine only make a run longer.
rounds = [(seconds(one_by_one), seconds(in_threads)) for _ in range(20)]
alone = min(times[0] for times in rounds)
threaded = min(times[1] for times in rounds)
print(f"one after another: {alone * 1000:.0f} ms")
print(f"in three threads:  {threaded * 1000:.0f} ms")
print(f"The threads took {threaded / alone:.1f} times as long.")
