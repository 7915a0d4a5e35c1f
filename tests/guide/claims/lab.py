"""Instruments of the checks: a clock that jumps, a log, a count of what overlaps."""

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
    """The answers in words, in order."""
    return ", ".join("yes" if answer else "no" for answer in answers)


def shown(*values: float) -> str:
    """Durations in seconds, in words."""
    return " and ".join(f"{value:.1f} s" for value in values)


def most_together(intervals: Iterable[Interval]) -> int:
    """How many intervals contain one instant, at most; one may start where another ends."""
    changes = sorted(
        change for start, end in intervals for change in ((end, -1), (start, 1)) if start < end
    )
    most = now = 0
    for _, change in changes:
        now += change
        most = max(most, now)
    return most


class Stopwatch:
    """Collects the intervals in which something was the case."""

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
        """How many overlapped, at most."""
        return most_together(self.intervals)


# --- asyncio on a clock that jumps to the next timer ----------------------------------------------


class _Jumping(selectors.DefaultSelector):
    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.now += timeout or 0
        return super().select(0 if timeout is not None else None)


class VirtualLoop(asyncio.SelectorEventLoop):
    """CPython's own loop; where it would sleep, its clock jumps."""

    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now

    def compute(self, seconds: float) -> None:
        """Pass time without a chance for any other task."""
        self._jumping.now += seconds


def virtual[T](main: Coroutine[object, object, T]) -> T:
    """Run a coroutine on a clock that starts at 0 and jumps."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)


def now() -> float:
    """The time of the running loop."""
    return asyncio.get_running_loop().time()


async def timed(awaitable: Awaitable[object]) -> float:
    """How long an awaitable takes, to the microsecond."""
    start = now()
    await awaitable
    return round(now() - start, 6)


async def overlapping(count: int, steps: int = 3) -> tuple[int, int]:
    """Run some tasks; return how many were in progress, and how many executed, at most."""
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
    """Ask a thread for the GIL only after it has kept it for so long."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(seconds)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


NEVER = 10.0  # seconds; longer than any check computes


def no_forced_switches() -> AbstractContextManager[None]:
    """Let a thread keep the GIL until it releases it by itself."""
    return switch_interval(NEVER)


def compute(seconds: float) -> None:
    """Run Python code for some time."""
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        pass


def runs_meanwhile(work: Callable[[], object], interval: float = NEVER) -> bool:
    """Whether this thread runs Python code while another one is inside ``work``."""
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
    """What a program prints, run in a process of its own."""
    done = subprocess.run(
        [sys.executable, *options, "-c", source], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
