from collections import deque
from collections.abc import Callable, Generator

ready: deque[Callable[[], None]] = deque()


class StormError(Exception):
    pass


def cast_off(forecast: str) -> None:
    if forecast == "storm":
        raise StormError


# region harbours
def with_callbacks() -> None:
    try:
        ready.append(lambda: cast_off("storm"))
    except StormError:
        print("callbacks: Iona stays in port")


def with_generators() -> Generator[None]:
    try:
        yield
        cast_off("storm")
    except StormError:
        print("generators: Iona stays in port")


# endregion

with_callbacks()
job = with_generators()
next(job)
ready.append(lambda: next(job))
while ready:
    step = ready.popleft()
    try:
        step()
    except StormError:
        print("the loop gets the exception; which ferry was it?")
    except StopIteration:
        pass
