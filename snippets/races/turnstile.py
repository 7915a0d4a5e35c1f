# /// script
# [tool.runnable]
# varies = ['[\d,]+ of 400,000']
# ///
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Lock

VISITORS = 200_000
counter = 0
lock = Lock()
both_doors = Barrier(2)


# region counting
def add_in_place() -> None:
    global counter
    for _ in range(VISITORS):
        counter += 1


def call_and_add() -> None:
    global counter
    for _ in range(VISITORS):
        counter = int(counter) + 1


def call_and_add_locked() -> None:
    global counter
    for _ in range(VISITORS):
        with lock:
            counter = int(counter) + 1


# endregion


def open_door(count: Callable[[], None]) -> None:
    both_doors.wait()
    count()


sys.setswitchinterval(0.0001)  # seconds: more switches than usual, to make the race show
for count in (add_in_place, call_and_add, call_and_add_locked):
    counter = 0
    with ThreadPoolExecutor(max_workers=2) as doors:
        doors.map(open_door, [count, count])
    lost = 2 * VISITORS - counter
    print(f"{count.__name__}: {f'{lost:,} of 400,000 lost' if lost else 'none lost'}")
