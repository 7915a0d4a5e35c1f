"""The main process waits for a pool with one process, in which a call sleeps.

Comments of the form `NAME waits: REASON` say what tasks and threads wait for in that line.
"""

import multiprocessing
import time
from concurrent.futures import ProcessPoolExecutor


def work(number):
    time.sleep(0.2)  # MainThread waits: sleep
    return number


if __name__ == "__main__":
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:  # MainThread waits: shutdown
        future = pool.submit(work, 1)
        print(future.result())  # MainThread waits: future
        time.sleep(0.1)  # MainThread waits: sleep
