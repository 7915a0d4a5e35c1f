# Starts threads that start threads without end.
# The test presses Stop when this program prints: \d+ threads
import threading
import time


def multiply():
    while True:
        time.sleep(0.01)
        threading.Thread(target=multiply).start()


for _ in range(4):
    threading.Thread(target=multiply).start()
while True:
    print(threading.active_count(), "threads")
    time.sleep(0.2)
