# Starts non-daemon threads that wait for ever and catch SystemExit, so the program never ends.
# The test presses Stop when this program prints: busy
import threading
import time


def stay():
    while True:
        try:
            time.sleep(60)
        except BaseException:
            pass


for _ in range(5):
    threading.Thread(target=stay).start()
print("busy", flush=True)
