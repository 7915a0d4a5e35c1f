"""Threads wait for locks, events and the like, for queues and for pools.

Comments of the form `NAME waits: REASON` say what tasks and threads wait for in that line.
"""

import queue
import threading
import time
from concurrent.futures import ThreadPoolExecutor, as_completed, wait


def after(function, *args):
    threading.Timer(0.2, function, args).start()


event = threading.Event()
after(event.set)
event.wait()  # MainThread waits: event

semaphore = threading.Semaphore(0)
after(semaphore.release)
semaphore.acquire()  # MainThread waits: semaphore

condition = threading.Condition()


def notify():
    with condition:
        condition.notify()


with condition:
    after(notify)
    condition.wait()  # MainThread waits: condition

barrier = threading.Barrier(2)
after(barrier.wait)
barrier.wait()  # MainThread waits: barrier

simple = queue.SimpleQueue()
after(simple.put, 1)
simple.get()  # MainThread waits: queue get

reentrant = threading.RLock()


def hold():
    with reentrant:
        time.sleep(0.2)  # holder waits: sleep


threading.Thread(target=hold, name="holder").start()
time.sleep(0.05)  # MainThread waits: sleep
with reentrant:  # MainThread waits: lock
    pass

items = queue.Queue()
items.put(1)
after(items.task_done)
items.join()  # MainThread waits: queue join

with ThreadPoolExecutor(1, "pool") as pool:
    pool.submit(time.sleep, 0.1).result()  # MainThread waits: future
    wait([pool.submit(time.sleep, 0.1)])  # MainThread waits: tasks
    for _ in as_completed([pool.submit(time.sleep, 0.1)]):  # MainThread waits: tasks
        pass
    list(pool.map(time.sleep, [0.1]))  # MainThread waits: future
    pool.submit(time.sleep, 0.1)
    pool.shutdown()  # MainThread waits: shutdown
