"""Locks behave as those of `_thread`: one holder, waiting threads in order, exact timeouts."""

import math
import pickle
import signal
import weakref
from collections.abc import Callable
from typing import Any

import pytest
from explorer import primitives

from tests.browser_runtime.harness import START, Library, kernel, locks, run, scheduler

KINDS = [locks.Lock, locks.RLock]
# In seconds, about 292 years: CPython counts times in nanoseconds, as signed 64-bit numbers.
TOO_LONG = 2**63 / 1e9


# --- taking and releasing -------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_a_lock_is_taken_and_released(kind: Callable[[], Any]) -> None:
    lock = kind()
    assert not lock.locked()
    assert lock.acquire() is True
    assert lock.locked()
    lock.release()
    assert not lock.locked()
    with lock as taken:
        assert taken is True
        assert lock.locked()
    assert not lock.locked()


@pytest.mark.parametrize("kind", KINDS)
def test_a_free_lock_cannot_be_released(kind: Callable[[], Any]) -> None:
    with pytest.raises(RuntimeError, match=r"release un-?(locked|acquired) lock"):
        kind().release()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((False, 1), ValueError, "can't specify a timeout for a non-blocking call"),
        ((False, 0), ValueError, "can't specify a timeout for a non-blocking call"),
        ((True, -2), ValueError, "timeout value must be a non-negative number"),
        ((True, -0.5), ValueError, "timeout value must be a non-negative number"),
        ((True, math.nan), ValueError, "Invalid value NaN"),
        ((True, locks.TIMEOUT_MAX + 1), OverflowError, "timestamp out of range"),
        ((True, 10**10), OverflowError, "timestamp too large to convert to C PyTime_t"),
        ((True, math.inf), OverflowError, "timestamp out of range"),
        ((False, -math.inf), OverflowError, "timestamp out of range"),
        ((True, None), TypeError, "'NoneType' object cannot be interpreted as an integer"),
    ],
)
def test_a_lock_refuses_the_same_arguments_as_on_cpython(
    kind: Callable[[], Any], arguments: tuple[Any, ...], error: type[Exception], message: str
) -> None:
    lock = kind()
    with pytest.raises(error, match=message):
        lock.acquire(*arguments)
    assert not lock.locked()


@pytest.mark.parametrize("timeout", [-1, 0, 0.5, locks.TIMEOUT_MAX])
def test_a_free_lock_is_taken_with_any_timeout(timeout: float) -> None:
    assert locks.Lock().acquire(True, timeout)


def test_the_longest_timeout_is_that_of_cpython() -> None:
    # On Windows, the longest timeout of CPython is shorter.
    assert locks.TIMEOUT_MAX == primitives.TIMEOUT_MAX == 9223372036.0


def test_a_timeout_may_be_as_long_as_on_cpython() -> None:
    def program(library: Library) -> tuple[bool, float]:
        lock = locks.Lock()
        lock.acquire()
        taken = lock.acquire(timeout=1e8)
        return taken, library.time.monotonic()

    taken, seconds = run(program, clock_rate=0)
    assert not taken
    assert seconds >= 1e8


@pytest.mark.parametrize("kind", KINDS)
def test_a_lock_that_another_thread_holds_is_not_taken_without_waiting(
    kind: Callable[[], Any],
) -> None:
    def program(library: Library) -> list[bool]:
        lock = kind()
        library.start(lock.acquire)
        library.time.sleep(1)
        now = library.time.monotonic()
        taken = [lock.acquire(False), lock.acquire(blocking=False), lock.acquire(timeout=0)]
        assert library.time.monotonic() == now
        return taken

    assert run(program) == [False] * 3


@pytest.mark.parametrize("clock_rate", [0, 1, 4])
@pytest.mark.parametrize("kind", KINDS)
def test_waiting_for_a_lock_ends_after_exactly_the_timeout(
    kind: Callable[[], Any], clock_rate: float
) -> None:
    def program(library: Library) -> tuple[bool, int]:
        lock = kind()
        library.start(lock.acquire)
        library.time.sleep(1)
        started = library.time.monotonic_ns()
        taken = lock.acquire(timeout=0.25)
        return taken, library.time.monotonic_ns() - started

    assert run(program, clock_rate=clock_rate) == (False, 250_000_000)


def test_a_timeout_counts_from_the_call_although_the_lock_is_lost_to_another_thread() -> None:
    def program(library: Library) -> tuple[bool, float]:
        lock = locks.Lock()
        lock.acquire()

        def take_back() -> None:
            library.time.sleep(1)
            for _ in range(3):
                lock.release()
                # The thread that was woken has not run yet.
                lock.acquire()
                library.time.sleep(1)

        library.start(take_back)
        started = library.time.monotonic()
        taken = lock.acquire(timeout=2.5)
        return taken, library.time.monotonic() - started

    assert run(program) == (False, 2.5)


def test_a_timer_that_fires_early_does_not_shorten_a_timeout() -> None:
    def program(library: Library) -> tuple[bool, int]:
        lock = locks.Lock()
        lock.acquire()
        started = library.time.monotonic_ns()
        taken = lock.acquire(timeout=0.25)
        return taken, library.time.monotonic_ns() - started

    kernel.early_ns = 900_000
    taken, waited = run(program)
    assert not taken
    assert waited >= 250_000_000


def test_threads_get_a_lock_in_the_order_in_which_they_came() -> None:
    def program(library: Library) -> list[int]:
        lock, order = locks.Lock(), []
        lock.acquire()

        def work(number: int) -> None:
            library.time.sleep(number / 100)
            with lock:
                order.append(number)
                library.time.sleep(1)

        for number in (3, 1, 4, 2):
            library.start(work, number)
        library.time.sleep(1)
        lock.release()
        library.time.sleep(9)
        return order

    assert run(program) == [1, 2, 3, 4]


def test_a_released_lock_can_be_taken_before_the_thread_that_waits_for_it_runs() -> None:
    def program(library: Library) -> list[str]:
        lock, order = locks.Lock(), []
        lock.acquire()

        def work() -> None:
            with lock:
                order.append("thread")

        library.start(work)
        library.time.sleep(1)
        lock.release()
        assert lock.acquire(False)
        order.append("main")
        library.time.sleep(1)
        lock.release()
        library.time.sleep(1)
        return order

    assert run(program) == ["main", "thread"]


def test_a_lock_may_be_released_by_a_thread_that_has_not_taken_it() -> None:
    def program(library: Library) -> bool:
        lock = locks.Lock()
        lock.acquire()
        library.start(lock.release)
        return lock.acquire(timeout=1)

    assert run(program)


def test_an_interrupted_wait_passes_the_lock_on_to_the_next_thread() -> None:
    # Ctrl+C arrives after the lock has been released, but before the woken main thread runs.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)

    def program(library: Library) -> bool:
        lock, got = locks.Lock(), []
        lock.acquire()

        def release() -> None:
            library.time.sleep(1)
            lock.release()
            kernel.interrupted = True

        def other() -> None:
            library.time.sleep(0.5)
            got.append(lock.acquire(timeout=5))

        library.start(release)
        library.start(other)
        with pytest.raises(KeyboardInterrupt):
            lock.acquire()
        library.time.sleep(1)
        return got == [True]

    try:
        assert run(program)
    finally:
        signal.signal(signal.SIGINT, before)


def test_an_interrupted_wait_wakes_no_thread_while_the_lock_is_held() -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)

    def program(library: Library) -> int:
        lock, woken = locks.Lock(), []
        library.start(lock.acquire)
        library.time.sleep(0.1)

        def other() -> None:
            library.time.sleep(0.5)
            # Unlike `lock.acquire`, this call returns how the wait ended.
            woken.append(scheduler.wait(5, lock._queue))

        library.start(other)
        kernel.set_timer(800, kernel.interrupt)
        with pytest.raises(KeyboardInterrupt):
            lock.acquire()
        library.time.sleep(9)
        (outcome,) = woken
        return outcome

    try:
        assert run(program) == scheduler.TIMED_OUT
    finally:
        signal.signal(signal.SIGINT, before)


# --- reentrant locks ------------------------------------------------------------------------------


def test_a_reentrant_lock_is_free_when_released_as_often_as_taken() -> None:
    def program(library: Library) -> list[bool]:
        lock, seen = locks.RLock(), []
        for _ in range(3):
            assert lock.acquire() is True

        def try_to_acquire() -> None:
            seen.append(lock.acquire(False))

        for _ in range(3):
            library.start(try_to_acquire)
            library.time.sleep(1)
            lock.release()
        library.start(try_to_acquire)
        library.time.sleep(1)
        return seen

    assert run(program) == [False, False, False, True]


def test_a_reentrant_lock_is_released_only_by_the_thread_that_holds_it() -> None:
    def program(library: Library) -> bool:
        lock = locks.RLock()
        library.start(lock.acquire)
        library.time.sleep(1)
        with pytest.raises(RuntimeError, match="cannot release un-acquired lock"):
            lock.release()
        with pytest.raises(RuntimeError, match="cannot release un-acquired lock"):
            lock._release_save()
        return lock.locked()

    assert run(program)


def test_a_reentrant_lock_knows_its_owner_and_how_often_its_owner_has_taken_it() -> None:
    def program(library: Library) -> None:
        lock = locks.RLock()
        assert (lock._is_owned(), lock._recursion_count()) == (False, 0)
        lock.acquire()
        lock.acquire()
        assert (lock._is_owned(), lock._recursion_count()) == (True, 2)
        seen: list[tuple[bool, int]] = []
        library.start(lambda: seen.append((lock._is_owned(), lock._recursion_count())))
        library.time.sleep(1)
        assert seen == [(False, 0)]
        assert "locked _thread.RLock object owner=1 count=2 at 0x" in repr(lock)
        lock.release()
        assert (lock._is_owned(), lock._recursion_count()) == (True, 1)
        lock.release()
        assert (lock._is_owned(), lock._recursion_count()) == (False, 0)
        assert repr(lock).startswith("<unlocked _thread.RLock object owner=0 count=0 at 0x")

    run(program)


def test_a_condition_releases_a_reentrant_lock_entirely_and_restores_its_count() -> None:
    def program(library: Library) -> None:
        lock = locks.RLock()
        lock.acquire()
        lock.acquire()
        saved = lock._release_save()
        assert not lock.locked()
        seen: list[bool] = []

        def hold() -> None:
            with lock:
                seen.append(lock._is_owned())
                library.time.sleep(1)

        library.start(hold)
        library.time.sleep(0.5)
        lock._acquire_restore(saved)
        assert seen == [True]
        assert lock._recursion_count() == 2
        lock.release()
        assert lock.locked()
        lock.release()
        assert not lock.locked()

    run(program)


# --- names and representations --------------------------------------------------------------------


def test_locks_look_like_those_of_cpython() -> None:
    lock = locks.Lock()
    assert repr(lock).startswith("<unlocked _thread.lock object at 0x")
    lock.acquire()
    assert repr(lock) == f"<locked _thread.lock object at {id(lock):#x}>"
    assert (locks.Lock.__module__, locks.Lock.__name__) == ("_thread", "lock")
    assert locks.Lock.__qualname__ == "lock"
    assert (locks.RLock.__module__, locks.RLock.__name__) == ("_thread", "RLock")


def test_locks_have_the_old_names_of_their_methods() -> None:
    lock = locks.Lock()
    assert lock.acquire_lock()
    assert lock.locked_lock()
    lock.release_lock()
    assert not lock.locked_lock()


@pytest.mark.parametrize("kind", KINDS)
def test_locks_cannot_be_pickled(kind: Callable[[], Any]) -> None:
    with pytest.raises(TypeError, match=r"cannot pickle '_thread\.R?[lL]ock' object"):
        pickle.dumps(kind())


@pytest.mark.parametrize("kind", KINDS)
def test_locks_can_be_referred_to_weakly(kind: Callable[[], Any]) -> None:
    lock = kind()
    assert weakref.ref(lock)() is lock
    assert not hasattr(lock, "__dict__")


def test_of_the_two_types_of_locks_only_the_reentrant_one_can_be_subclassed() -> None:
    with pytest.raises(TypeError, match=r"type '_thread\.lock' is not an acceptable base type"):
        type("Sub", (locks.Lock,), {})
    assert type("Sub", (locks.RLock,), {})().acquire()


def test_after_a_fork_locks_are_free_and_nothing_waits_for_them() -> None:
    lock, reentrant = locks.Lock(), locks.RLock()
    lock.acquire()
    lock._queue.append(scheduler.Waiting(1, outside=False))
    lock._at_fork_reinit()
    assert not lock.locked()
    assert lock._queue == []
    reentrant.acquire()
    reentrant._at_fork_reinit()
    assert not reentrant.locked()
    assert reentrant._recursion_count() == 0
    assert reentrant.acquire(False)
    assert reentrant._recursion_count() == 1


# --- classes that `threading` builds on locks -----------------------------------------------------


def test_a_condition_wakes_threads_in_the_order_in_which_they_came() -> None:
    def program(library: Library) -> list[int]:
        condition, woken = library.threading.Condition(), []

        def work(number: int) -> None:
            with condition:
                condition.wait()
                woken.append(number)

        for number in range(4):
            library.start(work, number)
        library.time.sleep(1)
        with condition:
            condition.notify()
        library.time.sleep(1)
        assert woken == [0]
        with condition:
            condition.notify(2)
        library.time.sleep(1)
        assert woken == [0, 1, 2]
        with condition:
            condition.notify_all()
        library.time.sleep(1)
        return woken

    assert run(program) == [0, 1, 2, 3]


def test_waiting_for_a_condition_times_out() -> None:
    def program(library: Library) -> tuple[bool, bool, float]:
        condition = library.threading.Condition()
        with condition:
            started = library.time.monotonic()
            notified = condition.wait(0.5)
            came_true = condition.wait_for(lambda: False, timeout=0.5)
            return notified, came_true, library.time.monotonic() - started

    assert run(program) == (False, False, 1)


def test_an_event_lets_every_thread_continue() -> None:
    def program(library: Library) -> list[bool]:
        event, seen = library.threading.Event(), []
        for _ in range(3):
            library.start(lambda: seen.append(event.wait()))
        assert not event.wait(1)
        event.set()
        library.time.sleep(1)
        return [*seen, event.wait()]

    assert run(program) == [True] * 4


def test_a_semaphore_admits_as_many_threads_as_it_has_places() -> None:
    def program(library: Library) -> int:
        semaphore, inside, most = library.threading.Semaphore(2), 0, 0

        def work() -> None:
            nonlocal inside, most
            with semaphore:
                inside += 1
                most = max(most, inside)
                library.time.sleep(1)
                inside -= 1

        threads = [library.threading.Thread(target=work) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert library.time.monotonic() == START + 3
        return most

    assert run(program) == 2


def test_a_barrier_lets_its_threads_pass_together() -> None:
    def program(library: Library) -> list[float]:
        barrier, passed = library.threading.Barrier(3), []

        def work(seconds: float) -> None:
            library.time.sleep(seconds)
            barrier.wait()
            passed.append(library.time.monotonic())

        for seconds in (1, 2, 3):
            library.start(work, seconds)
        library.time.sleep(9)
        return passed

    assert run(program) == [START + 3] * 3


# --- sleep ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "error", "message"),
    [
        ("1", TypeError, "'str' object cannot be interpreted as an integer"),
        (None, TypeError, "'NoneType' object cannot be interpreted as an integer"),
        (math.nan, ValueError, "Invalid value NaN"),
        (-1, ValueError, "sleep length must be non-negative"),
        (-1e-9, ValueError, "sleep length must be non-negative"),
        (10**10, OverflowError, "timestamp too large to convert to C PyTime_t"),
        (math.inf, OverflowError, "timestamp out of range for platform time_t"),
        (TOO_LONG, OverflowError, "timestamp out of range for platform time_t"),
    ],
)
def test_sleep_refuses_the_same_arguments_as_on_cpython(
    seconds: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        run(lambda _: locks.sleep(seconds))


class _Number:
    """An object with a number. Each subclass has one method that converts it to a number."""

    def __init__(self, value: float) -> None:
        self.value = value


class _Float(_Number):
    def __float__(self) -> float:
        return self.value


class _Index(_Number):
    def __index__(self) -> int:
        return int(self.value)


@pytest.mark.parametrize("seconds", [2, 2.0, _Float(2.0), _Index(2)])
def test_sleep_accepts_numbers_and_objects_that_convert_themselves_to_numbers(seconds: Any) -> None:
    started = kernel.now()
    run(lambda _: locks.sleep(seconds))
    assert kernel.now() - started == 2000


@pytest.mark.parametrize("seconds", [TOO_LONG / 2, math.nextafter(TOO_LONG, 0)])
def test_sleep_accepts_very_long_times(seconds: float) -> None:
    run(lambda _: locks.sleep(seconds), clock_rate=0)


@pytest.mark.parametrize("early_ns", [0, 1, 900_000])
def test_sleep_never_returns_early(early_ns: int) -> None:
    def program(library: Library) -> int:
        started: int = library.time.monotonic_ns()
        library.time.sleep(0.05)
        taken: int = library.time.monotonic_ns() - started
        return taken

    kernel.early_ns = early_ns
    assert 50_000_000 <= run(program) < 50_000_010


def test_sleeping_for_zero_seconds_lets_other_threads_run() -> None:
    def program(library: Library) -> list[str]:
        seen: list[str] = []
        library.start(lambda: seen.append("thread"))
        library.time.sleep(0)
        return [*seen, "main"]

    assert run(program) == ["thread", "main"]
