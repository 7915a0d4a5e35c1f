"""Two threads need the same lock, so that the second one has to wait.

Comments of the form `NAME waits: REASON` say what tasks and threads wait for in that line.
"""

import threading
import time

lock = threading.Lock()


def work():
    with lock:  # second waits: lock
        time.sleep(0.2)  # first waits: sleep; second waits: sleep


first = threading.Thread(target=work, name="first")
second = threading.Thread(target=work, name="second")
first.start()
time.sleep(0.05)  # MainThread waits: sleep
second.start()
first.join()  # MainThread waits: thread first
second.join()  # MainThread waits: thread second
