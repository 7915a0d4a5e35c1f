"""Threads run one at a time, wait until they are woken, and deadlocks end the program."""

import asyncio
import signal
import sys
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

import pytest
from greenlet import greenlet

from tests.browser_runtime.fake_kernel import Promise
from tests.browser_runtime.harness import (
    START,
    START_MS,
    Library,
    RunOptions,
    kernel,
    run,
    scheduler,
    virtual_time,
)

WOKEN, TIMED_OUT = scheduler.WOKEN, scheduler.TIMED_OUT


@pytest.fixture
def interrupt_handler() -> Iterator[None]:
    """Install Python's own handler of Ctrl+C for the test, and restore pytest's afterwards."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


# --- waits ----------------------------------------------------------------------------------------


def test_a_wait_with_a_timeout_ends_after_exactly_that_time() -> None:
    def program(library: Library) -> tuple[int, float]:
        started = library.time.monotonic_ns()
        outcome = scheduler.wait(0.25)
        return outcome, library.time.monotonic_ns() - started

    assert run(program) == (TIMED_OUT, 250_000_000)


def test_a_wait_of_zero_seconds_lets_other_threads_run() -> None:
    def program(library: Library) -> list[str]:
        seen: list[str] = []
        thread = library.threading.Thread(target=lambda: seen.append("thread"))
        thread.start()
        scheduler.wait(0)
        seen.append("main")
        return seen

    assert run(program) == ["thread", "main"]


def test_a_wait_in_real_time_suspends_the_thread_once() -> None:
    def program(library: Library) -> int:
        # During this wait of more than 20 ms, no thread yields, so `must_yield` returns True.
        library.time.sleep(0.03)
        assert kernel.must_yield()
        before = kernel.suspended
        scheduler.wait(1)
        return kernel.suspended - before

    assert run(program) == 1


def test_a_thread_is_in_its_queue_only_while_it_waits() -> None:
    queue: list[scheduler.Waiting] = []

    def program(library: Library) -> tuple[int, float]:
        def wake() -> None:
            (waiting,) = queue
            assert waiting.ident == scheduler.MAIN
            library.time.sleep(1)
            waiting.wake()

        library.start(wake)
        started = library.time.monotonic()
        outcome = scheduler.wait(5, queue)
        return outcome, library.time.monotonic() - started

    assert run(program) == (WOKEN, 1)
    assert queue == []


def test_a_thread_leaves_its_queue_when_its_wait_times_out() -> None:
    queue: list[scheduler.Waiting] = []
    run(lambda _: scheduler.wait(1, queue))
    assert queue == []


def test_waking_a_thread_twice_wakes_it_once() -> None:
    def program(library: Library) -> list[int]:
        queue: list[scheduler.Waiting] = []

        def wake() -> None:
            (waiting,) = queue
            waiting.wake()
            waiting.wake(scheduler.INTERRUPTED)

        library.start(wake)
        return [scheduler.wait(9, queue), scheduler.wait(1, queue)]

    assert run(program) == [WOKEN, TIMED_OUT]


def test_the_scheduler_counts_all_threads_and_the_ready_threads() -> None:
    def program(library: Library) -> list[tuple[int, int]]:
        counts = [(scheduler.thread_count(), scheduler.ready_count())]
        thread = library.threading.Thread(target=lambda: library.time.sleep(1))
        thread.start()
        counts.append((scheduler.thread_count(), scheduler.ready_count()))
        thread.join()
        counts.append((scheduler.thread_count(), scheduler.ready_count()))
        return counts

    assert run(program) == [(1, 1), (2, 1), (1, 1)]
    assert kernel.threads == 1


def test_each_thread_has_its_own_number_and_the_scheduler_knows_the_main_thread() -> None:
    def program(library: Library) -> list[tuple[int, bool]]:
        seen = [(scheduler.get_ident(), scheduler.is_main())]

        def work() -> None:
            seen.append((scheduler.get_ident(), scheduler.is_main()))
            assert scheduler.is_running(scheduler.get_ident())
            assert not scheduler.is_running(scheduler.MAIN)

        for _ in range(2):
            thread = library.threading.Thread(target=work)
            thread.start()
            thread.join()
        assert scheduler.is_running(scheduler.MAIN)
        return [*seen, (scheduler.get_ident(), scheduler.is_main())]

    assert run(program) == [(1, True), (2, False), (3, False), (1, True)]


def test_the_scheduler_knows_which_thread_ran_before_the_running_thread() -> None:
    def program(library: Library) -> list[int]:
        thread = library.threading.Thread(target=lambda: None)
        thread.start()
        thread.join()
        after_join = scheduler.previous_thread()
        library.time.sleep(1)
        return [after_join, scheduler.previous_thread()]

    assert run(program) == [2, scheduler.MAIN]


def test_before_the_first_wait_no_other_thread_has_run() -> None:
    scheduler.start_program()
    assert scheduler.previous_thread() == scheduler.MAIN


def test_only_time_in_which_no_thread_runs_counts_as_idle() -> None:
    def program(library: Library) -> list[float]:
        kernel.compute(30)
        seen = [kernel.idle]
        thread = library.threading.Thread(target=lambda: kernel.compute(40))
        thread.start()
        thread.join()
        seen.append(kernel.idle)
        library.time.sleep(1)
        return [*seen, kernel.idle]

    assert run(program) == [0, 0, 1000]


# --- suspending a thread --------------------------------------------------------------------------


def test_suspending_keeps_the_running_event_loop_of_each_thread() -> None:
    def program(library: Library) -> None:
        loop = asyncio.new_event_loop()
        asyncio._set_running_loop(loop)

        def work() -> None:
            assert asyncio._get_running_loop() is None
            library.time.sleep(2)
            assert asyncio._get_running_loop() is None

        thread = library.threading.Thread(target=work)
        thread.start()
        library.time.sleep(1)
        assert asyncio._get_running_loop() is loop
        asyncio._set_running_loop(None)
        thread.join()
        assert asyncio._get_running_loop() is None
        loop.close()

    run(program)


def test_suspending_replaces_ensure_future_for_one_call_only() -> None:
    ensure_future = asyncio.ensure_future

    def program(library: Library) -> None:
        def work() -> None:
            assert asyncio.ensure_future is ensure_future

        thread = library.threading.Thread(target=work)
        thread.start()
        thread.join()

    run(program)
    assert asyncio.ensure_future is ensure_future


def test_a_thread_is_not_interrupted_while_it_is_being_suspended() -> None:
    seen: list[bool] = []

    class Watched(Promise[None]):
        def then(self, callback: Callable[[None], None]) -> None:
            # This frame stands for the functions of Pyodide, which do not belong to the runtime.
            seen.append(scheduler.is_atomic(sys._getframe()))
            super().then(callback)

    def program(_: Library) -> None:
        promise = Watched(kernel)
        kernel.post(lambda: promise.settle(None))
        scheduler.suspend(promise)
        seen.append(scheduler.is_atomic(sys._getframe()))

    run(program)
    assert seen == [True, False]


def test_code_that_javascript_calls_cannot_be_suspended() -> None:
    def program(_: Library) -> None:
        kernel.refuses_to_suspend = True
        with pytest.raises(scheduler.CannotSuspendError, match="ctypes or JavaScript"):
            scheduler.yield_slice()
        # The failed attempt leaves no changes behind.
        assert not scheduler.is_atomic(None)
        assert scheduler.list_threads() == [(scheduler.MAIN, "MainThread", None, None)]
        kernel.refuses_to_suspend = False

    ensure_future = asyncio.ensure_future
    run(program)
    assert asyncio.ensure_future is ensure_future


def test_if_suspending_fails_a_timed_wait_blocks_the_worker() -> None:
    def program(_: Library) -> int:
        kernel.refuses_to_suspend = True
        outcome = scheduler.wait(0.5)
        with pytest.raises(scheduler.CannotSuspendError):
            scheduler.wait(None)
        kernel.refuses_to_suspend = False
        assert scheduler.ready_count() == 1
        return outcome

    assert run(program) == TIMED_OUT
    assert kernel.blocked_ms == 500


def test_a_thread_can_be_interrupted_after_a_wait() -> None:
    def program(library: Library) -> bool:
        library.time.sleep(1)
        return scheduler.is_atomic(None)

    assert not run(program)


def test_a_new_thread_can_be_interrupted_while_another_is_being_suspended() -> None:
    def program(library: Library) -> list[bool]:
        seen: list[bool] = []
        thread = library.threading.Thread(target=lambda: seen.append(scheduler.is_atomic(None)))
        thread.start()
        thread.join()
        return seen

    assert run(program) == [False]


# --- browsers that cannot switch stacks -----------------------------------------------------------


@pytest.fixture
def without_switching() -> Iterator[None]:
    """Run in a browser that cannot suspend Python."""
    kernel.can_suspend = False
    scheduler.start_program()
    yield
    kernel.can_suspend = True


@pytest.mark.usefixtures("without_switching")
def test_without_switching_a_timed_wait_blocks_the_worker() -> None:
    assert not scheduler.can_switch()
    assert scheduler.wait(0.5) == TIMED_OUT
    assert kernel.blocked_ms == 500


@pytest.mark.usefixtures("without_switching")
def test_without_switching_virtual_time_jumps() -> None:
    virtual_time.begin(RunOptions(clock_rate=0))
    assert scheduler.wait(0.5) == TIMED_OUT
    assert scheduler.wait(0.25) == TIMED_OUT
    elapsed = kernel.elapsed()
    virtual_time.end()
    assert kernel.blocked_ms == 0
    assert elapsed == 750_000_000


@pytest.mark.usefixtures("without_switching")
def test_without_switching_an_endless_wait_is_a_deadlock(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(scheduler.DeadlockError):
        scheduler.wait(None)
    report = capsys.readouterr().err
    assert report.startswith("Deadlock: every thread is waiting, and none can wake another.\n")
    assert "MainThread is waiting here:\n" in report
    assert "    scheduler.wait(None)\n" in report


@pytest.mark.usefixtures("without_switching")
def test_without_switching_a_wait_for_an_outside_event_blocks_forever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class BlocksForGoodError(Exception):
        """Ends the endless loop, which blocks the worker for one minute at a time."""

    blocked: list[float] = []

    def block(milliseconds: float) -> None:
        blocked.append(milliseconds)
        if len(blocked) == 3:
            raise BlocksForGoodError

    monkeypatch.setattr(kernel, "block", block)
    with pytest.raises(BlocksForGoodError):
        scheduler.wait(None, outside=True)
    assert blocked == [60_000] * 3


@pytest.mark.usefixtures("without_switching")
@pytest.mark.parametrize(("seconds", "is_last"), [(0.05, False), (0.1, True), (3, True)])
def test_without_switching_the_observer_sees_the_wait(seconds: float, *, is_last: bool) -> None:
    # A wait counts as the last one if no thread runs for at least 0.1 s; see
    # `scheduler._is_last_wait`.
    scheduler.observer = observer = Observer()
    scheduler.wait(seconds)
    assert observer.seen == [("wait", 1, is_last), ("run", 1)]
    assert observer.functions == ["test_without_switching_the_observer_sees_the_wait"]
    assert observer.frames == observer.functions


# --- deadlocks ------------------------------------------------------------------------------------


def test_a_main_thread_that_waits_for_itself_is_a_deadlock(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def program(library: Library) -> None:
        lock = library.threading.Lock()
        lock.acquire()
        lock.acquire()

    with pytest.raises(scheduler.DeadlockError) as error:
        run(program)
    assert error.value.code == 1
    report = capsys.readouterr().err
    assert report.startswith("Deadlock: every thread is waiting, and none can wake another.\n")
    assert report.count("MainThread is waiting here:\n") == 1
    assert "    lock.acquire()\n" in report
    assert "browser_runtime/primitives" not in report


def test_a_deadlock_report_lists_every_thread_in_the_order_of_their_start(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(scheduler.DeadlockError):
        run(_deadlock_two_threads)
    report = capsys.readouterr().err
    lines = [line for line in report.splitlines() if line.endswith("is waiting here:")]
    assert lines == ["MainThread is waiting here:", "other is waiting here:"]
    assert "left.acquire()" in report
    assert "right.acquire()" in report


@pytest.mark.parametrize(
    ("others", "rest"), [(9, ""), (10, "1 more thread is"), (30, "21 more threads are")]
)
def test_the_report_of_a_deadlock_shows_ten_threads_and_counts_the_others(
    capsys: pytest.CaptureFixture[str], others: int, rest: str
) -> None:
    def program(library: Library) -> None:
        never = library.threading.Event()
        for _ in range(others):
            library.start(never.wait)
        never.wait()

    with pytest.raises(scheduler.DeadlockError):
        run(program)
    report = capsys.readouterr().err
    assert report.count(" is waiting here:\n") == 10
    assert report.endswith(f"{rest} waiting, too.\n") == bool(rest)
    assert ("waiting, too" in report) == bool(rest)


def _deadlock_two_threads(library: Library) -> None:
    """Let each of two threads hold one lock and wait for the lock of the other thread."""
    left, right = library.threading.Lock(), library.threading.Lock()

    def other() -> None:
        right.acquire()
        library.time.sleep(1)
        left.acquire()

    left.acquire()
    library.threading.Thread(target=other, name="other", daemon=True).start()
    library.time.sleep(1)
    right.acquire()


def test_the_end_of_the_last_thread_that_could_wake_another_is_a_deadlock() -> None:
    def program(library: Library) -> None:
        lock = library.threading.Lock()
        lock.acquire()
        library.threading.Thread(target=lambda: library.time.sleep(1)).start()
        lock.acquire()

    with pytest.raises(scheduler.DeadlockError):
        run(program)
    assert kernel.now() == START_MS + 1000


@pytest.mark.parametrize("clock_rate", [0, 1])
def test_a_thread_that_sleeps_can_wake_the_others_later(clock_rate: float) -> None:
    def program(library: Library) -> bool:
        lock = library.threading.Lock()
        lock.acquire()

        def release() -> None:
            library.time.sleep(5)
            lock.release()

        library.threading.Thread(target=release).start()
        acquired: bool = lock.acquire()
        return acquired

    assert run(program, clock_rate=clock_rate)


def test_a_thread_that_waits_for_an_outside_event_is_no_part_of_a_deadlock() -> None:
    def program(library: Library) -> int:
        lock = library.threading.Lock()
        lock.acquire()
        library.threading.Thread(target=lock.acquire, daemon=True).start()
        queue: list[scheduler.Waiting] = []
        kernel.set_timer(700, lambda: queue[0].wake())
        return scheduler.wait(None, queue, outside=True)

    assert run(program) == WOKEN


def test_a_thread_that_waits_for_the_reader_is_no_part_of_a_deadlock() -> None:
    def program(_: Library) -> float:
        queue: list[scheduler.Waiting] = []
        kernel.set_timer(700, lambda: queue[0].wake())
        scheduler.wait_for_reader(queue)
        return kernel.now()

    assert run(program) == START_MS + 700


def test_the_threads_of_a_deadlock_do_not_get_locks_that_the_main_thread_releases() -> None:
    got: list[str] = []

    def program(library: Library) -> None:
        left, right = library.threading.Lock(), library.threading.Lock()

        def other() -> None:
            with right:
                library.time.sleep(1)
                with left:
                    got.append("left")

        thread = library.threading.Thread(target=other, daemon=True)
        with left:
            thread.start()
            library.time.sleep(1)
            right.acquire()

    with pytest.raises(scheduler.DeadlockError):
        run(program)
    assert got == []


def test_a_second_deadlock_at_the_end_of_a_program_is_not_reported_again(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def program(library: Library) -> None:
        try:
            _deadlock_two_threads(library)
        finally:
            lock = library.threading.Lock()
            lock.acquire()
            lock.acquire()

    with pytest.raises(scheduler.DeadlockError):
        run(program)
    assert capsys.readouterr().err.count("Deadlock: ") == 1


# --- Ctrl+C and signals ---------------------------------------------------------------------------


@pytest.mark.usefixtures("interrupt_handler")
def test_an_interrupt_wakes_the_main_thread() -> None:
    def program(library: Library) -> float:
        kernel.set_timer(300, kernel.interrupt)
        with pytest.raises(KeyboardInterrupt):
            library.time.sleep(9)
        assert not kernel.interrupted
        now: float = library.time.monotonic()
        return now

    assert run(program) == START + 0.3


@pytest.mark.usefixtures("interrupt_handler")
def test_an_interrupt_before_a_wait_is_delivered_without_waiting() -> None:
    def program(_: Library) -> float:
        kernel.interrupted = True
        with pytest.raises(KeyboardInterrupt):
            scheduler.wait(9)
        return kernel.now()

    assert run(program) == START_MS


@pytest.mark.usefixtures("interrupt_handler")
def test_an_interrupt_leaves_other_threads_alone() -> None:
    def program(library: Library) -> int:
        outcomes: list[int] = []

        def work() -> None:
            library.time.sleep(1)
            kernel.interrupt()
            outcomes.append(scheduler.wait(1))

        thread = library.threading.Thread(target=work)
        thread.start()
        with pytest.raises(KeyboardInterrupt):
            library.time.sleep(9)
        thread.join()
        return outcomes[0]

    assert run(program) == TIMED_OUT


@pytest.mark.usefixtures("interrupt_handler")
def test_an_interrupt_reaches_the_main_thread_even_if_another_thread_resumes_first() -> None:
    def program(library: Library) -> list[int]:
        outcomes: list[int] = []
        library.start(lambda: outcomes.append(scheduler.wait(0.1)))
        library.time.sleep(0)
        # During one time slice of the main thread, which lasts from 95 to 100 ms, the interrupt
        # arrives and the wait of the other thread ends.
        kernel.set_timer(99, kernel.interrupt)
        with pytest.raises(KeyboardInterrupt):
            kernel.compute(1000)
        return outcomes

    assert run(program) == [TIMED_OUT]


@pytest.mark.usefixtures("interrupt_handler")
def test_an_interrupted_thread_is_no_part_of_a_later_deadlock(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def program(library: Library) -> bool:
        lock = library.threading.Lock()
        lock.acquire()
        library.start(library.time.sleep, 1)
        kernel.set_timer(300, kernel.interrupt)
        with pytest.raises(KeyboardInterrupt):
            lock.acquire()
        library.time.sleep(2)
        library.start(lock.acquire)
        library.time.sleep(1)
        lock.release()
        library.time.sleep(1)
        locked: bool = lock.locked()
        return locked

    assert run(program)
    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("interrupt_handler")
def test_when_a_signal_handler_returns_the_wait_ends_as_woken() -> None:
    calls: list[tuple[int, FrameType | None]] = []
    signal.signal(signal.SIGINT, lambda number, frame: calls.append((number, frame)))

    def program(_: Library) -> int:
        kernel.set_timer(300, kernel.interrupt)
        return scheduler.wait(9)

    assert run(program) == WOKEN
    assert [number for number, _ in calls] == [signal.SIGINT]
    # Programs see where the main thread was interrupted.
    assert isinstance(calls[0][1], FrameType)
    assert calls[0][1].f_code is program.__code__


@pytest.mark.usefixtures("interrupt_handler")
def test_an_interrupt_at_the_moment_of_the_timeout_is_delivered() -> None:
    calls: list[int] = []
    signal.signal(signal.SIGINT, lambda number, _: calls.append(number))

    def interrupt() -> None:
        kernel.interrupted = True

    def program(_: Library) -> int:
        kernel.set_timer(300, interrupt)
        return scheduler.wait(0.3)

    assert run(program) == WOKEN
    assert calls == [signal.SIGINT]


@pytest.mark.usefixtures("interrupt_handler")
def test_an_ignored_interrupt_ends_the_wait_without_an_error() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def program(_: Library) -> int:
        kernel.set_timer(300, kernel.interrupt)
        return scheduler.wait(9)

    assert run(program) == WOKEN


def test_a_signal_with_its_default_action_ends_the_program() -> None:
    def program(_: Library) -> None:
        scheduler.send_signal(signal.SIGTERM)

    with pytest.raises(SystemExit) as error:
        run(program)
    assert error.value.code == 128 + signal.SIGTERM


def test_signals_of_other_threads_are_handled_in_the_main_thread_in_order() -> None:
    numbers = signal.SIGUSR1, signal.SIGUSR2
    seen: list[tuple[int, int]] = []
    before = [
        signal.signal(number, lambda number, _: seen.append((number, scheduler.get_ident())))
        for number in numbers
    ]

    def program(library: Library) -> None:
        def send() -> None:
            for number in numbers:
                scheduler.send_signal(number)

        thread = library.threading.Thread(target=send)
        thread.start()
        thread.join()
        scheduler.send_signal(signal.SIGUSR1)

    try:
        run(program)
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
    assert seen == [(signal.SIGUSR1, 1), (signal.SIGUSR2, 1), (signal.SIGUSR1, 1)]


# --- the end of a program -------------------------------------------------------------------------


def test_abandoning_ends_every_thread_that_waits() -> None:
    ended: list[int] = []

    def program(library: Library) -> None:
        def work() -> None:
            try:
                library.time.sleep(1000)
            finally:
                ended.append(scheduler.get_ident())

        for _ in range(3):
            library.threading.Thread(target=work, daemon=True).start()
        assert not scheduler.is_over()

    run(program)
    assert ended == [2, 3, 4]
    assert scheduler.is_over()
    assert kernel.now() == START_MS


def test_a_thread_cannot_wait_once_the_program_is_over() -> None:
    waited: list[int] = []
    suspended: list[int] = []

    def program(library: Library) -> None:
        def stubborn() -> None:
            try:
                library.time.sleep(1000)
            finally:
                suspended.append(kernel.suspended)
                try:
                    waited.append(scheduler.wait(1))
                finally:
                    suspended.append(kernel.suspended)

        library.threading.Thread(target=stubborn, daemon=True).start()

    run(program)
    assert waited == []
    # The thread has ended without being suspended again.
    before, after = suspended
    assert before == after


def test_the_main_thread_can_still_wait_once_the_program_is_over() -> None:
    def program(_: Library) -> int:
        assert scheduler.abandon(1)
        return scheduler.wait(1)

    assert run(program) == TIMED_OUT


def test_abandoning_gives_up_after_the_given_time_if_a_thread_does_not_end() -> None:
    def program(library: Library) -> tuple[bool, float]:
        stops: list[None] = []

        def busy() -> None:
            while not stops:
                try:
                    kernel.compute(10)
                except SystemExit:
                    continue

        library.threading.Thread(target=busy, daemon=True).start()
        started = library.time.monotonic()
        ended = scheduler.abandon(0.3)
        taken = library.time.monotonic() - started
        stops.append(None)
        return ended, taken

    ended, taken = run(program)
    assert not ended
    assert 0.3 <= taken < 0.4


def test_an_abandoned_thread_ends_without_a_report(capsys: pytest.CaptureFixture[str]) -> None:
    def program(library: Library) -> None:
        # The hook that prints errors, instead of the one with which the harness collects them.
        library.threading.excepthook = library.threading.__excepthook__
        library.threading.Thread(target=lambda: library.time.sleep(9), daemon=True).start()

    run(program)
    assert capsys.readouterr() == ("", "")


def test_the_next_program_starts_without_the_threads_of_the_previous_program() -> None:
    kernel.interrupted, kernel.threads = True, 5
    scheduler.add_thread("left over")
    scheduler.start_program()
    assert scheduler.thread_count() == 1
    assert scheduler.list_threads() == [(scheduler.MAIN, "MainThread", None, None)]
    assert (kernel.interrupted, kernel.threads) == (False, 1)
    assert not scheduler.is_over()


# --- information about threads --------------------------------------------------------------------


def test_a_thread_can_be_renamed_and_its_name_is_known_after_its_end() -> None:
    ident = scheduler.add_thread("first name")
    assert kernel.threads == 2
    scheduler.rename_thread(ident, "second name")
    assert [(number, name) for number, name, _, _ in scheduler.list_threads()] == [
        (scheduler.MAIN, "MainThread"),
        (ident, "second name"),
    ]
    assert scheduler.last_ended() == ""
    scheduler.enter(ident)
    scheduler.remove_thread(ident)
    assert scheduler.last_ended() == "second name"
    assert kernel.threads == 1


def test_last_ended_is_empty_once_another_thread_runs() -> None:
    def program(library: Library) -> str:
        thread = library.threading.Thread(target=lambda: None)
        thread.start()
        thread.join()
        return scheduler.last_ended()

    assert run(program) == ""


def test_numbers_of_threads_are_not_used_twice() -> None:
    first = scheduler.add_thread("first")
    scheduler.remove_thread(first)
    assert scheduler.add_thread("second") == first + 1


def test_each_thread_has_data_of_its_own_until_it_ends() -> None:
    made: list[int] = []

    def make() -> int:
        made.append(scheduler.get_ident())
        return scheduler.get_ident()

    def program(library: Library) -> list[int]:
        # Remove the data that `threading` may already keep for the main thread.
        scheduler.forget_data(scheduler.MAIN)
        seen = [scheduler.thread_data(make), scheduler.thread_data(make)]
        library.start(lambda: seen.append(scheduler.thread_data(make)))
        library.time.sleep(1)
        return seen

    assert run(program) == [1, 1, 2]
    assert made == [1, 2]
    assert list(scheduler._state.data) == [scheduler.MAIN]
    scheduler.forget_data(scheduler.MAIN)
    assert scheduler.thread_data(make) == scheduler.MAIN
    assert made == [1, 2, 1]


def test_current_frames_show_where_each_thread_is_in_the_program() -> None:
    def program(library: Library) -> dict[int, str]:
        def sleeper() -> None:
            library.time.sleep(1)

        thread = library.threading.Thread(target=sleeper)
        thread.start()
        frames = scheduler.current_frames()
        thread.join()
        return {ident: frame.f_code.co_name for ident, frame in frames.items()}

    assert run(program) == {1: "program", 2: "sleeper"}


def test_a_thread_that_runs_only_code_of_the_runtime_has_no_current_frame() -> None:
    # On this stack, one function of the scheduler calls another, and no code of the test runs.
    stack = greenlet(scheduler.thread_data)
    assert stack.switch(scheduler.current_frames) == {}


def test_a_suspended_thread_is_listed_with_its_wait_and_its_frame() -> None:
    def program(library: Library) -> None:
        thread = library.threading.Thread(target=lambda: library.time.sleep(1), name="sleeper")
        thread.start()
        main, (ident, name, waiting, frame) = scheduler.list_threads()
        assert main == (scheduler.MAIN, "MainThread", None, None)
        assert (ident, name) == (2, "sleeper")
        assert waiting is not None
        assert waiting.frame is not None
        assert waiting.frame.f_code.co_name == "sleep"
        assert frame is not None
        assert frame.f_code.co_name == "suspend"
        thread.join()

    run(program)


def test_a_thread_that_has_not_begun_has_no_frame() -> None:
    def program(_: Library) -> None:
        scheduler.add_thread("new")
        assert scheduler.list_threads()[1] == (2, "new", None, None)
        assert 2 not in scheduler.current_frames()
        scheduler.remove_thread(2)

    run(program)


def test_the_tracer_and_greenlet_count_as_parts_of_the_runtime() -> None:
    folder = scheduler.__file__.rpartition("/browser_runtime/")[0]
    assert scheduler.is_ours(scheduler.__file__)
    assert scheduler.is_ours(f"{folder}/browser_runtime/facts.py")
    assert scheduler.is_ours(f"{folder}/runnable_tracer/tasks.py")
    assert scheduler.is_ours("/home/packages/greenlet/__init__.py")
    assert not scheduler.is_ours(__file__)
    assert not scheduler.is_ours(f"{folder}/browser_runtime_of_another/facts.py")


def test_code_of_the_runtime_is_atomic_and_other_code_on_request() -> None:
    frame = sys._getframe()
    assert not scheduler.is_atomic(frame)
    assert not scheduler.is_atomic(None)
    scheduler.set_atomic(True)
    assert scheduler.is_atomic(frame)
    scheduler.set_atomic(False)
    assert not scheduler.is_atomic(frame)
    own = _frame_inside(scheduler.thread_data)
    assert scheduler.is_atomic(own)


def _frame_inside(call: Callable[[Callable[[], FrameType]], FrameType]) -> FrameType:
    """Return a frame of a function that calls its argument."""
    caller = call(lambda: sys._getframe(1))
    scheduler.forget_data(scheduler.get_ident())
    return caller


# --- what is reported to an observer --------------------------------------------------------------


class Observer:
    """Records the methods that the scheduler calls, with their arguments."""

    def __init__(self) -> None:
        self.seen: list[tuple[Any, ...]] = []
        # The names of the functions that wait, and of the program's functions that called them.
        self.frames: list[str] = []
        self.functions: list[str] = []

    def wait(self, ident: int, frame: FrameType | None, *, is_last: bool) -> None:
        self.seen.append(("wait", ident, is_last))
        self.frames.append(frame.f_code.co_name if frame else "")
        while frame and scheduler.is_ours(frame.f_code.co_filename):
            frame = frame.f_back
        self.functions.append(frame.f_code.co_name if frame else "")

    def begin_thread(self, ident: int, name: str, function: Callable[..., object]) -> None:
        self.seen.append(("begin_thread", ident, name))
        assert callable(function)

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *args: self.seen.append((name, *args))


def _observed(program: Callable[[Library], object], *, clock_rate: float = 1) -> Observer:
    """Run a program and return what an observer has recorded."""
    observer = Observer()

    def wrapped(library: Library) -> None:
        scheduler.observer = observer
        try:
            program(library)
        finally:
            scheduler.observer = None

    run(wrapped, clock_rate=clock_rate)
    return observer


def test_an_observer_sees_waits_and_which_thread_wakes() -> None:
    def program(library: Library) -> None:
        lock = library.threading.Lock()
        lock.acquire()

        def work() -> None:
            library.time.sleep(1)
            lock.release()

        library.start(work)
        lock.acquire()
        library.time.sleep(1)

    observer = _observed(program)
    assert observer.seen == [
        ("create_thread", 2),
        ("wait", 1, False),
        ("begin_thread", 2, "a thread"),
        ("wait", 2, True),
        ("run", 2),
        ("woken", 1),
        ("end_thread", 2),
        ("run", 1),
        ("wait", 1, True),
        ("run", 1),
    ]
    assert observer.functions == ["program", "work", "program"]


@pytest.mark.parametrize(
    ("seconds", "clock_rate", "is_last"),
    [(0.1, 1, True), (0.09, 1, False), (0.5, 1, True), (0.5, 0, False)],
)
def test_only_a_long_wait_of_all_threads_in_real_time_is_reported_as_the_last_wait(
    seconds: float, clock_rate: float, *, is_last: bool
) -> None:
    observer = _observed(lambda library: library.time.sleep(seconds), clock_rate=clock_rate)
    assert observer.seen == [("wait", 1, is_last), ("run", 1)]


def test_a_wait_without_a_timeout_can_be_reported_as_the_last_wait() -> None:
    def program(_: Library) -> None:
        queue: list[scheduler.Waiting] = []
        kernel.set_timer(300, lambda: queue[0].wake())
        scheduler.wait(None, queue, outside=True)

    assert _observed(program).seen == [("wait", 1, True), ("woken", 1), ("run", 1)]


def test_an_observer_sees_no_wake_up_when_a_wait_times_out() -> None:
    observer = _observed(lambda _: scheduler.wait(5), clock_rate=0)
    assert observer.seen == [("wait", 1, False), ("run", 1)]


def test_the_observer_sees_the_end_of_a_wait_that_fails() -> None:
    def program(_: Library) -> None:
        kernel.refuses_to_suspend = True
        with pytest.raises(scheduler.CannotSuspendError):
            scheduler.wait(None, outside=True)
        kernel.refuses_to_suspend = False

    assert _observed(program).seen == [("wait", 1, True), ("run", 1)]
