"""Where and how the measured pages measure."""

import os
import platform
import sys
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from datetime import UTC, datetime
from inspect import isawaitable
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

type Results = Sequence[Hashable]


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = (line.split(": ")[1] for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def surroundings() -> list[tuple[str, str]]:
    """Describe the machine and the versions that the numbers depend on, as rows of a table."""
    gil = getattr(sys, "_is_gil_enabled", lambda: True)()
    return [
        ("Processor", _processor()),
        ("Cores for this process", str(cores())),
        ("System", f"{platform.system()} on {platform.machine()}"),
        ("Python", f"{platform.python_implementation()} {platform.python_version()}"),
        ("Global interpreter lock", "on" if gil else "off"),
        ("Measured", f"{datetime.now(UTC):%d %B %Y}"),
    ]


class Times(NamedTuple):
    """How long several runs of the same work took, in seconds."""

    first: float
    """The first run, which may include starting workers."""
    best: float
    """The shortest run."""
    worst: float
    """The longest run after the first; the first if there was only one."""


def seconds(run: Callable[[], object], count: int = 5) -> float:
    """Return the shortest time of several runs."""
    taken = []
    for _ in range(count):
        started = perf_counter()
        run()
        taken.append(perf_counter() - started)
    return min(taken)


async def rounds(
    models: Mapping[str, Callable[[], Results | Awaitable[Results]]], count: int = 4
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
    return {
        model: Times(seconds[0], min(seconds), max(seconds[1:] or seconds))
        for model, seconds in taken.items()
    }
