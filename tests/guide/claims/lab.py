"""Tools for the checks of the claim ledger: a virtual clock, and counts of what overlaps."""

import asyncio
import selectors
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager

type Interval = tuple[float, float]


def yes_no(*answers: object) -> str:
    """Return "yes" or "no" for each answer, for example "yes, no"."""
    return ", ".join("yes" if answer else "no" for answer in answers)


def shown(*values: float) -> str:
    """Return durations as text, for example "1.0 s and 2.0 s"."""
    return " and ".join(f"{value:.1f} s" for value in values)


def max_overlap(intervals: Iterable[Interval]) -> int:
    """Return the greatest number of intervals that overlap. Intervals that only touch do not."""
    changes = sorted(
        change for start, end in intervals for change in ((end, -1), (start, 1)) if start < end
    )
    most = now = 0
    for _, change in changes:
        now += change
        most = max(most, now)
    return most


class Stopwatch:
    """Collects the intervals during which a ``with`` block ran."""

    def __init__(self) -> None:
        self.intervals: list[Interval] = []

    @contextmanager
    def __call__(self) -> Iterator[None]:
        start = time.perf_counter()
        try:
            yield
        finally:
            self.intervals.append((start, time.perf_counter()))

    @property
    def most(self) -> int:
        """The greatest number of intervals that overlapped."""
        return max_overlap(self.intervals)


# --- asyncio on a clock that jumps to the next timer ----------------------------------------------


class _Jumping(selectors.DefaultSelector):
    """Adds each timeout to the clock ``now`` instead of waiting."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.now += timeout or 0
        return super().select(0 if timeout is not None else None)


class VirtualLoop(asyncio.SelectorEventLoop):
    """CPython's own event loop, but its clock jumps forward instead of sleeping."""

    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now

    def compute(self, seconds: float) -> None:
        """Advance the clock while a task blocks the event loop, as if it computed."""
        self._jumping.now += seconds


def virtual[T](main: Coroutine[object, object, T]) -> T:
    """Run a coroutine in a ``VirtualLoop``, whose clock starts at 0."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)


def now() -> float:
    """Return the time of the running event loop, in seconds."""
    return asyncio.get_running_loop().time()


async def timed(awaitable: Awaitable[object]) -> float:
    """Return how long an awaitable takes, in seconds, rounded to microseconds."""
    start = now()
    await awaitable
    return round(now() - start, 6)


async def overlapping(count: int, steps: int = 3) -> tuple[int, int]:
    """Run tasks that take some steps, and wait after each step.

    Returns:
        The greatest number of tasks that were in progress at the same time, and the greatest number
        that executed a step at the same time.
    """
    progress, execution = Stopwatch(), Stopwatch()

    async def job() -> None:
        with progress():
            for _ in range(steps):
                with execution():
                    sum(range(1000))
                await asyncio.sleep(0.001)

    async with asyncio.TaskGroup() as group:
        for _ in range(count):
            group.create_task(job())
    return progress.most, execution.most


# --- threads and processes ------------------------------------------------------------------------


@contextmanager
def switch_interval(seconds: float) -> Iterator[None]:
    """Let a thread keep the GIL for this long before other threads can request it."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(seconds)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


# A switch interval in seconds that is longer than any check computes.
NEVER = 10.0


def no_forced_switches() -> AbstractContextManager[None]:
    """Let each thread keep the GIL until it releases the GIL by itself."""
    return switch_interval(NEVER)


def compute(seconds: float) -> None:
    """Run Python code for this many seconds."""
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        pass


def runs_meanwhile(work: Callable[[], object], interval: float = NEVER) -> bool:
    """Whether the calling thread runs Python code while another thread is inside ``work``.

    Args:
        work: What the other thread does.
        interval: The switch interval, in seconds: how long the other thread may keep the GIL. By
            default it keeps the GIL until it releases it by itself.
    """
    begun, ended = threading.Event(), threading.Event()

    def other() -> None:
        begun.set()
        work()
        ended.set()

    with switch_interval(interval):
        thread = threading.Thread(target=other)
        thread.start()
        begun.wait()
        meanwhile = not ended.is_set()
        thread.join()
    return meanwhile


def has_gil() -> bool:
    """Whether this interpreter runs with the GIL."""
    return bool(getattr(sys, "_is_gil_enabled", lambda: True)())


def run_python(source: str, *options: str) -> str:
    """Run a program in a process of its own, and return what it prints."""
    done = subprocess.run(
        [sys.executable, *options, "-c", source], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
