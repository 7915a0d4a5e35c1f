"""Measures what one more task, thread, process or interpreter costs, in time and in memory.

Each measurement runs in a new process (`fresh`), because the process of a notebook is large and has
unused memory. The new process imports the functions, so all of them are at the top level.
"""

import asyncio
import importlib.util
import os
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from threading import Event, Thread
from time import perf_counter
from typing import NamedTuple

from measuring import Spread

SPAWN = get_context("spawn")


class Cost(NamedTuple):
    """The average cost of one task, thread, process or interpreter."""

    seconds: float
    """From starting it until it has ended, without any work."""
    memory: float
    """Bytes in use while it waits; 0 if the system does not report them."""


class Costs(NamedTuple):
    """The costs in several measurements."""

    seconds: Spread
    memory: Spread


def repeated(measure: Callable[[int], Cost], count: int, times: int = 5) -> Costs:
    """Measure several times, each time in a new process."""
    costs = [fresh(measure, count) for _ in range(times)]
    return Costs(
        Spread.of(cost.seconds for cost in costs), Spread.of(cost.memory for cost in costs)
    )


def fresh[R](measure: Callable[[int], R], count: int) -> R:
    """Call a function in a new process."""
    with ProcessPoolExecutor(1, SPAWN) as pool:
        return pool.submit(measure, count).result()


def tasks(count: int) -> Cost:
    """Measure this many asyncio tasks."""

    async def nothing() -> None:
        pass

    async def wait(gate: asyncio.Event) -> None:
        await gate.wait()

    async def start_and_end() -> float:
        started = perf_counter()
        async with asyncio.TaskGroup() as group:
            for _ in range(count):
                group.create_task(nothing())
        return perf_counter() - started

    async def hold() -> int:
        gate = asyncio.Event()
        before = own_memory()
        async with asyncio.TaskGroup() as group:
            for _ in range(count):
                group.create_task(wait(gate))
            await asyncio.sleep(0)  # now every task runs until it waits
            held = own_memory() - before
            gate.set()
        return held

    held = asyncio.run(hold())
    return Cost(asyncio.run(start_and_end()) / count, max(0, held) / count)


def threads(count: int) -> Cost:
    """Measure this many threads."""
    gate = Event()
    before = own_memory()
    waiting = [Thread(target=gate.wait) for _ in range(count)]
    for thread in waiting:
        thread.start()
    held = own_memory() - before
    gate.set()
    for thread in waiting:
        thread.join()

    started = perf_counter()
    for _ in range(count):
        thread = Thread(target=int)
        thread.start()
        thread.join()
    return Cost((perf_counter() - started) / count, max(0, held) / count)


def processes(count: int) -> Cost:
    """Measure this many processes, started one after another with "spawn"."""
    started = perf_counter()
    for _ in range(count):
        process = SPAWN.Process(target=int)
        process.start()
        process.join()
    took = perf_counter() - started
    return Cost(took / count, fresh(_own_memory_of_a_worker, 0))


def interpreters(count: int) -> Cost:
    """Measure this many interpreters in one process; needs Python 3.14."""
    from concurrent import interpreters as several

    several.create().close()  # do not count what the first one imports
    before = own_memory()
    waiting = [several.create() for _ in range(count)]
    held = own_memory() - before
    for interpreter in waiting:
        interpreter.close()

    started = perf_counter()
    for _ in range(count):
        interpreter = several.create()
        interpreter.exec("pass")
        interpreter.close()
    return Cost((perf_counter() - started) / count, max(0, held) / count)


def has_interpreters() -> bool:
    """Whether this Python can create further interpreters."""
    return importlib.util.find_spec("concurrent.interpreters") is not None


def own_memory() -> int:
    """Return the bytes that this process shares with no other; 0 if the system does not say.

    See https://man7.org/linux/man-pages/man5/proc_pid_smaps.5.html.
    """
    summary = Path("/proc/self/smaps_rollup")
    if sys.platform != "linux" or not os.access(summary, os.R_OK):
        return 0
    fields = (line.split() for line in summary.read_text().splitlines())
    return sum(int(row[1]) for row in fields if row[0].startswith("Private_")) * 1024


def _own_memory_of_a_worker(_: int) -> int:
    return own_memory()
