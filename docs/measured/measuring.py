"""How the measured pages measure."""

import os
import sys
from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from inspect import isawaitable
from multiprocessing import get_context
from statistics import median
from time import perf_counter, process_time
from typing import NamedTuple

type Results = Sequence[Hashable]

SPAWN = get_context("spawn")


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def has_gil() -> bool:
    """Whether only one thread at a time can execute Python code in this process."""
    return bool(getattr(sys, "_is_gil_enabled", lambda: True)())


def free_cores() -> float:
    """Return how many cores this program gets if it wants all of them.

    If other programs are busy, this is less than `cores()`.
    """
    with ProcessPoolExecutor(cores(), SPAWN) as pool:
        list(pool.map(_share_of_a_core, [0.01] * 4 * cores()))  # now all processes have started
        return sum(pool.map(_share_of_a_core, [0.3] * cores()))


def _share_of_a_core(duration: float) -> float:
    """Compute for this many seconds; return the share of them in which a core did so."""
    started, started_computing = perf_counter(), process_time()
    while perf_counter() - started < duration:
        pass
    return (process_time() - started_computing) / (perf_counter() - started)


def cores_used(run: Callable[[], object]) -> float:
    """Return how many cores this process uses on average while it does some work.

    The result does not depend on other programs: if they take a core away, the work only takes
    longer.
    """
    started, started_computing = perf_counter(), process_time()
    run()
    return (process_time() - started_computing) / (perf_counter() - started)


def free_cores_in_words(free: float) -> str:
    """Return a sentence about the result of `free_cores`."""
    sentence = (
        f"Just before the measurements on this page, other programs left **{free:.1f} of the "
        f"{cores()} cores** of this machine free."
    )
    if free > 0.9 * cores():
        return sentence
    return (
        f"{sentence} **The machine was busy**, so the results for processes are not reliable. "
        "Measure again."
    )


class Spread(NamedTuple):
    """The results of several runs: how long they took, or how much memory they needed."""

    low: float
    median: float
    high: float

    @classmethod
    def of(cls, values: Iterable[float]) -> "Spread":
        """Summarise the results of several runs."""
        ordered = sorted(values)
        return cls(ordered[0], median(ordered), ordered[-1])

    def divided_by(self, number: int) -> "Spread":
        """Return the results for one of several equal pieces."""
        return Spread(*(value / number for value in self))


class Times(NamedTuple):
    """How long several runs of the same work took, in seconds."""

    first: float
    """The first run, which may include starting workers."""
    later: Spread
    """The runs after the first."""


def seconds(run: Callable[[], object], count: int = 5) -> Spread:
    """Measure how long several runs take."""
    taken = []
    for _ in range(count):
        started = perf_counter()
        run()
        taken.append(perf_counter() - started)
    return Spread.of(taken)


async def rounds(
    models: Mapping[str, Callable[[], Results | Awaitable[Results]]], count: int = 6
) -> dict[str, Times]:
    """Run every model once in each round, so that a busy moment of the machine affects all of them.

    Raises:
        ValueError: A model's pieces of work are all the same, but their results differ.
    """
    taken: dict[str, list[float]] = {model: [] for model in models}
    for _ in range(count):
        for model, run in models.items():
            started = perf_counter()
            result = run()
            if isawaitable(result):
                result = await result
            taken[model].append(perf_counter() - started)
            if len(set(result)) != 1:
                raise ValueError(f"{model}: {result}")
    return {model: Times(times[0], Spread.of(times[1:])) for model, times in taken.items()}
