"""Tests of what holds for every program and every schedule; hypothesis generates both."""

import queue
import random
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.browser_runtime.harness import (
    START_MS,
    Library,
    kernel,
    new_worker,
    run,
    scheduler,
)

EXAMPLES = settings(max_examples=50)
SEEDS = st.integers(0, 2**32)
CLOCK_RATES = st.sampled_from([0, 1])
# In ms. There are only a few values, so that several threads sometimes wake at the same time.
DELAYS = st.integers(0, 3)


preempt = kernel.preempt


def _run[T](program: Callable[[Library], T], seed: int, clock_rate: float = 1) -> T:
    """Run a program with a random schedule.

    Time slices end at random places, and if several timers are due, they fire in a random order.
    A time slice can end at each statement of `threading`, `queue` and `concurrent.futures`, and
    where the program calls `preempt`.
    """
    new_worker()
    chance = random.Random(seed)
    kernel.choose = chance.randrange
    kernel.is_slice_over = lambda: chance.random() < 0.3
    return run(program, clock_rate=clock_rate)


@EXAMPLES
@given(SEEDS, CLOCK_RATES, st.lists(st.lists(DELAYS, max_size=4), min_size=1, max_size=4))
@pytest.mark.parametrize("kind", ["Lock", "RLock", "Condition", "Semaphore"])
def test_a_lock_is_never_held_by_two_threads(
    kind: str, seed: int, clock_rate: float, delays: list[list[int]]
) -> None:
    holders: list[int] = []
    entered: Counter[int] = Counter()

    def work(library: Library, lock: Any, own: list[int]) -> None:
        me = scheduler.get_ident()
        for delay in own:
            with lock:
                holders.append(me)
                entered[me] += 1
                preempt()
                library.time.sleep(delay / 1000)
                assert holders == [me]
                holders.remove(me)

    def program(library: Library) -> None:
        lock = getattr(library.threading, kind)()
        threads = [
            library.threading.Thread(target=work, args=(library, lock, own)) for own in delays
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    _run(program, seed, clock_rate)
    assert sorted(entered.values()) == sorted(len(own) for own in delays if own)


@EXAMPLES
@given(
    SEEDS,
    CLOCK_RATES,
    st.lists(st.lists(DELAYS, max_size=5), min_size=1, max_size=3),
    st.integers(1, 3),
    st.integers(0, 2),
)
@pytest.mark.parametrize("kind", ["SimpleQueue", "Queue"])
def test_items_are_neither_lost_nor_duplicated_and_keep_the_order_of_their_producer(
    kind: str,
    seed: int,
    clock_rate: float,
    delays: list[list[int]],
    consumers: int,
    maxsize: int,
) -> None:
    got: list[list[tuple[int, int]]] = [[] for _ in range(consumers)]

    def produce(library: Library, items: Any, producer: int) -> None:
        for number, delay in enumerate(delays[producer]):
            library.time.sleep(delay / 1000)
            items.put((producer, number))

    def consume(items: Any, own: list[tuple[int, int]]) -> None:
        while (item := items.get()) is not None:
            own.append(item)
            preempt()

    def program(library: Library) -> None:
        items = library.queue.Queue(maxsize) if kind == "Queue" else library.queue.SimpleQueue()
        producers = [
            library.threading.Thread(target=produce, args=(library, items, producer))
            for producer in range(len(delays))
        ]
        for own in got:
            library.threading.Thread(target=consume, args=(items, own)).start()
        for thread in producers:
            thread.start()
        for thread in producers:
            thread.join()
        for _ in got:
            items.put(None)

    _run(program, seed, clock_rate)
    every = [item for own in got for item in own]
    assert sorted(every) == [
        (producer, number) for producer, own in enumerate(delays) for number in range(len(own))
    ]
    for own in got:
        for producer in range(len(delays)):
            numbers = [number for origin, number in own if origin == producer]
            assert numbers == sorted(numbers)


@EXAMPLES
@given(SEEDS, st.integers(1, 5), st.integers(1, 20))
def test_every_thread_that_can_run_runs_eventually(seed: int, count: int, lines: int) -> None:
    progress: Counter[int] = Counter()

    def work() -> None:
        while min(progress.values()) < lines or len(progress) < count:
            progress[scheduler.get_ident()] += 1
            preempt()

    def program(library: Library) -> None:
        progress[scheduler.MAIN] += 1
        threads = [library.threading.Thread(target=work) for _ in range(count - 1)]
        for thread in threads:
            thread.start()
        work()

    _run(program, seed)
    assert min(progress.values()) >= lines


@EXAMPLES
@given(SEEDS, st.lists(DELAYS, min_size=1, max_size=5), st.integers(1, 5))
def test_no_wake_up_is_lost(seed: int, delays: list[int], waiting: int) -> None:
    # One token is added for each thread that waits for one, so no thread may wait forever.
    def consume(condition: Any, tokens: list[int]) -> None:
        with condition:
            while not tokens:
                preempt()
                condition.wait()
            tokens.pop()

    def program(library: Library) -> list[int]:
        condition = library.threading.Condition()
        tokens: list[int] = []
        threads = [
            library.threading.Thread(target=consume, args=(condition, tokens))
            for _ in range(waiting)
        ]
        for thread in threads:
            thread.start()
        for number in range(waiting):
            library.time.sleep(delays[number % len(delays)] / 1000)
            with condition:
                tokens.append(number)
                condition.notify()
        for thread in threads:
            thread.join()
        return tokens

    assert _run(program, seed) == []


# The program of one thread: actions, each with the number of one of three locks. For `try`, this
# number is also the timeout in ms; for `sleep`, it is only the delay in ms.
STEPS = st.lists(
    st.tuples(st.sampled_from(["acquire", "try", "release", "sleep"]), st.integers(0, 2)),
    max_size=8,
)


@settings(max_examples=150)
@given(SEEDS, CLOCK_RATES, st.lists(STEPS, min_size=1, max_size=4))
def test_each_wait_ends_or_is_reported_as_a_deadlock(
    seed: int, clock_rate: float, programs: list[list[tuple[str, int]]]
) -> None:
    finished: list[int] = []

    def work(library: Library, locks: list[Any], number: int) -> None:
        for step, which in programs[number]:
            preempt()
            if step == "acquire":
                locks[which].acquire()
            elif step == "try":
                locks[which].acquire(timeout=which / 1000)
            elif step == "sleep":
                library.time.sleep(which / 1000)
            elif locks[which].locked():
                locks[which].release()
        finished.append(number)

    def program(library: Library) -> None:
        locks = [library.threading.Lock() for _ in range(3)]
        threads = [
            library.threading.Thread(target=work, args=(library, locks, number))
            for number in range(1, len(programs))
        ]
        for thread in threads:
            thread.start()
        work(library, locks, 0)
        for thread in threads:
            thread.join()

    # If neither happens, `run` raises NothingLeftError.
    try:
        _run(program, seed, clock_rate)
    except scheduler.DeadlockError:
        assert len(finished) < len(programs)
    else:
        assert sorted(finished) == list(range(len(programs)))


@pytest.fixture(autouse=True)
def _quiet(capsys: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Discard the reports of deadlocks, which would make the output of a failed test too long."""
    yield
    capsys.readouterr()


@EXAMPLES
@given(SEEDS, st.lists(st.lists(st.integers(0, 5), max_size=5), min_size=1, max_size=4))
def test_virtual_time_never_goes_back_and_jumps_to_the_first_timer(
    seed: int, delays: list[list[int]]
) -> None:
    readings: list[int] = []

    def work(library: Library, own: list[int]) -> None:
        expected = kernel.elapsed()
        for delay in own:
            library.time.sleep(delay / 1000)
            expected += delay * 1_000_000
            preempt()
            readings.append(kernel.elapsed())
            # A wait takes a nanosecond more where the difference of rounded readings of the clock
            # would otherwise be less than the delay.
            assert 0 <= readings[-1] - expected <= len(own)

    def program(library: Library) -> None:
        threads = [library.threading.Thread(target=work, args=(library, own)) for own in delays]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        # No thread has more than 5 waits.
        assert 0 <= kernel.elapsed() - max(map(sum, delays)) * 1_000_000 <= 5

    _run(program, seed, 0)
    # No real time has passed since the worker started.
    assert kernel.now() == START_MS
    assert readings == sorted(readings)


@EXAMPLES
@given(SEEDS, st.lists(st.integers(0, 5), min_size=1, max_size=6), st.integers(0, 5))
def test_no_other_thread_runs_during_an_atomic_section(
    seed: int, delays: list[int], computing: int
) -> None:
    trace: list[tuple[int, str]] = []

    def work(library: Library, delay: int) -> None:
        me = scheduler.get_ident()
        library.time.sleep(delay / 1000)
        scheduler.set_atomic(True)
        trace.append((me, "begins"))
        preempt()
        kernel.compute(computing)
        trace.append((me, "ends"))
        scheduler.set_atomic(False)
        assert scheduler.get_ident() == me

    def program(library: Library) -> None:
        for delay in delays:
            library.threading.Thread(target=work, args=(library, delay)).start()

    _run(program, seed)
    assert len(trace) == 2 * len(delays)
    for (first, begins), (second, ends) in zip(trace[::2], trace[1::2], strict=True):
        assert (first, begins, ends) == (second, "begins", "ends")


@EXAMPLES
@given(SEEDS, CLOCK_RATES, st.lists(DELAYS, min_size=1, max_size=8), st.integers(1, 4))
def test_a_thread_pool_finishes_every_call(
    seed: int, clock_rate: float, delays: list[int], workers: int
) -> None:
    def call(library: Library, number: int) -> int:
        library.time.sleep(delays[number] / 1000)
        return number

    def program(library: Library) -> list[int]:
        with library.futures.ThreadPoolExecutor(workers) as pool:
            futures = [pool.submit(call, library, number) for number in range(len(delays))]
            return [future.result() for future in futures]

    assert _run(program, seed, clock_rate) == list(range(len(delays)))


@EXAMPLES
@given(SEEDS, st.lists(st.tuples(DELAYS, DELAYS), min_size=1, max_size=5))
def test_a_timeout_is_met_exactly_or_the_item_arrives_before(
    seed: int, delays: list[tuple[int, int]]
) -> None:
    def wait(items: Any, timeout: int) -> None:
        started = kernel.elapsed()
        try:
            items.get(timeout=timeout / 1000)
        except queue.Empty:
            assert kernel.elapsed() == started + timeout * 1_000_000
        else:
            assert kernel.elapsed() <= started + timeout * 1_000_000

    def put(library: Library, items: Any, delay: int) -> None:
        library.time.sleep(delay / 1000)
        items.put(delay)

    def program(library: Library) -> None:
        items = library.queue.SimpleQueue()
        for timeout, delay in delays:
            library.threading.Thread(target=wait, args=(items, timeout)).start()
            library.threading.Thread(target=put, args=(library, items, delay)).start()

    _run(program, seed, 0)
