"""Two threads compute, and the main thread waits for both.

Comments of the form `NAME waits: REASON` say what tasks and threads wait for in that line.
"""

import threading
import time


def spin(seconds):
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass


threads = [
    threading.Thread(target=spin, args=(seconds,), name=f"busy-{number}")
    for number, seconds in enumerate([0.6, 1.0])
]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()  # MainThread waits: thread busy-0; MainThread waits: thread busy-1
