"""Checks of note S000, on execution models."""

import asyncio
import contextlib
import io
import selectors
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from unittest import mock

import flask
import pytest

from tests.claims import lab


def claim_2() -> str:
    together, executing = asyncio.run(lab.overlapping(2))
    assert together == 2
    return lab.yes_no(executing > 1)


def claim_3() -> str:
    return lab.run_python("import threading; print(threading.active_count())")


def claim_4() -> str:
    log: list[str] = []

    def job(name: str) -> None:
        log.append(f"+{name}")
        time.sleep(0.01)
        log.append(f"-{name}")

    job("a")
    job("b")
    return " ".join(log)


def claim_5() -> str:
    def read() -> int:
        return 3

    async def main() -> str:
        result = read()
        task = asyncio.create_task(asyncio.sleep(0, 3))
        answer = lab.yes_no(result == 3, task.done())
        await task
        return answer

    return asyncio.run(main())


def claim_6() -> str:
    with (
        mock.patch("werkzeug.serving.run_simple") as run_simple,
        contextlib.redirect_stdout(io.StringIO()),
    ):
        flask.Flask("shop").run()
    return lab.yes_no(run_simple.call_args.kwargs["threaded"])


def claim_7() -> str:
    arrivals, seconds, workers, threads = 100, 0.2, 5, 6
    in_flight = arrivals * seconds  # Little's law
    room = Rooms(workers * threads)
    with ThreadPoolExecutor(workers * threads) as pool:
        for _ in range(60):
            pool.submit(room.stay, 0.05)
    assert room.most == workers * threads, "each thread serves one request"
    return lab.yes_no(workers * threads > in_flight)


class Rooms:
    """Counts who is in at a time."""

    def __init__(self, expected: int) -> None:
        self._all_in = threading.Barrier(expected)
        self._stays = lab.Stopwatch()

    def stay(self, seconds: float) -> None:
        with self._stays():
            self._all_in.wait(10)
            time.sleep(seconds)

    @property
    def most(self) -> int:
        return self._stays.most


def claim_8() -> str:
    if not lab.has_gil():
        pytest.skip("this interpreter runs without a GIL")

    def compute() -> None:
        until = time.perf_counter() + 0.05
        while time.perf_counter() < until:
            pass

    return lab.yes_no(lab.runs_meanwhile(compute))


def claim_9() -> str:
    all_there = threading.Barrier(3)

    def identify() -> int:
        all_there.wait(10)
        return threading.get_native_id()

    with ThreadPoolExecutor(3) as pool:
        tickets = [pool.submit(identify) for _ in range(3)]
    return str(len({ticket.result() for ticket in tickets}))


def claim_10() -> str:
    balance = 100
    both_have_read = threading.Barrier(2)
    thirty_is_written = threading.Event()

    def take(amount: int) -> None:
        nonlocal balance
        seen = balance
        both_have_read.wait(10)
        if amount == 50:
            thirty_is_written.wait(10)
        balance = seen - amount
        thirty_is_written.set()

    threads = [threading.Thread(target=take, args=(amount,)) for amount in (30, 50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return str(balance)


def claim_11() -> str:
    together, executing = asyncio.run(lab.overlapping(5))
    return f"{together} and {executing}"


def claim_12() -> str:
    return str(asyncio.run(lab.overlapping(10))[1])


def claim_13() -> str:
    async def waits_for_nothing() -> int:
        return 3

    async def main() -> str:
        ran: list[str] = []

        async def other() -> None:
            ran.append("other")

        task = asyncio.create_task(other())
        await waits_for_nothing()
        answer = lab.yes_no(ran)
        await task
        return answer

    return asyncio.run(main())


def claim_14() -> str:
    async def main() -> float:
        return await lab.timed(asyncio.sleep(1))

    return f"{1 / lab.virtual(main()):.1f}"


def claim_15() -> str:
    if not hasattr(selectors, "EpollSelector"):
        pytest.skip("this system has no epoll")
    with tempfile.TemporaryFile() as file, selectors.EpollSelector() as selector:
        try:
            selector.register(file, selectors.EVENT_READ)
        except PermissionError:
            return "no"
        return "yes"


def claim_17() -> str:
    return lab.yes_no(
        overlaps_in_plain_code(),
        overlaps(lambda: asyncio.sleep(0.01)),
        overlaps(blocking_sleep),
    )


async def blocking_sleep() -> None:
    time.sleep(0.01)  # noqa: ASYNC251 - that is the point


def overlaps_in_plain_code() -> bool:
    stays = lab.Stopwatch()
    for _ in range(2):
        with stays():
            time.sleep(0.01)
    return stays.most > 1


def overlaps(wait: Callable[[], Awaitable[None]]) -> bool:
    stays = lab.Stopwatch()

    async def job() -> None:
        with stays():
            await wait()

    async def main() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(job())
            group.create_task(job())

    asyncio.run(main())
    return stays.most > 1


def claim_18() -> str:
    async def main() -> int:
        threads: set[int] = set()

        async def wait() -> None:
            threads.add(threading.get_ident())
            await asyncio.sleep(0.01)
            threads.add(threading.get_ident())

        async with asyncio.TaskGroup() as group:
            for _ in range(1000):
                group.create_task(wait())
        return len(threads)

    return str(asyncio.run(main()))
