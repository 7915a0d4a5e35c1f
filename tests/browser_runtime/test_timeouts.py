"""No wait ends before its timeout: neither by any clock, nor at any clock rate."""

import asyncio
from asyncio import base_events
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.browser_runtime.harness import (
    Library,
    channels,
    clock,
    event_loop,
    kernel,
    new_worker,
    run,
    semaphores,
    virtual_time,
)

CLOCK_RATES = (0, 1, 10, 100)
# Programs write delays with a few digits, or calculate them.
DELAYS = st.one_of(
    st.builds(lambda digits, places: digits / 10**places, st.integers(1, 9999), st.integers(1, 6)),
    st.floats(1e-6, 100),
)
EXAMPLES = settings(max_examples=40)


@pytest.fixture(autouse=True)
def _broker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Number semaphores, which needs no broker as long as no other process uses them."""
    broker: Any = vars(semaphores)["broker"]
    monkeypatch.setattr(broker, "number", lambda: 1, raising=False)


def _measure(program: Callable[[Library], None], delay: float) -> Callable[[Library], None]:
    """Return a program that measures how long another one takes, as programs do."""

    def measured(library: Library) -> None:
        started, started_ns = library.time.monotonic(), library.time.monotonic_ns()
        program(library)
        ended, ended_ns = library.time.monotonic(), library.time.monotonic_ns()
        assert ended - started >= delay
        assert ended_ns - started_ns >= delay * 1_000_000_000
        # In virtual time durations are exact, except for nanoseconds that are needed for this.
        if virtual_time.is_on:
            assert ended_ns - started_ns <= delay * 1_000_000_000 + 3

    return measured


def _in_turn(kind: str, before: list[float], delay: float, clock_rate: float) -> None:
    """Let time pass, and then wait in one of the ways."""
    wait = WAITS[kind]

    def program(library: Library) -> None:
        for seconds in before:
            library.time.sleep(seconds)
        _measure(lambda library: wait(library, delay), delay)(library)

    new_worker()
    kernel.margin_ns = 2000
    kernel.early_ns = 300_000
    run(program, clock_rate=clock_rate)


def _full_queue(library: Library) -> Any:
    full = library.queue.Queue(1)
    full.put(0)
    return full


def _locked(lock: Any) -> Any:
    lock.acquire()
    return lock


def _joined(library: Library, delay: float) -> None:
    hour = library.threading.Thread(target=library.time.sleep, args=(3600,), daemon=True)
    hour.start()
    hour.join(delay)


def _notified(library: Library, delay: float) -> None:
    """Wait with a condition that is notified in between, without becoming true."""
    condition = library.threading.Condition()

    def notify() -> None:
        for _ in range(3):
            library.time.sleep(delay / 4)
            with condition:
                condition.notify()

    library.start(notify)
    with condition:
        condition.wait_for(lambda: False, delay)


def _pooled(library: Library, delay: float) -> None:
    with library.futures.ThreadPoolExecutor(1) as pool:
        pool.submit(library.time.sleep, delay).result()


def _raises(error: type[Exception], wait: Callable[[], object]) -> None:
    with pytest.raises(error):
        wait()


def _selected(delay: float) -> None:
    channel = channels.Channel()
    channels.select([channels.add(channel, None), channels.add(None, channel)][:1], delay)


WAITS: dict[str, Callable[[Library, float], Any]] = {
    "sleep": lambda library, delay: library.time.sleep(delay),
    "Lock": lambda library, delay: _locked(library.threading.Lock()).acquire(timeout=delay),
    "Event": lambda library, delay: library.threading.Event().wait(delay),
    "Condition": _notified,
    "Semaphore": lambda library, delay: library.threading.Semaphore(0).acquire(timeout=delay),
    "Barrier": lambda library, delay: _raises(
        library.threading.BrokenBarrierError, lambda: library.threading.Barrier(2).wait(delay)
    ),
    "join": _joined,
    "Queue.get": lambda library, delay: _raises(
        library.queue.Empty, lambda: library.queue.Queue().get(timeout=delay)
    ),
    "Queue.put": lambda library, delay: _raises(
        library.queue.Full, lambda: _full_queue(library).put(1, timeout=delay)
    ),
    "SimpleQueue": lambda library, delay: _raises(
        library.queue.Empty, lambda: library.queue.SimpleQueue().get(timeout=delay)
    ),
    "ThreadPoolExecutor": _pooled,
    "multiprocessing.Semaphore": lambda _, delay: semaphores.SemLock(1, 0, 1, "", True).acquire(
        True, delay
    ),
    "multiprocessing.connection.wait": lambda _, delay: _selected(delay),
}


@pytest.mark.parametrize("clock_rate", CLOCK_RATES)
@pytest.mark.parametrize("kind", WAITS)
@EXAMPLES
@given(st.lists(DELAYS, max_size=3), DELAYS)
@example([0.1], 0.2)
@example([0.7], 0.1)
def test_no_wait_ends_early(
    kind: str, clock_rate: float, before: list[float], delay: float
) -> None:
    _in_turn(kind, before, delay, clock_rate)


# --- event loops ----------------------------------------------------------------------------------


async def _call_later(delay: float) -> None:
    called = asyncio.Event()
    asyncio.get_running_loop().call_later(delay, called.set)
    await called.wait()


async def _timeout(delay: float) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(delay):
            await asyncio.Event().wait()


async def _wait_for(delay: float) -> None:
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.Event().wait(), delay)


async def _wait(delay: float) -> None:
    waiting = asyncio.create_task(asyncio.Event().wait())
    await asyncio.wait([waiting], timeout=delay)
    waiting.cancel()


LOOP_WAITS = {
    "sleep": asyncio.sleep,
    "call_later": _call_later,
    "timeout": _timeout,
    "wait_for": _wait_for,
    "wait": _wait,
}


@contextmanager
def _on_the_worker() -> Iterator[None]:
    """Let event loops tell threads of the worker apart, and read its clock."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(base_events, "threading", Library().threading)
        patch.setattr(base_events, "time", clock)
        patch.setattr(asyncio, "timeout", event_loop.timeout)
        patch.setattr(asyncio.timeouts, "timeout", event_loop.timeout)
        yield


@pytest.mark.parametrize("clock_rate", CLOCK_RATES)
@pytest.mark.parametrize("kind", LOOP_WAITS)
@EXAMPLES
@given(st.lists(DELAYS, max_size=3), DELAYS)
@example([0.1], 0.2)
@example([0.7], 0.1)
def test_no_task_resumes_early(
    kind: str, clock_rate: float, before: list[float], delay: float
) -> None:
    async def main() -> None:
        for seconds in before:
            await asyncio.sleep(seconds)
        # Other timers end in between.
        others = [asyncio.create_task(asyncio.sleep(delay * share)) for share in (0.3, 0.7)]
        started = asyncio.get_running_loop().time()
        await LOOP_WAITS[kind](delay)
        ended = asyncio.get_running_loop().time()
        assert ended - started >= delay
        await asyncio.gather(*others)

    def program(_: Library) -> None:
        with asyncio.Runner(loop_factory=event_loop.BrowserEventLoop) as runner:
            runner.run(main())

    with _on_the_worker():
        new_worker()
        kernel.margin_ns = 2000
        kernel.early_ns = 300_000
        run(program, clock_rate=clock_rate)


def test_tasks_resume_exactly_at_times_that_floats_can_show() -> None:
    async def main() -> list[float]:
        loop = asyncio.get_running_loop()
        times: list[float] = []
        for seconds in (0.1, 3.9, 60, 0.25, 0.125):
            await asyncio.sleep(seconds)
            times.append(loop.time())
        return times

    def program(_: Library) -> list[float]:
        with asyncio.Runner(loop_factory=event_loop.BrowserEventLoop) as runner:
            return runner.run(main())

    with _on_the_worker():
        assert run(program, clock_rate=0) == [0.1, 4, 64, 64.25, 64.375]


class JumpingSelector:
    """Skips time instead of waiting, as the tests of programs do."""

    def __init__(self, loop: "JumpingLoop") -> None:
        self.loop = loop

    def select(self, timeout: float | None) -> list[object]:
        self.loop.now += timeout or 0
        return []

    def __getattr__(self, name: str) -> Any:
        return lambda *_: None


class JumpingLoop(event_loop.BrowserEventLoop):
    """An event loop with a clock of the program's own."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self._selector: Any = JumpingSelector(self)

    def time(self) -> float:
        return self.now


@pytest.mark.parametrize("clock_rate", CLOCK_RATES)
def test_timers_on_a_clock_of_the_program_are_exact(clock_rate: float) -> None:
    async def main() -> list[float]:
        loop = asyncio.get_running_loop()
        times: list[float] = []
        for minutes in (1, 2, 4):
            await asyncio.sleep(60 * minutes)
            times.append(loop.time())
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(10):
                await loop.create_future()
        return [*times, loop.time()]

    def program(_: Library) -> list[float]:
        with asyncio.Runner(loop_factory=JumpingLoop) as runner:
            return runner.run(main())

    with _on_the_worker():
        new_worker()
        kernel.margin_ns = 2000
        assert run(program, clock_rate=clock_rate) == [60, 180, 420, 430]
