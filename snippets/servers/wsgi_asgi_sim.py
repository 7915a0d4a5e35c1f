import asyncio
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Lock
from time import perf_counter, sleep

REQUESTS, DATABASE = range(8), 0.1
counting = Lock()
at_a_time = most = 0


@contextmanager
def counted() -> Iterator[None]:
    global at_a_time, most
    with counting:
        at_a_time += 1
        most = max(most, at_a_time)
    yield
    with counting:
        at_a_time -= 1


# region servers
def wsgi_view(request: int) -> None:
    with counted():
        sleep(DATABASE)


async def asgi_view(request: int) -> None:
    with counted():
        await asyncio.sleep(DATABASE)


async def blocking_asgi_view(request: int) -> None:
    wsgi_view(request)


def sync_worker() -> None:
    for request in REQUESTS:
        wsgi_view(request)


def threads(number: int) -> None:
    with ThreadPoolExecutor(max_workers=number) as worker:
        list(worker.map(wsgi_view, REQUESTS))


async def event_loop(view: Callable[[int], Coroutine[None, None, None]]) -> None:
    async with asyncio.TaskGroup() as worker:
        for request in REQUESTS:
            worker.create_task(view(request))


workers = {
    "a sync worker": sync_worker,
    "a worker with four threads": lambda: threads(4),
    "an event loop": lambda: asyncio.run(event_loop(asgi_view)),
    "an event loop, a view that blocks": lambda: asyncio.run(event_loop(blocking_asgi_view)),
}
# endregion

for name, serve in workers.items():
    most, start = 0, perf_counter()
    serve()
    print(f"{name}: {most} at a time, {perf_counter() - start:.1f} s")
