# /// script
# [tool.runnable]
# interleaves = '^(\w+)'
# ///

import threading
import time

DELIVERY = {"Ana": 0.6, "Ben": 0.2, "Cleo": 0.4}  # seconds until the stockroom delivers


def serve(customer):
    print(f"{customer} orders")
    time.sleep(DELIVERY[customer])
    print(f"{customer} is served")


# region shop
start = time.perf_counter()

threads = []
for customer in DELIVERY:
    thread = threading.Thread(target=serve, args=[customer], name=customer)
    thread.start()
    threads.append(thread)

for thread in threads:
    thread.join()

print(f"{time.perf_counter() - start:.1f} s for three customers")
# endregion
