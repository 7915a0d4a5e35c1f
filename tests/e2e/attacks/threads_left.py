# Leaves daemon threads behind that refuse to end. After this program, they would print FORGED.
import threading
import time


def stay():
    while True:
        try:
            time.sleep(0.01)
            print("FORGED" if has_ended else "", end="")
        except BaseException:
            pass


has_ended = False
for _ in range(5):
    threading.Thread(target=stay, daemon=True).start()
time.sleep(0.05)
has_ended = True
