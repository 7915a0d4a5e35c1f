"""Time slices: a thread that computes lets others run, but never in code of the runtime."""

import signal
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser_runtime.harness import START_MS, Library, facts, kernel, run, scheduler, slices


@pytest.fixture(autouse=True)
def _facts() -> Iterator[None]:
    """Begin and end the test without any recorded facts."""
    facts._facts = facts._Facts("")
    yield
    facts._facts = facts._Facts("")


def _compute_in_two_threads(library: Library, milliseconds: float) -> list[str]:
    """Compute three times for some ms in each of the threads a and b.

    Returns:
        The name of the thread for each computation, in the order in which the computations ended.
    """
    order: list[str] = []

    def work(name: str) -> None:
        for _ in range(3):
            kernel.compute(milliseconds)
            order.append(name)

    for name in "ab":
        library.start(work, name)
    library.time.sleep(1)
    return order


def test_threads_that_compute_alternate() -> None:
    assert run(lambda library: _compute_in_two_threads(library, 5)) == list("ababab")


def test_a_thread_that_computes_less_than_a_time_slice_is_not_interrupted() -> None:
    assert run(lambda library: _compute_in_two_threads(library, 1)) == list("aaabbb")


def test_a_new_thread_gets_a_whole_time_slice() -> None:
    def program(library: Library) -> list[str]:
        order: list[str] = []

        def work(name: str) -> None:
            kernel.compute(4)
            order.append(name)

        library.start(work, "first")
        library.start(work, "second")
        kernel.compute(4)
        library.time.sleep(1)
        assert kernel.slices_over == 0
        return order

    assert run(program) == ["first", "second"]


def test_the_program_chooses_how_long_a_time_slice_is() -> None:
    def program(library: Library) -> list[str]:
        slices.setswitchinterval(0.0005)
        return _compute_in_two_threads(library, 1)

    assert run(program) == list("ababab")


@pytest.mark.parametrize(("seconds", "milliseconds"), [(0.01, 10), (1e-6, 0.1), (0.0001, 0.1)])
def test_time_slices_have_a_minimum_length(seconds: float, milliseconds: float) -> None:
    slices.setswitchinterval(seconds)
    assert kernel.interval == milliseconds
    assert sys.getswitchinterval() == pytest.approx(seconds)


def test_a_time_slice_has_to_be_positive() -> None:
    with pytest.raises(ValueError, match="switch interval must be strictly positive"):
        slices.setswitchinterval(0)
    assert kernel.interval == 5


def test_the_only_thread_yields_to_messages_of_the_page_after_20_ms() -> None:
    def program(_: Library) -> list[float]:
        received: list[float] = []
        kernel.post(lambda: received.append(kernel.now()))
        kernel.compute(15)
        assert received == []
        kernel.compute(15)
        return received

    assert run(program) == [START_MS + 20]


def test_no_time_slice_ends_after_the_program() -> None:
    run(lambda _: None)
    kernel.compute(1000)
    assert kernel.slices_over == 0


def test_code_of_the_runtime_is_not_interrupted() -> None:
    def program(library: Library) -> list[str]:
        order: list[str] = []
        library.start(order.append, "thread")

        def end_slice_of_caller() -> None:
            frame = sys._getframe(1)
            assert scheduler.is_ours(frame.f_code.co_filename)
            kernel.end_slice_now(frame)
            order.append("main")

        # This function of the runtime calls its argument if the thread has no data yet.
        scheduler.forget_data(scheduler.MAIN)
        scheduler.thread_data(end_slice_of_caller)
        scheduler.forget_data(scheduler.MAIN)
        assert order == ["main"]
        # The next check, outside of the runtime, ends the slice.
        kernel.compute(0.001)
        return order

    assert run(program) == ["main", "thread"]


def test_a_thread_in_an_atomic_section_is_not_interrupted() -> None:
    def program(library: Library) -> list[str]:
        order: list[str] = []
        library.start(order.append, "thread")
        scheduler.set_atomic(True)
        kernel.compute(50)
        order.append("main")
        scheduler.set_atomic(False)
        kernel.compute(1)
        return order

    assert run(program) == ["main", "thread"]


def test_a_thread_that_cannot_be_suspended_keeps_computing() -> None:
    def program(library: Library) -> list[str]:
        order: list[str] = []
        library.start(order.append, "thread")
        kernel.can_suspend = False
        kernel.compute(50)
        kernel.can_suspend = True
        kernel.refuses_to_suspend = True
        kernel.compute(50)
        kernel.refuses_to_suspend = False
        order.append("main")
        library.time.sleep(1)
        return order

    assert run(program) == ["main", "thread"]


def test_ctrl_c_reaches_a_main_thread_that_computes() -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)

    def program(_: Library) -> float:
        kernel.post(kernel.interrupt)
        with pytest.raises(KeyboardInterrupt):
            kernel.compute(1000)
        return kernel.now()

    try:
        assert run(program) == START_MS + 20
    finally:
        signal.signal(signal.SIGINT, before)


def test_ctrl_c_waits_for_the_time_slice_of_the_main_thread() -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)

    def program(library: Library) -> None:
        computed: list[str] = []

        def work() -> None:
            kernel.interrupt()
            kernel.compute(20)
            computed.append("thread")

        library.start(work)
        with pytest.raises(KeyboardInterrupt):
            kernel.compute(1000)
        assert computed == []
        library.time.sleep(1)
        assert computed == ["thread"]

    try:
        run(program)
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_thread_that_computes_is_ended_with_the_program() -> None:
    def program(library: Library) -> None:
        library.start(lambda: kernel.compute(1_000_000))
        library.time.sleep(0.1)

    run(program)
    assert kernel.now() < START_MS + 200


# --- what the page learns -------------------------------------------------------------------------


def test_threads_that_compute_at_the_same_time_have_competed() -> None:
    run(lambda library: _compute_in_two_threads(library, 50))
    assert facts._facts.competed == {2, 3}


def test_a_thread_that_computes_while_others_wait_has_not_competed() -> None:
    def program(library: Library) -> None:
        library.start(library.time.sleep, 1)
        library.time.sleep(0.1)
        kernel.compute(500)

    run(program)
    assert facts._facts.competed == set()
    assert facts._facts.lost == {}


# `facts` ignores delays of less than 150 ms.
@pytest.mark.parametrize(("taken", "competed"), [(100, set()), (200, {1, 2})])
def test_a_thread_loses_time_to_a_thread_whose_wait_has_ended(
    taken: float, competed: set[int]
) -> None:
    def program(library: Library) -> None:
        def work() -> None:
            library.time.sleep(0.1)
            # For so many ms the thread cannot be interrupted, as during a call into C.
            kernel._now_ns += round(taken * 1e6)

        library.start(work)
        library.time.sleep(0)
        # The thread wakes in this time slice, so no thread has competed before.
        kernel.interval = 200
        kernel.compute(201)

    run(program)
    assert facts._facts.lost == {1: taken * 1_000_000}
    assert facts._facts.competed == competed


@pytest.mark.parametrize(("clock_rate", "lost"), [(1, {1: 100_000_000}), (0, {})])
def test_a_thread_loses_time_in_real_time_but_not_in_virtual_time(
    clock_rate: float, lost: dict[int, int]
) -> None:
    def program(library: Library) -> None:
        queue: list[scheduler.Waiting] = []

        def work() -> None:
            scheduler.wait(None, queue, outside=True)
            # For 100 ms the thread cannot be interrupted, as during a call into C.
            kernel._now_ns += 100_000_000

        library.start(work)
        library.time.sleep(0)
        # A message from the page wakes the thread while the main thread computes.
        kernel.post(lambda: queue[0].wake())
        kernel.compute(300)

    run(program, clock_rate=clock_rate)
    assert facts._facts.lost == lost


class _Observer:
    """Records where time slices end and begin, and ignores everything else."""

    def __init__(self) -> None:
        self.seen: list[tuple[Any, ...]] = []

    def end_slice(self, ident: int, frame: Any) -> None:
        self.seen.append(("ends", ident, frame.f_code.co_name))

    def begin_slice(self, ident: int) -> None:
        self.seen.append(("begins", ident))

    def __getattr__(self, name: str) -> Any:
        return lambda *_, **__: None


def test_an_observer_sees_where_time_slices_end_and_begin() -> None:
    observer = _Observer()

    def program(library: Library) -> None:
        def work() -> None:
            kernel.compute(8)

        scheduler.observer = observer
        library.start(work)
        kernel.compute(8)
        library.time.sleep(1)
        scheduler.observer = None

    run(program)
    assert observer.seen == [
        ("ends", 1, "program"),
        ("ends", 2, "work"),
        ("begins", 1),
        ("begins", 2),
    ]
