"""Checks of the claims in the set of notes S004, on threads, processes and asyncio.

The number of a function is the number of its claim: `claim_14` checks S004.14. The comment above
the function is the question that the function answers. The expected answer and the statement itself
are in `docs/reference/claims.toml`. Claims that have no function here repeat an earlier claim, or
rest on their sources alone.
"""

import asyncio
import gc
import os
import selectors
import socket
import subprocess
import sys
import threading
import time
import types
import weakref
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from unittest import mock

import pytest

from tests.guide.claims import lab


# Can two waiting threads be in progress at the same time, and can two waiting tasks?
def claim_1() -> str:
    in_threads = lab.Stopwatch()
    both_there = threading.Barrier(2)

    def sleep() -> None:
        with in_threads():
            both_there.wait(10)

    with ThreadPoolExecutor(2) as pool:
        pool.submit(sleep)
        pool.submit(sleep)
    in_tasks, _ = asyncio.run(lab.overlapping(2))
    return lab.yes_no(in_threads.most == 2, in_tasks == 2)


# A program waits for 0.2 s in an event loop. Is its CPU time less than half of that?
def claim_14() -> str:
    async def main() -> float:
        before = time.thread_time()
        await asyncio.sleep(0.2)
        return time.thread_time() - before

    return lab.yes_no(asyncio.run(main()) < 0.1)


# Does `loop.getaddrinfo` look up names in another thread?
def claim_15() -> str:
    threads: set[int] = set()

    def look_up(*_: object, **__: object) -> list[Any]:
        threads.add(threading.get_ident())
        return []

    async def main() -> None:
        with mock.patch.object(socket, "getaddrinfo", look_up):
            await asyncio.get_running_loop().getaddrinfo("localhost", 80)

    asyncio.run(main())
    return lab.yes_no(threads and threading.get_ident() not in threads)


# How many seconds do 24 games take one after another?
def claim_17() -> str:
    async def exhibition() -> None:
        for _game in range(24):
            for _pair in range(30):
                await asyncio.sleep(5)
                await asyncio.sleep(55)

    async def main() -> float:
        return await lab.timed(exhibition())

    return f"{lab.virtual(main()):.0f}"


# How many threads serve 24 boards with tasks, and how many with a thread for each board?
def claim_19() -> str:
    async def main() -> int:
        seen: set[int] = set()

        async def board() -> None:
            await asyncio.sleep(0)
            seen.add(threading.get_ident())

        await asyncio.gather(*(board() for _ in range(24)))
        return len(seen)

    all_there = threading.Barrier(24)

    def board() -> int:
        all_there.wait(10)
        return threading.get_ident()

    with ThreadPoolExecutor(24) as pool:
        futures = [pool.submit(board) for _ in range(24)]
    return f"{asyncio.run(main())} and {len({future.result() for future in futures})}"


# Do two processes both finish if they may use only a single core?
def claim_22() -> str:
    if not hasattr(os, "sched_setaffinity"):
        pytest.skip("this system does not bind processes to cores")
    program = """
import multiprocessing, os
from concurrent.futures import ProcessPoolExecutor
if __name__ == "__main__":
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        print(list(pool.map(sum, [range(1000)] * 4)) == [499500] * 4)
"""
    return lab.yes_no(lab.run_python(program) == "True")


# A script is started twice, without waiting for the first run to end. How many processes are alive
# at the same time?
def claim_23() -> str:
    command = [sys.executable, "-c", "import os; print(os.getpid(), flush=True); input()"]
    runs = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    alive = set()
    for run in runs:
        assert run.stdout
        alive.add(run.stdout.readline())
    for run in runs:
        assert run.poll() is None
        run.communicate("\n", timeout=30)
    return str(len(alive))


# Does the event loop wait in a call to the operating system?
def claim_25() -> str:
    system_calls = {"EpollSelector", "KqueueSelector", "DevpollSelector", "PollSelector"}
    if sys.platform == "win32":
        return lab.yes_no(hasattr(asyncio, "ProactorEventLoop"))

    async def main() -> bool:
        loop: Any = asyncio.get_running_loop()
        return isinstance(loop._selector, selectors.BaseSelector) and (
            type(loop._selector).__name__ in system_calls
        )

    return lab.yes_no(asyncio.run(main()))


# Does a task resume at the very moment at which its future gets a result?
def claim_26() -> str:
    async def main() -> str:
        future = asyncio.get_running_loop().create_future()
        resumed: list[str] = []

        async def waits() -> None:
            await future
            resumed.append("resumed")

        task = asyncio.create_task(waits())
        await asyncio.sleep(0)
        future.set_result(None)
        answer = lab.yes_no(resumed)
        await task
        return answer

    return asyncio.run(main())


# Does asyncio make a task from a generator?
def claim_27() -> str:
    def generator() -> Generator[None]:
        yield

    async def main() -> str:
        coroutine: Any = generator()
        try:
            await asyncio.create_task(coroutine)
        except TypeError:
            return "no"
        return "yes"

    return asyncio.run(main())


# Is it the event loop that starts the body of a task, and not `create_task`?
def claim_28() -> str:
    async def main() -> str:
        started: list[str] = []

        async def job() -> None:
            started.append("job")

        task = asyncio.create_task(job())
        before = list(started)
        await task
        return lab.yes_no(not before and started)

    return asyncio.run(main())


# A task waits for a future to which nothing else refers. Does the event loop alone keep the task
# alive?
def claim_29() -> str:
    async def wait_forever() -> None:
        await asyncio.get_running_loop().create_future()

    async def main() -> str:
        # Without this handler, the loop would report that a pending task is destroyed.
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)
        task = weakref.ref(asyncio.create_task(wait_forever()))
        await asyncio.sleep(0)
        gc.collect()
        return lab.yes_no(task() is not None)

    return asyncio.run(main())


# Each of the tasks a and b yields to the event loop twice. In which order do their steps run?
def claim_30() -> str:
    async def main() -> str:
        order: list[str] = []

        async def job(name: str) -> None:
            for _ in range(2):
                order.append(name)
                await asyncio.sleep(0)
            order.append(name)

        await asyncio.gather(job("a"), job("b"))
        return " ".join(order)

    return asyncio.run(main())


# One thread computes in Python and another is ready. Does the second thread run before the first
# has finished if the interpreter never asks for a switch? And if it asks every 5 ms?
def claim_33() -> str:
    if not lab.has_gil():
        pytest.skip("this interpreter runs without a GIL")
    return lab.yes_no(
        lab.runs_meanwhile(lambda: lab.compute(0.05)),
        lab.runs_meanwhile(lambda: lab.compute(0.5), interval=0.005),
    )


# Can plain Python code suspend a coroutine and resume it with a value, using `send` and no event
# loop?
def claim_34() -> str:
    @types.coroutine
    def suspend() -> Generator[str, str, str]:
        return (yield "suspended")

    async def function() -> str:
        return await suspend()

    coroutine = function()
    first = coroutine.send(None)
    try:
        coroutine.send("resumed")
    except StopIteration as stop:
        return lab.yes_no((first, stop.value) == ("suspended", "resumed"))
    return "no"
