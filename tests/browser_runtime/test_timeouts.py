"""No wait ends before its timeout: neither by any clock, nor at any clock rate."""

import asyncio
from asyncio import base_events
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
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
# In seconds. Programs write delays with a few digits, or calculate them.
DELAYS = st.one_of(
    st.builds(lambda digits, places: digits / 10**places, st.integers(1, 9999), st.integers(1, 6)),
    st.floats(1e-6, 100),
)
EXAMPLES = settings(max_examples=40)
# The margin of kernel.ts, in ns.
MARGIN_NS = 2000
# By how many ns timers fire too early in these tests.
EARLY_NS = 300_000
# A kind of `_multiprocessing.SemLock`. Its other arguments are the value, the maximum, the name,
# and whether to delete the name.
_SEMAPHORE = 1


@pytest.fixture(autouse=True)
def _broker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Number semaphores in place of the broker, which these tests do not have."""
    broker: Any = vars(semaphores)["broker"]
    monkeypatch.setattr(broker, "number", lambda: 1, raising=False)


def _measure(program: Callable[[Library], None], delay: float) -> Callable[[Library], None]:
    """Return a program that runs another one and asserts that it took at least `delay` seconds."""

    def measured(library: Library) -> None:
        started, started_ns = library.time.monotonic(), library.time.monotonic_ns()
        program(library)
        ended, ended_ns = library.time.monotonic(), library.time.monotonic_ns()
        assert ended - started >= delay
        assert ended_ns - started_ns >= delay * 1_000_000_000
        # In virtual time, a wait takes up to 3 ns longer than the delay, but only where rounded
        # readings of the clock would otherwise differ by less than the delay.
        if virtual_time.is_on:
            assert ended_ns - started_ns <= delay * 1_000_000_000 + 3

    return measured


def _check_wait(kind: str, before: list[float], delay: float, clock_rate: float) -> None:
    """Sleep for some times, and then check a wait of one kind; the times are in seconds."""
    wait = WAITS[kind]

    def program(library: Library) -> None:
        for seconds in before:
            library.time.sleep(seconds)
        _measure(lambda library: wait(library, delay), delay)(library)

    new_worker()
    kernel.margin_ns = MARGIN_NS
    kernel.early_ns = EARLY_NS
    run(program, clock_rate=clock_rate)


def _make_full_queue(library: Library) -> Any:
    full = library.queue.Queue(1)
    full.put(0)
    return full


def _acquire(lock: Any) -> Any:
    """Acquire a lock and return it, so that a second attempt has to wait."""
    lock.acquire()
    return lock


def _join_sleeping_thread(library: Library, delay: float) -> None:
    thread = library.threading.Thread(target=library.time.sleep, args=(3600,), daemon=True)
    thread.start()
    thread.join(delay)


def _notify(library: Library, condition: Any, delay: float) -> None:
    """Start a thread that notifies a condition three times within a delay."""

    def notify() -> None:
        for _ in range(3):
            library.time.sleep(delay / 4)
            with condition:
                condition.notify()

    library.start(notify)


def _wait_for_condition(library: Library, delay: float) -> None:
    """Wait for a condition that never becomes true, although it is notified three times."""
    condition = library.threading.Condition()
    _notify(library, condition, delay)
    with condition:
        condition.wait_for(lambda: False, delay)


def _get_from_notified_queue(library: Library, delay: float) -> None:
    """Wait for an item of a queue that stays empty, although it notifies the thread three times."""
    queue = library.queue.Queue()
    _notify(library, queue.not_empty, delay)
    _raises(library.queue.Empty, lambda: queue.get(timeout=delay))


def _wait_for_pool(library: Library, delay: float) -> None:
    with library.futures.ThreadPoolExecutor(1) as pool:
        pool.submit(library.time.sleep, delay).result()


def _raises(error: type[Exception], wait: Callable[[], object]) -> None:
    with pytest.raises(error):
        wait()


def _select(delay: float) -> None:
    channel = channels.Channel()
    # Without a handle of a writer, the channel would be at its end, and `select` would not wait.
    reader, _writer = channels.add(channel, None), channels.add(None, channel)
    channels.select([reader], delay)


def _acquire_semaphore(delay: float) -> None:
    taken = semaphores.SemLock(_SEMAPHORE, 0, 1, "", True)
    taken.acquire(True, delay)


WAITS: dict[str, Callable[[Library, float], Any]] = {
    "sleep": lambda library, delay: library.time.sleep(delay),
    "Lock": lambda library, delay: _acquire(library.threading.Lock()).acquire(timeout=delay),
    "Event": lambda library, delay: library.threading.Event().wait(delay),
    "Condition": _wait_for_condition,
    "Semaphore": lambda library, delay: library.threading.Semaphore(0).acquire(timeout=delay),
    "Barrier": lambda library, delay: _raises(
        library.threading.BrokenBarrierError, lambda: library.threading.Barrier(2).wait(delay)
    ),
    "join": _join_sleeping_thread,
    "Queue.get": lambda library, delay: _raises(
        library.queue.Empty, lambda: library.queue.Queue().get(timeout=delay)
    ),
    "Queue.get, notified": _get_from_notified_queue,
    "Queue.put": lambda library, delay: _raises(
        library.queue.Full, lambda: _make_full_queue(library).put(1, timeout=delay)
    ),
    "SimpleQueue": lambda library, delay: _raises(
        library.queue.Empty, lambda: library.queue.SimpleQueue().get(timeout=delay)
    ),
    "ThreadPoolExecutor": _wait_for_pool,
    "multiprocessing.Semaphore": lambda _, delay: _acquire_semaphore(delay),
    "multiprocessing.connection.wait": lambda _, delay: _select(delay),
}


@pytest.mark.parametrize("clock_rate", CLOCK_RATES)
@pytest.mark.parametrize("kind", WAITS)
@EXAMPLES
@given(st.lists(DELAYS, max_size=3), DELAYS)
# As floats, 0.1 + 0.2 is a little more than 0.3, and 0.7 + 0.1 a little less than 0.8.
@example([0.1], 0.2)
@example([0.7], 0.1)
# If the standard library calculates how much of these timeouts is left, the result is too small by
# a rounding error, which `monotonic_ns` and `monotonic` could show, respectively.
@example([0.2], 8.114)
@example([0.05015], 0.04945)
def test_no_wait_ends_early(
    kind: str, clock_rate: float, before: list[float], delay: float
) -> None:
    _check_wait(kind, before, delay, clock_rate)


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


async def _wait_again(delay: float, wait: Callable[[asyncio.Event, float], Any]) -> None:
    """Wait for the rest of a delay again, whenever an event has been set."""
    event = asyncio.Event()
    loop = asyncio.get_running_loop()
    for share in (0.25, 0.5, 0.75):
        loop.call_later(delay * share, event.set)
    end = loop.time() + delay
    while (left := end - loop.time()) > 0:
        event.clear()
        await wait(event, left)


async def _wait_for_again(event: asyncio.Event, left: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), left)


async def _timeout_again(event: asyncio.Event, left: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(left):
            await event.wait()


async def _tasks_again(event: asyncio.Event, left: float) -> None:
    waiting = asyncio.create_task(event.wait())
    await asyncio.wait([waiting], timeout=left)
    waiting.cancel()


LOOP_WAITS = {
    "sleep": asyncio.sleep,
    "call_later": _call_later,
    "timeout": _timeout,
    "wait_for": _wait_for,
    "wait": _wait,
    "wait_for, renewed": lambda delay: _wait_again(delay, _wait_for_again),
    "timeout, renewed": lambda delay: _wait_again(delay, _timeout_again),
    "wait, renewed": lambda delay: _wait_again(delay, _tasks_again),
}


@contextmanager
def _on_the_worker() -> Iterator[None]:
    """Let event loops use the threads and the clock of the worker."""
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
# `test_no_wait_ends_early` explains these examples.
@example([0.1], 0.2)
@example([0.7], 0.1)
@example([0.2], 8.114)
@example([0.05015], 0.04945)
@example([180.1, 0.01251, 0.3187], 76.64)
@example([83.15, 5.061, 0.00925], 592.1)
def test_no_task_resumes_early(
    kind: str, clock_rate: float, before: list[float], delay: float
) -> None:
    async def main() -> None:
        for seconds in before:
            await asyncio.sleep(seconds)
        # Two other timers end during the wait.
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
        kernel.margin_ns = MARGIN_NS
        kernel.early_ns = EARLY_NS
        run(program, clock_rate=clock_rate)


def test_in_virtual_time_tasks_resume_exactly_when_their_delay_ends() -> None:
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
    """Advances the clock of its event loop instead of waiting, as test suites often do."""

    def __init__(self, loop: "JumpingLoop") -> None:
        self.loop = loop

    def select(self, timeout: float | None) -> list[object]:
        self.loop.now += timeout or 0
        return []

    def __getattr__(self, name: str) -> Any:
        return lambda *_: None


class JumpingLoop(event_loop.BrowserEventLoop):
    """An event loop of a program, with a clock of its own."""

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
        kernel.margin_ns = MARGIN_NS
        assert run(program, clock_rate=clock_rate) == [60, 180, 420, 430]
