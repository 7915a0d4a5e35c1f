"""Checks of the claims in the set of notes S000, on execution models.

The number of a function is the number of its claim: `claim_2` checks S000.2. The comment above
the function is the question that the function answers. The expected answer and the statement itself
are in `docs/reference/claims.toml`. Claims that have no function here repeat an earlier claim, or
rest on their sources alone.
"""

import asyncio
import contextlib
import io
import itertools
import selectors
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from unittest import mock

import flask
import pytest

from tests.guide.claims import lab


# If two tasks of one event loop are in progress at the same time, do they ever execute at the same
# instant?
def claim_2() -> str:
    together, executing = asyncio.run(lab.overlapping(2))
    assert together == 2
    return lab.yes_no(executing > 1)


# How many threads does a program have if it starts none?
def claim_3() -> str:
    return lab.run_python("import threading; print(threading.active_count())")


# A program calls the functions a and b one after another. In which order do the calls start (+) and
# end (-)?
def claim_4() -> str:
    log: list[str] = []

    def job(name: str) -> None:
        log.append(f"+{name}")
        time.sleep(0.01)
        log.append(f"-{name}")

    job("a")
    job("b")
    return " ".join(log)


# Is the result of a job available on the next line if the job is a plain call, and if it is a task
# that has just been created?
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


# Does `Flask.run()` ask its server for a thread for each request?
def claim_6() -> str:
    with (
        mock.patch("werkzeug.serving.run_simple") as run_simple,
        contextlib.redirect_stdout(io.StringIO()),
    ):
        flask.Flask("shop").run()
    return lab.yes_no(run_simple.call_args.kwargs["threaded"])


# For 10 s, 100 requests arrive per second, and each takes 0.2 s. How long does the last request
# wait for a free thread if there is 1 thread, and if there are 30?
def claim_7() -> str:
    async def last_wait(threads: int) -> float:
        free = asyncio.Semaphore(threads)

        async def request(arrival: float) -> float:
            await asyncio.sleep(arrival)
            waited = await lab.timed(free.acquire())
            await asyncio.sleep(0.2)
            free.release()
            return waited

        waits = await asyncio.gather(*(request(number / 100) for number in range(1000)))
        return waits[-1]

    return lab.shown(lab.virtual(last_wait(1)), lab.virtual(last_wait(30)))


# While one thread runs Python code and keeps the GIL, does another thread run Python code?
def claim_8() -> str:
    if not lab.has_gil():
        pytest.skip("this interpreter runs without a GIL")
    return lab.yes_no(lab.runs_meanwhile(lambda: lab.compute(0.05)))


# Three Python threads are running. How many threads does the operating system see?
def claim_9() -> str:
    all_there = threading.Barrier(3)

    def identify() -> int:
        all_there.wait(10)
        return threading.get_native_id()

    with ThreadPoolExecutor(3) as pool:
        futures = [pool.submit(identify) for _ in range(3)]
    return str(len({future.result() for future in futures}))


# An account holds 100. One thread takes 30 and another takes 50. Both read the balance before
# either writes it, and the one that takes 50 writes last. What is left?
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


# Five tasks run in one event loop. At most, how many are in progress at the same time, and how many
# execute at the same time?
def claim_11() -> str:
    together, executing = asyncio.run(lab.overlapping(5))
    return f"{together} and {executing}"


# At most, how many tasks of one event loop execute at the same time?
def claim_12() -> str:
    return str(asyncio.run(lab.overlapping(10))[1])


# Does awaiting a coroutine that waits for nothing let another task run?
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


# By what factor does asyncio speed up a single wait of 1 s?
def claim_14() -> str:
    async def main() -> float:
        return await lab.timed(asyncio.sleep(1))

    return f"{1 / lab.virtual(main()):.1f}"


# Does epoll, with which the event loop waits on Linux, accept a regular file?
def claim_15() -> str:
    if not hasattr(selectors, "EpollSelector"):
        pytest.skip("this system has no epoll")
    with tempfile.TemporaryFile() as file, selectors.EpollSelector() as selector:
        try:
            selector.register(file, selectors.EVENT_READ)
        except PermissionError:
            return "no"
        return "yes"


# Does a second job start while the first one waits: with plain calls, with tasks that `await`, and
# with tasks that call `time.sleep`?
def claim_17() -> str:
    return lab.yes_no(
        overlaps_in_plain_code(),
        overlaps(lambda: asyncio.sleep(0.01)),
        overlaps(blocking_sleep),
    )


async def blocking_sleep() -> None:
    time.sleep(0.01)  # noqa: ASYNC251 - this task is to block the event loop


def overlaps_in_plain_code() -> bool:
    waits = lab.Stopwatch()
    for _ in range(2):
        with waits():
            time.sleep(0.01)
    return waits.most > 1


def overlaps(wait: Callable[[], Awaitable[None]]) -> bool:
    """Whether two tasks are inside ``wait`` at the same time."""
    waits = lab.Stopwatch()

    async def job() -> None:
        with waits():
            await wait()

    async def main() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(job())
            group.create_task(job())

    asyncio.run(main())
    return waits.most > 1


# How many threads do 1,000 waiting tasks need?
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


# Two jobs have two steps each. In how many sequences can the four steps run with plain calls, and
# in how many with two threads?
def claim_19() -> str:
    def steps(job: str) -> Iterator[str]:
        yield f"{job} reads"
        yield f"{job} writes"

    # A schedule names the job that takes each of the four steps.
    def run(schedule: tuple[str, ...]) -> tuple[str, ...]:
        jobs = {job: steps(job) for job in "ab"}
        return tuple(next(jobs[job]) for job in schedule)

    plain = {(*steps("a"), *steps("b"))}
    threads = {run(schedule) for schedule in itertools.permutations("aabb")}
    return f"{len(plain)} and {len(threads)}"
