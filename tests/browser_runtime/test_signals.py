"""Signals: only the main thread sets and runs handlers, and timers interrupt what it does."""

import importlib
import signal
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.browser_runtime.harness import (
    START,
    START_MS,
    Library,
    clocks,
    kernel,
    run,
    scheduler,
    signals,
)

ONLY_MAIN = "only works in main thread of the main interpreter"


@pytest.fixture(autouse=True)
def _handlers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Replace two functions that are different in the browser, and restore pytest's handlers.

    The clock of processor time stands still while no thread runs. `signal.getsignal` also returns
    the handlers that the runtime keeps for the program.
    """
    before = {number: signal.getsignal(number) for number in (signal.SIGALRM, signal.SIGUSR1)}

    def process_time_ns() -> int:
        return round((kernel.now() - kernel.idle) * 1_000_000)

    monkeypatch.setattr(clocks, "process_time_ns", process_time_ns)
    monkeypatch.setattr(signal, "getsignal", signals.get_handler)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def _error_in_thread(library: Library, call: Callable[[], object]) -> BaseException:
    """Let another thread call a function, and return the exception that the function raises."""
    errors: list[BaseException] = []

    def work() -> None:
        with pytest.raises(Exception) as error:  # noqa: PT011 - the caller checks it
            call()
        errors.append(error.value)

    library.start(work)
    library.time.sleep(0.001)
    return errors[0]


@pytest.mark.parametrize("name", ["signal", "set_wakeup_fd"])
def test_only_the_main_thread_sets_handlers(name: str) -> None:
    calls: dict[str, Callable[[], object]] = {
        "signal": lambda: signals.set_handler(signal.SIGUSR1, signal.SIG_IGN),
        "set_wakeup_fd": lambda: signals.set_wakeup_fd(-1),
    }

    def program(library: Library) -> None:
        error = _error_in_thread(library, calls[name])
        assert (type(error), str(error)) == (ValueError, f"{name} {ONLY_MAIN}")
        calls[name]()

    run(program)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_signals_that_always_end_or_stop_a_program_have_no_handlers(
    number: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Emscripten accepts the handler, unlike the system on which this test runs.
    monkeypatch.setattr(signals, "_signal", lambda *_: signal.SIG_DFL)

    def program(_: Library) -> None:
        with pytest.raises(OSError, match="Invalid argument"):
            signals.set_handler(number, signal.SIG_IGN)

    run(program)


def test_pthread_kill_refuses_threads_that_do_not_exist_and_invalid_signals() -> None:
    def program(_: Library) -> None:
        signals.pthread_kill(scheduler.MAIN, 0)
        with pytest.raises(ProcessLookupError):
            signals.pthread_kill(99, 0)
        with pytest.raises(OSError, match="Invalid argument"):
            signals.pthread_kill(scheduler.MAIN, 999)

    run(program)


# https://man7.org/linux/man-pages/man7/signal.7.html, "Standard signals"
@pytest.mark.parametrize("number", [signal.SIGCHLD, signal.SIGCONT, signal.SIGURG, signal.SIGWINCH])
def test_a_signal_that_systems_ignore_does_not_end_a_child(
    number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    system: Any = importlib.import_module("browser_runtime.processes.system")
    child, killed = 50, []
    monkeypatch.setattr(system.broker, "kill", lambda *sent: killed.append(sent), raising=False)
    system.kill(child, number)
    system.kill(child, signal.SIGTERM)
    assert killed == [(child, signal.SIGTERM)]
    monkeypatch.setattr(system.broker, "pid", lambda: child)
    assert not system._ends(number)
    assert system._ends(signal.SIGTERM)


@pytest.mark.parametrize("clock_rate", [0, 1, 10])
def test_a_timer_interrupts_a_wait_with_an_exception(clock_rate: float) -> None:
    def program(library: Library) -> float:
        signals.set_handler(signal.SIGALRM, _fail)
        signals.setitimer(signal.ITIMER_REAL, 2.5)
        with pytest.raises(TimeoutError):
            library.time.sleep(9)
        now: float = library.time.monotonic()
        assert signals.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
        library.time.sleep(9)
        return now

    started = START if clock_rate == 1 else 0
    assert run(program, clock_rate=clock_rate) == pytest.approx(started + 2.5)


def _fail(number: int, _: object) -> None:
    raise TimeoutError(number)


@pytest.mark.parametrize("clock_rate", [0, 1])
def test_a_wait_continues_after_a_handler_that_returns(clock_rate: float) -> None:
    def program(library: Library) -> tuple[float, list[float]]:
        started = library.time.monotonic()
        rung: list[float] = []
        signals.set_handler(
            signal.SIGALRM, lambda *_: rung.append(library.time.monotonic() - started)
        )
        signals.setitimer(signal.ITIMER_REAL, 1, 2)
        library.time.sleep(6)
        lock = library.threading.Lock()
        lock.acquire()
        assert not lock.acquire(timeout=2)
        signals.setitimer(signal.ITIMER_REAL, 0)
        slept = library.time.monotonic() - started
        library.time.sleep(9)
        return slept, rung

    assert run(program, clock_rate=clock_rate) == (8, [1, 3, 5, 7])


def test_a_timer_interrupts_a_computation() -> None:
    def program(_: Library) -> None:
        signals.set_handler(signal.SIGALRM, _fail)
        assert signals.alarm(1) == 0
        assert signals.alarm(2) == 1
        with pytest.raises(TimeoutError):
            kernel.compute(9000)
        # The second alarm has replaced the first. A thread that runs alone can be interrupted every
        # 20 ms.
        assert 2000 <= kernel.now() - START_MS <= 2030

    run(program)


def test_a_timer_of_processor_time_does_not_count_waits() -> None:
    def program(library: Library) -> None:
        signals.set_handler(signal.SIGVTALRM, _fail)
        assert signals.get_handler(signal.SIGVTALRM) is _fail
        signals.setitimer(signal.ITIMER_VIRTUAL, 0.5)
        library.time.sleep(3)
        with pytest.raises(TimeoutError):
            kernel.compute(600)
        assert signals.set_handler(signal.SIGVTALRM, signal.SIG_DFL) is _fail

    run(program)


def test_a_signal_without_a_handler_ends_the_program() -> None:
    def program(library: Library) -> None:
        signals.set_handler(signal.SIGALRM, signal.SIG_DFL)
        signals.alarm(1)
        library.time.sleep(2)

    with pytest.raises(SystemExit) as error:
        run(program)
    assert error.value.code == 128 + signal.SIGALRM


def test_a_program_can_wait_for_a_signal() -> None:
    def program(library: Library) -> float:
        seen: list[int] = []
        signals.set_handler(signal.SIGALRM, lambda number, _: seen.append(number))
        signals.alarm(3)
        signals.pause()
        assert seen == [signal.SIGALRM]
        now: float = library.time.monotonic()
        return now

    assert run(program, clock_rate=0) == 3


def test_a_timer_of_one_program_does_not_ring_in_the_next() -> None:
    def first(_: Library) -> None:
        signals.set_handler(signal.SIGVTALRM, _fail)
        signals.setitimer(signal.ITIMER_REAL, 1)

    def second(library: Library) -> list[Any]:
        library.time.sleep(5)
        return [signals.getitimer(signal.ITIMER_REAL), signals.get_handler(signal.SIGVTALRM)]

    run(first)
    assert run(second) == [(0.0, 0.0), signal.SIG_DFL]


@pytest.mark.parametrize("arguments", [(9, 1), (signal.ITIMER_REAL, -1), (0, 1, -1)])
def test_invalid_timers_are_refused(arguments: tuple[Any, ...]) -> None:
    def program(_: Library) -> None:
        with pytest.raises(signal.ItimerError, match="Invalid argument"):
            signals.setitimer(*arguments)

    run(program)
