# Leaves daemon threads behind that refuse to end.
import threading
import time


def stay():
    while True:
        try:
            time.sleep(0.01)
            print("FORGED" if over else "", end="")
        except BaseException:
            pass


over = False
for _ in range(5):
    threading.Thread(target=stay, daemon=True).start()
time.sleep(0.05)
over = True
