"""Threads start, end, can be joined, and report their errors, as those of CPython do."""

import _thread
import os
import signal
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser_runtime.harness import (
    START,
    START_MS,
    Library,
    facts,
    kernel,
    run,
    scheduler,
    threads,
)


def test_a_thread_begins_when_the_thread_that_starts_it_waits() -> None:
    def program(library: Library) -> list[str]:
        seen: list[str] = []
        library.start(seen.append, "thread")
        seen.append("main")
        library.time.sleep(0)
        return seen

    assert run(program) == ["main", "thread"]


def test_threads_begin_in_the_order_in_which_they_were_started() -> None:
    def program(library: Library) -> list[int]:
        seen: list[int] = []
        for number in range(5):
            library.start(seen.append, number)
        library.time.sleep(0)
        return seen

    assert run(program) == list(range(5))


def test_joining_waits_for_the_end_of_a_thread() -> None:
    def program(library: Library) -> tuple[bool, bool, float]:
        thread = library.threading.Thread(target=library.time.sleep, args=(2,))
        thread.start()
        alive = thread.is_alive()
        thread.join()
        return alive, thread.is_alive(), library.time.monotonic()

    assert run(program) == (True, False, START + 2)


def test_joining_gives_up_after_the_timeout() -> None:
    def program(library: Library) -> list[tuple[bool, float]]:
        thread = library.threading.Thread(target=library.time.sleep, args=(2,))
        thread.start()
        seen: list[tuple[bool, float]] = []
        for timeout in (0.5, 0, -1):
            thread.join(timeout)
            seen.append((thread.is_alive(), library.time.monotonic()))
        return seen

    # On CPython, too, a negative timeout of `join` means that it does not wait.
    assert run(program) == [(True, START + 0.5)] * 3


def test_several_threads_can_join_one() -> None:
    def program(library: Library) -> list[float]:
        seen: list[float] = []
        slow = library.threading.Thread(target=library.time.sleep, args=(2,))
        slow.start()

        def work() -> None:
            slow.join()
            seen.append(library.time.monotonic())

        for _ in range(3):
            library.start(work)
        slow.join()
        slow.join()
        library.time.sleep(1)
        return seen

    assert run(program) == [START + 2] * 3


def test_a_program_ends_after_the_threads_that_are_not_daemons() -> None:
    ended: list[str] = []

    def program(library: Library) -> int:
        def work(name: str, seconds: float) -> None:
            library.time.sleep(seconds)
            ended.append(name)

        for name, seconds, daemon in (
            ("first", 2, False),
            ("second", 1, False),
            ("daemon", 9, True),
        ):
            arguments = {"target": work, "args": (name, seconds), "daemon": daemon}
            library.threading.Thread(**arguments).start()
        return threads.non_daemon_count()

    assert run(program) == 2
    assert ended == ["second", "first"]
    assert threads.non_daemon_count() == 0
    assert kernel.now() == START_MS + 2000


def test_a_handle_refuses_the_same_calls_as_on_cpython() -> None:
    handle = threads.ThreadHandle()
    assert not handle.is_done()
    with pytest.raises(RuntimeError, match="thread not started"):
        handle.join()
    with pytest.raises(RuntimeError, match="thread not started"):
        handle._set_done()
    handle._start(7)
    assert handle.ident == 7
    with pytest.raises(RuntimeError, match="thread already started"):
        handle._start(8)
    handle._set_done()
    handle._set_done()
    assert handle.is_done()
    handle.join()


def test_a_thread_cannot_join_itself() -> None:
    handle = threads.make_thread_handle(scheduler.get_ident())
    with pytest.raises(RuntimeError, match="Cannot join current thread"):
        handle.join()


def test_a_handle_that_was_started_cannot_start_another_thread() -> None:
    def program(_: Library) -> int:
        handle = threads.make_thread_handle(7)
        with pytest.raises(RuntimeError, match="thread already started"):
            threads.start_joinable_thread(lambda: None, handle)
        return scheduler.thread_count()

    assert run(program) == 1


def test_a_thread_needs_a_function_to_call() -> None:
    start_joinable: Any = threads.start_joinable_thread
    start_new: Any = threads.start_new_thread
    with pytest.raises(TypeError, match="thread function must be callable"):
        start_joinable(1)
    with pytest.raises(TypeError, match="first arg must be callable"):
        start_new(1, ())
    with pytest.raises(TypeError, match="2nd arg must be a tuple"):
        start_new(print, [])
    with pytest.raises(TypeError, match="optional 3rd arg must be a dictionary"):
        start_new(print, (), ())
    assert scheduler.thread_count() == 1


def test_start_new_thread_passes_arguments_on_and_returns_the_thread_number() -> None:
    def program(library: Library) -> list[Any]:
        seen: list[Any] = []

        def work(*args: object, **keywords: object) -> None:
            seen.extend((args, keywords, scheduler.get_ident()))

        ident = threads.start_new_thread(work, (1, 2), {"name": 3})
        library.time.sleep(0)
        return [ident, *seen]

    assert run(program) == [2, (1, 2), {"name": 3}, 2]


def test_the_number_of_threads_is_limited_and_the_error_names_the_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The comment on MAX_THREADS gives the reason for this number.
    assert threads.MAX_THREADS >= 2000
    monkeypatch.setattr(threads, "MAX_THREADS", 50)

    def program(library: Library) -> int:
        # The main thread is the 50th.
        for _ in range(49):
            library.start(library.time.sleep, 1)
        message = "can't start new thread: at most 50 threads can exist at the same time here"
        with pytest.raises(RuntimeError, match=message):
            library.start(library.time.sleep, 1)
        return scheduler.thread_count()

    assert run(program) == 50


def test_without_switching_threads_cannot_start_and_the_page_learns_why() -> None:
    kernel.can_suspend = False
    facts._facts = facts._Facts("")
    with pytest.raises(RuntimeError, match="can't start new thread") as error:
        threads.start_joinable_thread(lambda: None)
    assert error.value.__notes__ == [
        "This browser cannot switch between threads; use Chrome 137, Firefox 153 or newer."
    ]
    assert list(facts._facts.missing) == [("no-threads", "")]
    assert scheduler.thread_count() == 1


def test_threads_have_the_names_that_the_program_gives_them() -> None:
    def program(library: Library) -> list[str]:
        thread = library.threading.Thread(target=library.time.sleep, args=(1,), name="weather")
        thread.start()
        library.start(library.time.sleep, 1)
        names = [name for _, name, _, _ in scheduler.list_threads()]
        thread.join()
        return names

    assert run(program) == ["MainThread", "weather", "a thread"]


def test_the_count_of_threads_does_not_include_the_main_thread() -> None:
    def program(library: Library) -> list[int]:
        counts = [library._own["_thread"]._count()]
        library.start(library.time.sleep, 1)
        counts.append(library._own["_thread"]._count())
        library.time.sleep(2)
        return [*counts, library._own["_thread"]._count()]

    assert run(program) == [0, 1, 0]


# --- errors ---------------------------------------------------------------------------------------


@pytest.fixture
def unraisable(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """Collect the errors that nothing can catch."""
    collected: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", collected.append)
    yield collected
    # The tracebacks of these errors refer to frames of the test.
    collected.clear()


def test_an_error_in_a_thread_of_start_new_thread_is_reported_with_its_function(
    unraisable: list[Any],
) -> None:
    def fail() -> None:
        raise ValueError("wrong")

    def program(library: Library) -> None:
        library.start(fail)
        library.time.sleep(1)
        assert scheduler.thread_count() == 1

    run(program)
    (reported,) = unraisable
    assert reported.exc_type is ValueError
    assert reported.err_msg == f"Exception ignored in thread started by {fail!r}"


def test_a_thread_that_ends_itself_is_not_reported(unraisable: list[Any]) -> None:
    def program(library: Library) -> None:
        library.start(library._own["_thread"].exit)
        library.start(sys.exit, 3)
        library.time.sleep(1)
        assert scheduler.thread_count() == 1

    run(program)
    assert unraisable == []


def test_an_error_of_an_abandoned_thread_is_not_reported(unraisable: list[Any]) -> None:
    def program(library: Library) -> None:
        def work() -> None:
            try:
                library.time.sleep(9)
            except SystemExit:
                raise ValueError from None

        library.start(work)
        library.time.sleep(1)

    run(program)
    assert unraisable == []


def test_the_excepthook_of_threading_gets_the_error_and_the_thread() -> None:
    def program(library: Library) -> tuple[Any, ...]:
        reported: list[Any] = []
        library.threading.excepthook = reported.append
        thread = library.threading.Thread(target=divmod, args=(1, 0))
        thread.start()
        thread.join()
        (args,) = reported
        return args.exc_type, args.thread is thread

    assert run(program) == (ZeroDivisionError, True)


def test_the_report_on_a_thread_without_a_thread_object_shows_its_number(
    capsys: pytest.CaptureFixture[str],
) -> None:
    arguments = _thread._ExceptHookArgs((ValueError, ValueError("wrong"), None, None))
    threads._excepthook(arguments)
    assert capsys.readouterr().err.startswith("Exception in thread 1:\n")


# --- signals --------------------------------------------------------------------------------------


@pytest.fixture
def received() -> Iterator[list[tuple[int, int]]]:
    """Collect signals with the threads that handle them."""
    collected: list[tuple[int, int]] = []
    numbers = signal.SIGINT, signal.SIGUSR1
    before = [
        signal.signal(each, lambda number, _: collected.append((number, scheduler.get_ident())))
        for each in numbers
    ]
    yield collected
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


def test_a_thread_interrupts_the_main_thread(received: list[tuple[int, int]]) -> None:
    def program(library: Library) -> None:
        library.start(library._own["_thread"].interrupt_main)
        library.start(library._own["_thread"].interrupt_main, signal.SIGUSR1)
        library.time.sleep(1)

    run(program)
    assert received == [(signal.SIGINT, 1), (signal.SIGUSR1, 1)]


def test_a_signal_that_is_ignored_interrupts_nothing() -> None:
    before = signal.signal(signal.SIGUSR1, signal.SIG_IGN)

    def program(library: Library) -> int:
        library.start(threads._interrupt_main, signal.SIGUSR1)
        return scheduler.wait(1)

    try:
        assert run(program) == scheduler.TIMED_OUT
    finally:
        signal.signal(signal.SIGUSR1, before)


@pytest.mark.parametrize("number", [0, -1, signal.NSIG])
def test_the_main_thread_cannot_be_interrupted_by_an_invalid_signal(number: int) -> None:
    with pytest.raises(ValueError, match="signal number out of range"):
        threads._interrupt_main(number)


def test_a_raised_signal_is_handled_in_the_main_thread(received: list[tuple[int, int]]) -> None:
    def program(library: Library) -> None:
        threads.raise_signal(signal.SIGUSR1)
        library.start(threads.raise_signal, signal.SIGUSR1)
        library.time.sleep(1)

    run(program)
    assert received == [(signal.SIGUSR1, 1)] * 2


def test_a_process_can_send_signals_to_itself(received: list[tuple[int, int]]) -> None:
    def program(library: Library) -> None:
        library.start(threads.kill, os.getpid(), signal.SIGUSR1)
        library.time.sleep(1)
        threads.kill(os.getpid(), 0)

    run(program)
    assert received == [(signal.SIGUSR1, 1)]


def test_there_are_no_other_processes_to_send_signals_to() -> None:
    with pytest.raises(OSError, match="No such process"):
        # Linux gives processes no numbers above 2**22.
        threads.kill(2**22 + 1, 0)
