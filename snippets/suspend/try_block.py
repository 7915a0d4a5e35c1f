from collections import deque
from collections.abc import Callable, Generator

ready: deque[Callable[[], None]] = deque()


class OutOfStockError(Exception):
    pass


def receive(answer: str) -> None:
    if answer == "out of stock":
        raise OutOfStockError


# region waits
def with_callbacks() -> None:
    try:
        ready.append(lambda: receive("out of stock"))
    except OutOfStockError:
        print("callbacks: Ada gets her money back")


def with_generators() -> Generator[None]:
    try:
        yield
        receive("out of stock")
    except OutOfStockError:
        print("generators: Ada gets her money back")


# endregion

with_callbacks()
job = with_generators()
next(job)
ready.append(lambda: next(job))
while ready:
    step = ready.popleft()
    try:
        step()
    except OutOfStockError:
        print("the loop gets the exception; whose order was it?")
    except StopIteration:
        pass
