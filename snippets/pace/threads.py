from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from time import sleep


# region rooms
def submit_bounded[T, R](
    pool: Executor, function: Callable[[T], R], items: Iterable[T], limit: int
) -> Iterator[tuple[T, Future[R]]]:
    """Yield (item, finished future) for each item, in order, with at most `limit` handed over.

    Call future.result() for the result; it raises what function(item) raised. If the caller leaves
    the loop early, calls that have not begun are cancelled.
    """
    pending = deque[tuple[T, Future[R]]]()
    try:
        for item in items:
            if len(pending) == limit:
                wait([pending[0][1]])
                yield pending.popleft()
            pending.append((item, pool.submit(function, item)))
        while pending:
            wait([pending[0][1]])
            yield pending.popleft()
    finally:
        for _, future in pending:
            future.cancel()


# endregion
HOURS = 12
fetched: list[int] = []


def read_list() -> Iterator[int]:
    most = 0
    for hour in range(HOURS):
        yield hour
        most = max(most, hour + 1 - len(fetched))
    print(f"  at most {most} handed over and not fetched")


def fetch(hour: int) -> float:
    sleep(0.15)
    fetched.append(hour)
    if hour == 7:
        raise ValueError("no report for this hour")
    return 7.5


def report(hour: int, future: Future[float]) -> None:
    if error := future.exception():
        print(f"  hour {hour}: {error}")


with ThreadPoolExecutor(max_workers=3) as pool:
    print("submit")
    futures = {hour: pool.submit(fetch, hour) for hour in read_list()}
    for hour, future in futures.items():
        report(hour, future)

    fetched.clear()
    print("submit_bounded")
    for hour, future in submit_bounded(pool, fetch, read_list(), limit=5):
        report(hour, future)
