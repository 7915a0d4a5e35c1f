"""Two ways to compute a factorial, and how long each of them blocks an event loop.

Worker processes and interpreters import this module.
"""

import asyncio
import math
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from jobs import processes
from measuring import Spread

TICK = 0.005
"""Seconds between two ticks of the heartbeat."""

type Job = Callable[[], int]
type Place = Callable[[Job], Awaitable[int]]


def loop_in_python(number: int) -> int:
    """Multiply up to `number` in Python; return the length of the factorial in bits."""
    product = 1
    for factor in range(2, number + 1):
        product *= factor
    return product.bit_length()


def one_call_into_c(number: int) -> int:
    """Do what `loop_in_python` does, with `math.factorial`."""
    return math.factorial(number).bit_length()


async def inline(job: Job) -> int:
    """Compute in the event loop's own thread."""
    return job()


async def elsewhere(pool: Executor, job: Job) -> int:
    """Compute in a worker of a pool, and await the result."""
    return await asyncio.get_running_loop().run_in_executor(pool, job)


def _import_from(folder: str) -> None:
    import sys  # This runs in an interpreter that has not imported this module.

    sys.path.insert(0, folder)


@contextmanager
def places() -> Iterator[dict[str, Place]]:
    """Start one worker of each kind that this Python has, and yield the places to compute in."""
    pools: dict[str, Executor] = {"thread": ThreadPoolExecutor(1)}
    if sys.version_info >= (3, 14):
        from concurrent.futures import InterpreterPoolExecutor

        pools["interpreter"] = InterpreterPoolExecutor(
            1, initializer=_import_from, initargs=(str(Path(__file__).parent),)
        )
    pools["process"] = processes(1)
    with ExitStack() as stack:
        for pool in pools.values():
            stack.enter_context(pool)
            pool.submit(loop_in_python, 1).result()  # Start the worker before the clock runs.
        yield {"inline": inline} | {name: partial(elsewhere, pool) for name, pool in pools.items()}


class Measured(NamedTuple):
    """How one job affected the event loop; times in seconds."""

    pause: float
    """The longest delay of a tick."""
    took: float
    """From the request until the result was there."""


class Summary(NamedTuple):
    """How several runs of one job affected the event loop; times in seconds."""

    pause: Spread
    took: Spread


async def watch(place: Place, job: Job) -> Measured:
    """Compute in a place while a heartbeat measures how long the event loop is blocked."""
    longest = 0.0

    async def heartbeat() -> None:
        nonlocal longest
        while True:
            due = perf_counter() + TICK
            await asyncio.sleep(TICK)
            longest = max(longest, perf_counter() - due)

    ticking = asyncio.create_task(heartbeat())
    await asyncio.sleep(0)  # Let the heartbeat start.
    started = perf_counter()
    await place(job)
    took = perf_counter() - started
    await asyncio.sleep(2 * TICK)  # Let a delayed tick happen.
    ticking.cancel()
    return Measured(longest, took)


async def rounds(
    places: Mapping[str, Place], jobs: Mapping[str, Job], count: int = 7
) -> dict[str, dict[str, Summary]]:
    """Run each job in each place once per round; return the results by job and place."""
    seen: dict[tuple[str, str], list[Measured]] = {}
    for _ in range(count):
        for title, job in jobs.items():
            for name, place in places.items():
                seen.setdefault((title, name), []).append(await watch(place, job))
    return {
        title: {
            name: Summary(
                Spread.of(one.pause for one in seen[title, name]),
                Spread.of(one.took for one in seen[title, name]),
            )
            for name in places
        }
        for title in jobs
    }
