"""Checks of the claims in the set of notes S001, on where async IO fits in.

The number of a function is the number of its claim: `claim_2` checks S001.2. The comment above
the function is the question that the function answers. The expected answer and the statement itself
are in `docs/reference/claims.toml`. Claims that have no function here repeat an earlier claim, or
rest on their sources alone.
"""

import ast
import asyncio
import contextlib
import os
import selectors
import socket
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor

import pytest

from tests.guide.claims import lab

# The beginning of a program. What the program does with the pool is added inside the `with` block.
POOL = """
import multiprocessing, os
from concurrent.futures import ProcessPoolExecutor
if __name__ == "__main__":
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
"""


# Does a worker of a process pool run in a different process from the program that started it?
def claim_2() -> str:
    answer = lab.run_python(POOL + "        print(pool.submit(os.getpid).result() != os.getpid())")
    return lab.yes_no(answer == "True")


# A worker process appends to a list that it received as an argument. Does the caller's list change
# as well?
def claim_3() -> str:
    ask = """
        numbers = list(range(1_000_000))
        pool.submit(numbers.append, 1).result()
        print(len(numbers) == 1_000_001)
"""
    return lab.yes_no(lab.run_python(POOL + ask) == "True")


# Three overlapping tasks run in one thread. At most, how many execute at the same instant?
def claim_5() -> str:
    together, executing = asyncio.run(lab.overlapping(3))
    assert together == 3
    return str(executing)


# In a build with the GIL, one thread is busy. Does another thread run Python code at the same time
# if the first one runs Python code? And if the first one is inside `zlib.compress`?
def claim_6() -> str:
    python = lab.runs_meanwhile(lambda: lab.compute(0.05))
    c = lab.runs_meanwhile(lambda: zlib.compress(os.urandom(16_000_000)))
    if not lab.has_gil():
        assert python, "threads run Python code at the same time"
        assert c
        pytest.skip("this interpreter runs without a GIL: both overlap")
    return lab.yes_no(python, c)


# Three threads of one program ask for the id of their process. How many different answers do they
# get?
def claim_7() -> str:
    with ThreadPoolExecutor(3) as pool:
        all_there = threading.Barrier(3)

        def process() -> int:
            all_there.wait(10)
            return os.getpid()

        futures = [pool.submit(process) for _ in range(3)]
    return str(len({future.result() for future in futures}))


# Does Python code run while another thread compresses data with `zlib`?
def claim_9() -> str:
    data = os.urandom(16_000_000)
    return lab.yes_no(lab.runs_meanwhile(lambda: zlib.compress(data)))


# Does adding up three million numbers use more than ten times as much CPU time as a sleep of 0.1 s?
def claim_10() -> str:
    def cpu_time(job: Callable[[], object]) -> float:
        before = time.thread_time()
        job()
        return time.thread_time() - before

    waiting = cpu_time(lambda: time.sleep(0.1))
    computing = cpu_time(lambda: sum(range(3_000_000)))
    return lab.yes_no(computing > 10 * waiting)


# Are the thread pool and the process pool of the standard library both subclasses of `Executor`?
def claim_11() -> str:
    return lab.yes_no(
        issubclass(ThreadPoolExecutor, Executor) and issubclass(ProcessPoolExecutor, Executor)
    )


# Do `threading`, `multiprocessing` and `concurrent.futures` each run a function outside the calling
# thread?
def claim_12() -> str:
    seen: list[int] = []
    thread = threading.Thread(target=lambda: seen.append(threading.get_ident()))
    thread.start()
    thread.join()
    with ThreadPoolExecutor(1) as pool:
        in_pool = pool.submit(threading.get_ident).result()
    process = lab.run_python(
        """
import multiprocessing, os
if __name__ == "__main__":
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        print(pool.apply(os.getpid) != os.getpid())
"""
    )
    here = threading.get_ident()
    return lab.yes_no(seen != [here], process == "True", in_pool != here)


# Which version of Python is the first whose grammar has `async def`?
def claim_13() -> str:
    for minor in range(4, sys.version_info.minor + 1):
        try:
            ast.parse("async def f(): pass", feature_version=(3, minor))
        except SyntaxError:
            continue
        return f"3.{minor}"
    return "none"


# A coroutine calls a function directly and then through `asyncio.to_thread`. In how many threads
# does the function run?
def claim_15() -> str:
    async def main() -> int:
        return len({threading.get_ident(), await asyncio.to_thread(threading.get_ident)})

    return str(asyncio.run(main()))


# Can the event loop interrupt a task that never awaits?
def claim_16() -> str:
    async def main() -> str:
        ran: list[str] = []

        async def is_interrupted() -> bool:
            time.sleep(0.02)  # noqa: ASYNC251 - this task is to block the event loop
            return bool(ran)

        async def other() -> None:
            ran.append("other")

        interrupted, _ = await asyncio.gather(is_interrupted(), other())
        return lab.yes_no(interrupted)

    return asyncio.run(main())


# Can two jobs that wait be in progress at the same time in a single thread?
def claim_17() -> str:
    together, _ = asyncio.run(lab.overlapping(2))
    return lab.yes_no(together == 2)


# How long do two waits of 0.1 s take if one is awaited after the other, and how long do they take
# as tasks?
def claim_18() -> str:
    async def one_after_another() -> None:
        await asyncio.sleep(0.1)
        await asyncio.sleep(0.1)

    async def main() -> str:
        sequential = await lab.timed(one_after_another())
        tasks = await lab.timed(asyncio.gather(asyncio.sleep(0.1), asyncio.sleep(0.1)))
        return lab.shown(sequential, tasks)

    return lab.virtual(main())


# In how many threads do the steps of ten tasks run?
def claim_19() -> str:
    async def main() -> int:
        threads: set[int] = set()

        async def steps() -> None:
            for _ in range(3):
                threads.add(threading.get_ident())
                await asyncio.sleep(0)

        await asyncio.gather(*(steps() for _ in range(10)))
        return len(threads)

    return str(asyncio.run(main()))


# The tasks a and b each wait once. In which order do they start (+) and end (-)?
def claim_21() -> str:
    log: list[str] = []

    async def job(name: str) -> None:
        log.append(f"+{name}")
        await asyncio.sleep(0)
        log.append(f"-{name}")

    async def main() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(job("a"))
            group.create_task(job("b"))

    asyncio.run(main())
    return " ".join(log)


# On a single core, can ten waits of 1 s all be over in less than 5 s?
def claim_23() -> str:
    if not hasattr(os, "sched_setaffinity"):
        pytest.skip("this system does not bind processes to cores")
    program = """
import asyncio, os, time
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
async def main():
    start = time.perf_counter()
    await asyncio.gather(*(asyncio.sleep(1) for _ in range(10)))
    print(time.perf_counter() - start < 5)
asyncio.run(main())
"""
    return lab.yes_no(lab.run_python(program) == "True")


# After how many seconds does the last of the 24 games end?
def claim_24() -> str:
    return f"{lab.virtual(exhibition()):.0f}"


async def exhibition(boards: int = 24, pairs: int = 30) -> float:
    """Return how long an exhibition takes, in seconds.

    Judit thinks for 5 s about each move, at one board at a time. Each opponent then thinks for
    55 s.
    """
    judit = asyncio.Lock()

    async def game() -> None:
        for _ in range(pairs):
            async with judit:
                await asyncio.sleep(5)
            await asyncio.sleep(55)

    return await lab.timed(asyncio.gather(*(game() for _ in range(boards))))


# Three jobs are ready, and the last one is the shortest. Does the event loop run the shortest
# first?
def claim_25() -> str:
    async def main() -> str:
        loop, finished = asyncio.get_running_loop(), list[int]()

        def job(milliseconds: int) -> None:
            time.sleep(milliseconds / 1000)
            finished.append(milliseconds)

        for milliseconds in (20, 10, 1):
            loop.call_soon(job, milliseconds)
        await asyncio.sleep(0)
        return lab.yes_no(finished == [1, 10, 20])

    return asyncio.run(main())


# How long do ten waits of 0.1 s take one after another, and how long if they overlap?
def claim_26() -> str:
    async def one_after_another() -> None:
        for _ in range(10):
            await asyncio.sleep(0.1)

    async def main() -> str:
        sequential = await lab.timed(one_after_another())
        together = await lab.timed(asyncio.gather(*(asyncio.sleep(0.1) for _ in range(10))))
        return lab.shown(sequential, together)

    return lab.virtual(main())


# Does another thread run while one thread is blocked in `time.sleep`?
def claim_27() -> str:
    return lab.yes_no(lab.runs_meanwhile(lambda: time.sleep(0.2)))


# 100 tasks each add 1 to a counter without an `await` in between. How many updates are lost?
def claim_30() -> str:
    return str(100 - asyncio.run(count_to_100(pause=False)))


# 100 tasks each read a counter, await something, and write the old value plus 1. What does the
# counter show at the end?
def claim_31() -> str:
    return str(asyncio.run(count_to_100(pause=True)))


async def count_to_100(*, pause: bool) -> int:
    counter = 0

    async def add_one() -> None:
        nonlocal counter
        seen = counter
        if pause:
            await asyncio.sleep(0)
        counter = seen + 1

    await asyncio.gather(*(add_one() for _ in range(100)))
    return counter


# Two clients, which send a line and read the answer, and the rest of a program that runs one of
# them with a server. The program prints whether its own code defines a subclass of
# `asyncio.BaseProtocol`.
STREAMS = """
async def talk(port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"hello\\n")
    line = await reader.readline()
    writer.close()
    await writer.wait_closed()
    return line
"""
PROTOCOL = """
async def talk(port):
    loop = asyncio.get_running_loop()
    answer = loop.create_future()

    class Hello(asyncio.Protocol):
        def connection_made(self, transport):
            transport.write(b"hello\\n")

        def data_received(self, data):
            answer.set_result(data)

    transport, _ = await loop.create_connection(Hello, "127.0.0.1", port)
    line = await answer
    transport.close()
    return line
"""
SERVER = """
import asyncio
async def serve(reader, writer):
    writer.write(await reader.readline())
    writer.close()
    await writer.wait_closed()
def are_own(parent):
    for child in parent.__subclasses__():
        yield child.__module__ == "__main__"
        yield from are_own(child)
async def main():
    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        assert await talk(server.sockets[0].getsockname()[1]) == b"hello\\n"
asyncio.run(main())
print(any(are_own(asyncio.BaseProtocol)))
"""


# A TCP client sends a line and reads the answer. Does it have to define a protocol class if it uses
# streams, and if it uses `create_connection`?
def claim_32() -> str:
    return lab.yes_no(
        *(
            lab.run_python("import asyncio" + client + SERVER) == "True"
            for client in (STREAMS, PROTOCOL)
        )
    )


# Does a program that uses only the API of Python 3.7 run on the tested versions if all warnings are
# treated as errors?
def claim_33() -> str:
    program = """
import asyncio
async def cook(dish, queue, lock):
    async with lock:
        await asyncio.sleep(0)
    await queue.put(dish)
async def main():
    queue, lock = asyncio.Queue(), asyncio.Lock()
    first = asyncio.create_task(cook("soup", queue, lock))
    await asyncio.gather(first, cook("rice", queue, lock))
    await asyncio.wait_for(queue.get(), timeout=5)
    await asyncio.shield(queue.get())
    print("served")
asyncio.run(main())
"""
    return lab.yes_no(lab.run_python(program, "-W", "error") == "served")


# Does asyncio still have the decorator `coroutine` of Python 3.4?
def claim_36() -> str:
    return lab.yes_no(hasattr(asyncio, "coroutine"))


# Can two generators wait for two sockets at the same time in one thread, with `selectors` and
# without asyncio?
def claim_38() -> str:
    waits = lab.Stopwatch()

    def talk(end: socket.socket) -> Iterator[socket.socket]:
        with waits():
            yield end  # suspended until this socket can be read
            assert end.recv(10) == b"hello"

    pairs = [socket.socketpair() for _ in range(2)]
    with contextlib.ExitStack() as stack, selectors.DefaultSelector() as selector:
        for here, there in pairs:
            stack.enter_context(here)
            stack.enter_context(there)
            job = talk(here)
            selector.register(next(job), selectors.EVENT_READ, job)
        for _, there in pairs:
            there.sendall(b"hello")
        while selector.get_map():
            for key, _ in selector.select(10):
                selector.unregister(key.fileobj)
                next(key.data, None)
    return lab.yes_no(waits.most == 2)
