from collections import deque
from collections.abc import Callable

PRICES = {"tea": 12, "cup": 3, "pot": 5}
ready: deque[Callable[[], None]] = deque()


def look_up(customer: str, item: str, then: Callable[[int], None]) -> None:
    print(f"{customer}: price of {item}?")
    ready.append(lambda: then(PRICES[item]))


def check_out(customer: str, items: list[str], total: int = 0) -> None:
    if not items:
        print(f"{customer} pays {total}")
        return

    def add_price(price: int) -> None:
        check_out(customer, items[1:], total + price)

    look_up(customer, items[0], then=add_price)


ready.append(lambda: check_out("Ada", ["tea", "pot"]))
ready.append(lambda: check_out("Ben", ["tea", "cup"]))
while ready:
    step = ready.popleft()
    step()
