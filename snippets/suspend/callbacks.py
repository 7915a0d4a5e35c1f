from collections import deque
from collections.abc import Callable

PASSENGERS = {"Oban": 12, "Tiree": 3, "Coll": 5}
ready: deque[Callable[[], None]] = deque()


def board(ferry: str, harbour: str, then: Callable[[int], None]) -> None:
    print(f"{ferry} lies at {harbour}")
    ready.append(lambda: then(PASSENGERS[harbour]))


def sail(ferry: str, harbours: list[str], aboard: int = 0) -> None:
    if not harbours:
        print(f"{ferry} comes home with {aboard}")
        return

    def cast_off(passengers: int) -> None:
        sail(ferry, harbours[1:], aboard + passengers)

    board(ferry, harbours[0], then=cast_off)


ready.append(lambda: sail("Iona", ["Oban", "Coll"]))
ready.append(lambda: sail("Skye", ["Oban", "Tiree"]))
while ready:
    step = ready.popleft()
    step()
