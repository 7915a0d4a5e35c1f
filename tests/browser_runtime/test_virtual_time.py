"""In virtual time, waits take no real time, and durations are exact. Other rates shorten waits."""

import signal

import pytest

from tests.browser_runtime.harness import (
    START_MS,
    Library,
    RunOptions,
    kernel,
    keyboard,
    locks,
    page,
    run,
    scheduler,
    virtual_time,
)


def test_waiting_takes_no_real_time() -> None:
    def program(library: Library) -> int:
        for seconds in (3600, 0.25, 1e-9):
            library.time.sleep(seconds)
        return kernel.elapsed()

    started = kernel.now()
    # The last wait takes 2 ns, because readings of `time.monotonic` are rounded, and those before
    # and after the wait have to differ by at least 1 ns.
    assert run(program, clock_rate=0) == 3_600_250_000_002
    assert kernel.now() == started


def test_the_clock_jumps_to_the_first_wait_that_ends() -> None:
    def program(library: Library) -> list[tuple[float, int]]:
        ended: list[tuple[float, int]] = []

        def work(seconds: float) -> None:
            library.time.sleep(seconds)
            ended.append((seconds, kernel.elapsed()))

        for seconds in (3, 1, 2, 1):
            library.start(work, seconds)
        library.time.sleep(4)
        return ended

    assert run(program, clock_rate=0) == [
        (1, 1_000_000_000),
        (1, 1_000_000_000),
        (2, 2_000_000_000),
        (3, 3_000_000_000),
    ]


def test_waits_that_end_at_the_same_time_end_in_the_order_of_their_calls() -> None:
    def program(library: Library) -> str:
        ended = ""

        def work(name: str, seconds: float) -> None:
            nonlocal ended
            library.time.sleep(seconds)
            ended += name

        for name, seconds in (("a", 2), ("b", 1), ("c", 2), ("d", 2)):
            library.start(work, name, seconds)
        library.time.sleep(3)
        return ended

    assert run(program, clock_rate=0) == "bacd"


def test_the_clock_ends_only_the_waits_whose_time_is_over() -> None:
    def program(library: Library) -> list[int]:
        ended: list[int] = []

        def work(seconds: float) -> None:
            # Unlike `sleep`, this does not wait again if it ends early.
            assert scheduler.wait(seconds) == scheduler.TIMED_OUT
            ended.append(kernel.elapsed())

        library.start(work, 2)
        library.start(work, 1)
        work(3)
        return ended

    assert run(program, clock_rate=0) == [1_000_000_000, 2_000_000_000, 3_000_000_000]


def test_computing_takes_no_virtual_time() -> None:
    def program(library: Library) -> int:
        library.start(library.time.sleep, 1)
        kernel.compute(500)
        return kernel.elapsed()

    assert run(program, clock_rate=0) == 0


def test_virtual_time_does_not_pass_while_a_thread_can_run() -> None:
    def program(library: Library) -> list[int]:
        seen: list[int] = []
        lock = locks.Lock()
        lock.acquire()

        def work() -> None:
            for _ in range(3):
                kernel.compute(30)
                seen.append(kernel.elapsed())
            lock.release()

        library.start(work)
        lock.acquire(timeout=100)
        return [*seen, kernel.elapsed()]

    assert run(program, clock_rate=0) == [0, 0, 0, 0]


def test_the_end_of_a_thread_lets_the_clock_jump() -> None:
    def program(library: Library) -> int:
        library.start(lambda: None)
        library.time.sleep(2)
        return kernel.elapsed()

    assert run(program, clock_rate=0) == 2_000_000_000


def test_a_thread_that_was_woken_runs_before_the_clock_jumps() -> None:
    def program(library: Library) -> int:
        lock = locks.Lock()
        lock.acquire()
        times: list[int] = []

        def work() -> None:
            lock.acquire()
            times.append(kernel.elapsed())

        library.start(work)
        library.time.sleep(1)
        lock.release()
        library.time.sleep(1)
        return times[0]

    assert run(program, clock_rate=0) == 1_000_000_000


def test_a_thread_whose_wait_is_over_runs_before_the_clock_jumps_again() -> None:
    def program(library: Library) -> list[tuple[str, int]]:
        ended: list[tuple[str, int]] = []

        def look_at_the_clock() -> None:
            library.time.sleep(1)
            # A program advances virtual time in this way if it reads the clock very often; see
            # runtime/worker/kernel/clock.ts.
            kernel.advance(5_000_000_000)
            library.time.sleep(1)
            ended.append(("looks", kernel.elapsed()))

        def work() -> None:
            library.time.sleep(1)
            ended.append(("works", kernel.elapsed()))

        library.start(look_at_the_clock)
        library.start(work)
        library.time.sleep(9)
        return ended

    assert run(program, clock_rate=0) == [("works", 5_000_000_000), ("looks", 6_000_000_000)]


def test_no_time_passes_while_the_reader_is_asked_for_input() -> None:
    def program(library: Library) -> tuple[int, bytes, int]:
        stdin = keyboard.Keyboard()
        kernel.set_timer(2000, lambda: stdin.answer("Oslo"))
        library.start(library.time.sleep, 5)
        line = stdin.read1()
        asked = kernel.elapsed()
        library.time.sleep(5)
        return asked, line, kernel.elapsed()

    assert run(program, clock_rate=0) == (0, b"Oslo\n", 5_000_000_000)
    assert page.asked == 1


def test_the_clock_does_not_jump_while_an_interrupt_is_pending() -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)

    def program(library: Library) -> int:
        def work() -> None:
            kernel.interrupt()
            library.time.sleep(1)

        library.start(work)
        with pytest.raises(KeyboardInterrupt):
            library.time.sleep(9)
        return kernel.elapsed()

    try:
        assert run(program, clock_rate=0) == 0
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_wait_for_an_outside_event_does_not_stop_the_clock() -> None:
    def program(library: Library) -> int:
        queue: list[scheduler.Waiting] = []
        library.start(lambda: scheduler.wait(None, queue, outside=True))
        library.time.sleep(7)
        return kernel.elapsed()

    assert run(program, clock_rate=0) == 7_000_000_000


def test_the_clock_stands_still_if_only_an_outside_event_can_end_a_wait() -> None:
    def program(_: Library) -> tuple[int, int]:
        queue: list[scheduler.Waiting] = []
        kernel.set_timer(300, lambda: queue[0].wake())
        return scheduler.wait(None, queue, outside=True), kernel.elapsed()

    assert run(program, clock_rate=0) == (scheduler.WOKEN, 0)


def test_a_deadlock_is_reported_in_virtual_time_too(capsys: pytest.CaptureFixture[str]) -> None:
    def program(library: Library) -> None:
        lock = locks.Lock()
        lock.acquire()
        library.start(library.time.sleep, 1)
        lock.acquire()

    with pytest.raises(scheduler.DeadlockError):
        run(program, clock_rate=0)
    assert "MainThread is waiting here:" in capsys.readouterr().err


def test_messages_of_the_page_arrive_although_waits_take_no_time() -> None:
    def program(library: Library) -> list[float]:
        received: list[float] = []
        kernel.post(lambda: received.append(kernel.now()))
        for _ in range(100):
            library.time.sleep(0.001)
            # Less than a time slice, so only the waits let messages in.
            kernel.compute(1)
        return received

    (received,) = run(program, clock_rate=0)
    assert START_MS + 20 <= received <= START_MS + 22


@pytest.mark.parametrize(("clock_rate", "milliseconds"), [(1, 4000), (2, 2000), (10, 400)])
def test_a_faster_clock_shortens_real_waits(clock_rate: float, milliseconds: float) -> None:
    def program(library: Library) -> float:
        started: float = library.time.monotonic()
        library.time.sleep(4)
        taken: float = library.time.monotonic() - started
        return taken

    started = kernel.now()
    assert run(program, clock_rate=clock_rate) == 4
    assert kernel.now() - started == milliseconds


def test_durations_are_rounded_up_to_nanoseconds() -> None:
    assert virtual_time.nanoseconds(1.5) == 1_500_000_000
    assert virtual_time.nanoseconds(0) == 0
    assert virtual_time.nanoseconds(0.000_001_499_9) == 1500
    assert virtual_time.nanoseconds(1e-12) == 1
    assert virtual_time.nanoseconds(0.1) == 100_000_000
    assert virtual_time.nanoseconds(0.1 + 0.2) == 300_000_001


def test_a_wait_that_does_not_continue_another_one_ends_exactly() -> None:
    def program(library: Library) -> list[int]:
        ended: list[int] = []
        lock = library.threading.Lock()
        lock.acquire()

        def work(seconds: float) -> None:
            lock.acquire(timeout=seconds)
            ended.append(kernel.elapsed())

        # Other threads wait until 2 s, and until one nanosecond later.
        library.start(work, 2)
        library.start(work, 2.000000001)
        event = library.threading.Event()
        library.start(lambda: (library.time.sleep(0.5), event.set()))
        event.wait(2)  # The event is set after 0.5 s.
        lock.acquire(timeout=1.4999)
        ended.append(kernel.elapsed())
        library.time.sleep(1)
        return ended

    assert run(program, clock_rate=0) == [1_999_900_000, 2_000_000_000, 2_000_000_001]


def test_only_virtual_time_gives_waits_a_deadline() -> None:
    assert virtual_time.deadline(1) is None
    virtual_time.begin(RunOptions(clock_rate=0))
    kernel.advance(5)
    deadlines = virtual_time.deadline(1), virtual_time.deadline(None)
    virtual_time.end()
    assert deadlines == (1_000_000_005, None)
    assert virtual_time.deadline(1) is None


def test_moments_are_those_of_the_monotonic_clock() -> None:
    moment = virtual_time.moment_in(2)
    assert moment == kernel.monotonic_ns() + 2_000_000_000
    assert virtual_time.seconds_to(moment) == 2
    kernel.compute(500)
    assert virtual_time.seconds_to(moment) == 1.5


@pytest.mark.parametrize("clock_rate", [0, 10])
def test_a_process_with_clocks_of_its_own_is_refused_unless_time_is_real(clock_rate: float) -> None:
    virtual_time.refuse("A process")
    virtual_time.begin(RunOptions(clock_rate=clock_rate))
    with pytest.raises(RuntimeError, match="A process has clocks of its own"):
        virtual_time.refuse("A process")
    virtual_time.end()
    virtual_time.refuse("A process")


@pytest.mark.parametrize(("readings", "facts"), [(0, []), (3, [("looked-at-clock", 0, "")])])
def test_the_page_learns_whether_readings_have_advanced_the_clock(
    monkeypatch: pytest.MonkeyPatch, readings: int, facts: list[tuple[str, float, str]]
) -> None:
    monkeypatch.setattr(kernel, "stop_clock", lambda: readings)
    virtual_time.begin(RunOptions(clock_rate=0))
    virtual_time.end()
    assert page.facts == facts
    virtual_time.end()
    assert page.facts == facts
