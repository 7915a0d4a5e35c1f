from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import BoundedSemaphore
from time import sleep

PICTURES = 12
fetched: list[int] = []


def read_list() -> Iterator[int]:
    most = 0
    for picture in range(PICTURES):
        yield picture
        most = max(most, picture + 1 - len(fetched))
    print(f"  at most {most} handed over and not fetched")


def fetch(picture: int) -> None:
    sleep(0.15)
    fetched.append(picture)


# region rooms
def submit_all(pool: ThreadPoolExecutor) -> None:
    for picture in read_list():
        pool.submit(fetch, picture)


def submit_when_there_is_room(pool: ThreadPoolExecutor) -> None:
    room = BoundedSemaphore(5)

    def leave(_: Future[None]) -> None:
        room.release()

    for picture in read_list():
        room.acquire()
        pool.submit(fetch, picture).add_done_callback(leave)


for submit in submit_all, submit_when_there_is_room:
    print(submit.__name__)
    fetched.clear()
    with ThreadPoolExecutor(max_workers=3) as pool:
        submit(pool)
# endregion
