import time

DELIVERY = {"Ana": 0.6, "Ben": 0.2, "Cleo": 0.4}  # seconds until the stockroom delivers


def serve(customer):
    print(f"{customer} orders")
    time.sleep(DELIVERY[customer])
    print(f"{customer} is served")


start = time.perf_counter()
for customer in DELIVERY:
    serve(customer)
print(f"{time.perf_counter() - start:.1f} s for three customers")
