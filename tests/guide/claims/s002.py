"""Checks of the claims in the set of notes S002, on asynchronous code and the factorial server.

The number of a function is the number of its claim: `claim_3` checks S002.3. The comment above
the function is the question that the function answers. The expected answer and the statement itself
are in `docs/reference/claims.toml`. Claims that have no function here repeat an earlier claim, or
rest on their sources alone.
"""

import asyncio
import inspect
import os
import selectors
import time
from collections.abc import Sequence

import pytest

from tests.guide.claims import lab


def clock(seconds: float) -> str:
    """Return the time of day that is this many seconds after seven o'clock."""
    minutes, rest = divmod(round(seconds), 60)
    return f"7:{minutes:02}:{rest:02}"


# A task waits 50 ms. Does the event loop check more than five times whether the wait is over?
def claim_1() -> str:
    class Counting(selectors.DefaultSelector):
        calls = 0

        def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
            self.calls += 1
            return super().select(timeout)

    selector = Counting()

    async def main() -> int:
        before = selector.calls
        await asyncio.sleep(0.05)
        return selector.calls - before

    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(selector)) as runner:
        return lab.yes_no(runner.run(main()) > 5)


# Ten jobs each compute for 1 ms and then wait for 9 ms. By what factor does the total time shrink
# if all ten overlap in one thread instead of running one after another?
def claim_3() -> str:
    return f"{gain(computes=0.001, waits=0.009):.1f}"


def gain(computes: float, waits: float, jobs: int = 10) -> float:
    """Return how many times as fast some jobs are if they overlap in one event loop.

    Args:
        computes: For how many seconds each job computes before it waits.
        waits: For how many seconds each job waits.
        jobs: The number of jobs.
    """

    async def job() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, lab.VirtualLoop)
        loop.compute(computes)
        await asyncio.sleep(waits)

    async def one_after_another() -> None:
        for _ in range(jobs):
            await job()

    async def main() -> float:
        overlapped = await lab.timed(asyncio.gather(*(job() for _ in range(jobs))))
        return await lab.timed(one_after_another()) / overlapped

    return lab.virtual(main())


# Does one task keep counting while another task waits for 20 ms?
def claim_4() -> str:
    async def main() -> str:
        counted = 0

        async def count() -> None:
            nonlocal counted
            while True:
                counted += 1
                await asyncio.sleep(0)

        counting = asyncio.create_task(count())
        await asyncio.sleep(0.02)
        counting.cancel()
        return lab.yes_no(counted > 10)

    return asyncio.run(main())


# Three waits are awaited one after another. At most, how many are in progress at the same time?
def claim_5() -> str:
    waits = lab.Stopwatch()

    async def main() -> None:
        for _ in range(3):
            with waits():
                await asyncio.sleep(0.001)

    asyncio.run(main())
    return str(waits.most)


# Ten requests wait 0.1 s each. If they overlap, is the last one answered sooner, and is the first
# one?
def claim_7() -> str:
    async def main() -> str:
        one = await lab.timed(asyncio.sleep(0.1))
        ten_sequential = 10 * one
        ended: list[float] = []
        start = lab.now()

        async def request() -> None:
            await asyncio.sleep(0.1)
            ended.append(round(lab.now() - start, 6))

        await asyncio.gather(*(request() for _ in range(10)))
        return lab.yes_no(max(ended) < ten_sequential, min(ended) < one)

    return lab.virtual(main())


# Ten jobs each compute for 9 ms and then wait for 1 ms. By what factor does the total time shrink
# if all ten overlap in one thread instead of running one after another?
def claim_9() -> str:
    return f"{gain(computes=0.009, waits=0.001):.1f}"


# Does calling an `async def` function return a coroutine object?
def claim_11() -> str:
    async def factorial() -> int:
        return 1

    called = factorial()
    answer = lab.yes_no(inspect.iscoroutine(called))
    called.close()
    return answer


# Is a worker process bound to one of the cores that its parent may use?
def claim_15() -> str:
    if not hasattr(os, "sched_getaffinity"):
        pytest.skip("this system does not report on which cores processes may run")
    if len(os.sched_getaffinity(0)) < 2:
        pytest.skip("this process may use one core only")
    program = """
import multiprocessing, os
from concurrent.futures import ProcessPoolExecutor
if __name__ == "__main__":
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        print(len(pool.submit(os.sched_getaffinity, 0).result()))
"""
    return lab.yes_no(lab.run_python(program) == "1")


# When does the later of the two calculations end if only one core is free?
def claim_16() -> str:
    return clock(max(ends_on_shared_cores(cores=1, starts=[1, 2], seconds=60)))


def ends_on_shared_cores(cores: int, starts: Sequence[float], seconds: float) -> list[float]:
    """Return when each job ends if the jobs share the cores evenly.

    Args:
        cores: The number of cores.
        starts: When each job starts, in seconds.
        seconds: How long each job takes on a core of its own.
    """
    # Each tick is a tenth of a second. A job that has a core of its own does `len(starts)` units of
    # work per tick, so the units of one core can be divided among all jobs.
    left = [round(seconds * 10 * len(starts)) for _ in starts]
    ends = [0.0 for _ in starts]
    tick = 0
    while any(left):
        running = [i for i, start in enumerate(starts) if left[i] and start * 10 <= tick]
        for i in running:
            left[i] -= len(starts) * min(cores, len(running)) // len(running)
            if not left[i]:
                ends[i] = (tick + 1) / 10
        tick += 1
    return ends


# Do two calculations overlap in one event loop, without processes?
def claim_17() -> str:
    calculations = lab.Stopwatch()

    async def calculate() -> None:
        with calculations():
            time.sleep(0.02)  # noqa: ASYNC251 - stands for computing

    async def main() -> None:
        await asyncio.gather(calculate(), calculate())

    asyncio.run(main())
    return lab.yes_no(calculations.most > 1)


# Two calculations of a minute each arrive in one event loop at 7:00:01 and 7:00:02. When does the
# second one end?
def claim_18() -> str:
    async def main() -> list[float]:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, lab.VirtualLoop)
        ends: list[float] = []

        async def user(arrives: float) -> None:
            await asyncio.sleep(arrives)
            loop.compute(60)
            ends.append(loop.time())

        await asyncio.gather(user(1), user(2))
        return ends

    return clock(lab.virtual(main())[1])


# Four calculations become ready one after another. In which order does the event loop run them?
def claim_19() -> str:
    async def main() -> str:
        order: list[str] = []

        async def calculate(user: int) -> None:
            order.append(str(user))

        async with asyncio.TaskGroup() as group:
            for user in (1, 2, 3, 4):
                group.create_task(calculate(user))
        return " ".join(order)

    return asyncio.run(main())


# Does the event loop keep answering while a process of its pool computes?
def claim_21() -> str:
    program = """
import asyncio, multiprocessing, time
from concurrent.futures import ProcessPoolExecutor
async def main():
    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        await loop.run_in_executor(pool, len, "warm")
        computing = loop.run_in_executor(pool, sum, range(20_000_000))
        answers = 0
        while not computing.done():
            await asyncio.sleep(0.001)
            answers += 1
        print(answers > 5)
if __name__ == "__main__":
    asyncio.run(main())
"""
    return lab.yes_no(lab.run_python(program) == "True")


# Eight cores do all calculations, and nine new calculations of a minute each arrive every minute.
# How many are unfinished after an hour?
def claim_22() -> str:
    cores, arrivals, unfinished = 8, 9, 0
    for _minute in range(60):
        unfinished += arrivals
        unfinished -= min(cores, unfinished)
    return str(unfinished)


# A second call of 0.1 s needs the answer of a first one. How much time do you save by making them
# tasks instead of awaiting one after the other?
def claim_23() -> str:
    async def ask(question: int) -> int:
        await asyncio.sleep(0.1)
        return question + 1

    async def in_tasks() -> None:
        first = asyncio.create_task(ask(0))
        second = asyncio.create_task(ask(await first))  # the first answer is the second question
        await second

    async def one_after_another() -> None:
        await ask(await ask(0))

    async def main() -> str:
        return lab.shown(await lab.timed(one_after_another()) - await lab.timed(in_tasks()))

    return lab.virtual(main())


# 100 requests wait 0.1 s each. Are they done sooner in two event loops on two cores if they only
# wait? And if each also computes for 10 ms?
def claim_24() -> str:
    async def requests(count: int, computes: float) -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, lab.VirtualLoop)

        async def request() -> None:
            loop.compute(computes)
            await asyncio.sleep(0.1)

        await asyncio.gather(*(request() for _ in range(count)))

    def seconds(count: int, computes: float) -> float:
        async def main() -> float:
            return await lab.timed(requests(count, computes))

        return lab.virtual(main())

    # Two event loops share the 100 requests. Each loop has a core and a virtual clock of its own.
    return lab.yes_no(
        *(
            max(seconds(50, computes), seconds(50, computes)) < seconds(100, computes)
            for computes in (0, 0.01)
        )
    )
