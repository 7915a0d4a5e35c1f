import pickle
import threading


def with_tax(price: int) -> float:
    return price * 1.19


def make_discount(percent: int) -> object:
    def discount(price: int) -> float:
        return price * (1 - percent / 100)

    return discount


values: dict[str, object] = {
    "a function of this file": with_tax,
    "a function inside another": make_discount(10),
    "a lambda": lambda price: price * 2,
    "a lock": threading.Lock(),
    "ten prices": list(range(10)),
    "a million prices": list(range(1_000_000)),
}

for name, value in values.items():
    try:
        size = len(pickle.dumps(value))
    except (pickle.PicklingError, AttributeError, TypeError):  # which one depends on the version
        print(f"{name}: cannot be pickled")
    else:
        print(f"{name}: {size:,} bytes")
