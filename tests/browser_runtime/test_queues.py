"""Queues keep order, wait with exact timeouts, and lose no wake-up."""

import math
import queue
import signal
from typing import Any

import pytest

from tests.browser_runtime.harness import START, Library, kernel, queues, run, scheduler

KINDS = ["SimpleQueue", "Queue"]


def test_a_simple_queue_returns_items_in_the_order_in_which_they_were_put() -> None:
    items = queues.SimpleQueue()
    assert items.empty()
    assert items.qsize() == 0
    items.put(1)
    items.put(2, block=False, timeout=7)
    items.put_nowait(3)
    assert not items.empty()
    assert items.qsize() == 3
    assert [items.get(), items.get_nowait(), items.get(timeout=0)] == [1, 2, 3]
    assert items.empty()


def test_getting_from_an_empty_queue_without_waiting_fails() -> None:
    items = queues.SimpleQueue()
    for get in (items.get_nowait, lambda: items.get(block=False), lambda: items.get(timeout=0)):
        with pytest.raises(queue.Empty):
            get()


def test_a_simple_queue_refuses_a_negative_timeout_if_it_would_wait() -> None:
    items = queues.SimpleQueue()
    with pytest.raises(ValueError, match="'timeout' must be a non-negative number"):
        items.get(timeout=-1)
    with pytest.raises(OverflowError, match="timestamp out of range for platform time_t"):
        items.get(timeout=math.inf)
    with pytest.raises(queue.Empty):
        items.get(block=False, timeout=-1)


def test_a_simple_queue_can_be_annotated_with_the_type_of_its_items() -> None:
    kind: Any = queues.SimpleQueue
    assert repr(kind[int]) == "_queue.SimpleQueue[int]"


@pytest.mark.parametrize("clock_rate", [0, 1])
@pytest.mark.parametrize("kind", KINDS)
def test_waiting_for_an_item_ends_after_exactly_the_timeout(kind: str, clock_rate: float) -> None:
    def program(library: Library) -> int:
        items = getattr(library.queue, kind)()
        started: int = library.time.monotonic_ns()
        with pytest.raises(queue.Empty):
            items.get(timeout=0.25)
        taken: int = library.time.monotonic_ns() - started
        return taken

    assert run(program, clock_rate=clock_rate) == 250_000_000


@pytest.mark.parametrize("kind", KINDS)
def test_threads_get_items_in_the_order_in_which_they_came(kind: str) -> None:
    def program(library: Library) -> list[tuple[int, str]]:
        items, got = getattr(library.queue, kind)(), []

        def work(number: int) -> None:
            got.append((number, items.get()))

        for number in range(3):
            library.start(work, number)
        library.time.sleep(1)
        for item in "abc":
            items.put(item)
        library.time.sleep(1)
        return got

    assert run(program) == [(0, "a"), (1, "b"), (2, "c")]


def test_an_item_may_be_taken_before_the_thread_that_waits_for_it_runs() -> None:
    def program(library: Library) -> tuple[str, list[str]]:
        items, got = queues.SimpleQueue(), []
        library.start(lambda: got.append(items.get()))
        library.time.sleep(1)
        items.put("first")
        mine = items.get()
        library.time.sleep(1)
        assert got == []
        items.put("second")
        library.time.sleep(1)
        return mine, got

    assert run(program) == ("first", ["second"])


def test_a_timeout_counts_from_the_call_although_another_thread_takes_the_items() -> None:
    def program(library: Library) -> float:
        items = queues.SimpleQueue()

        def put_and_take_back() -> None:
            for _ in range(3):
                library.time.sleep(1)
                items.put("item")
                items.get()

        library.start(put_and_take_back)
        started = library.time.monotonic()
        with pytest.raises(queue.Empty):
            items.get(timeout=2.5)
        taken: float = library.time.monotonic() - started
        return taken

    assert run(program) == 2.5


def test_an_interrupted_wait_passes_its_item_on_to_the_next_thread() -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)

    def program(library: Library) -> list[str]:
        items, got = queues.SimpleQueue(), []

        def put() -> None:
            library.time.sleep(1)
            items.put("item")
            kernel.interrupted = True

        def other() -> None:
            library.time.sleep(0.5)
            got.append(items.get(timeout=5))

        library.start(put)
        library.start(other)
        with pytest.raises(KeyboardInterrupt):
            items.get()
        library.time.sleep(1)
        return got

    try:
        assert run(program) == ["item"]
    finally:
        signal.signal(signal.SIGINT, before)


def test_an_interrupted_wait_wakes_no_thread_for_an_empty_queue() -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)

    def program(library: Library) -> list[int]:
        items, outcomes = queues.SimpleQueue(), []

        def other() -> None:
            library.time.sleep(0.5)
            # Unlike `items.get`, this call returns how the wait ended.
            outcomes.append(scheduler.wait(5, items._waiting))

        library.start(other)
        kernel.set_timer(800, kernel.interrupt)
        with pytest.raises(KeyboardInterrupt):
            items.get()
        library.time.sleep(9)
        return outcomes

    try:
        assert run(program) == [scheduler.TIMED_OUT]
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_queue_without_producers_is_a_deadlock() -> None:
    with pytest.raises(scheduler.DeadlockError):
        run(lambda _: queues.SimpleQueue().get())


def test_a_full_queue_makes_its_producer_wait() -> None:
    def program(library: Library) -> list[float]:
        items, put_at = library.queue.Queue(maxsize=1), []

        def produce() -> None:
            for number in range(3):
                items.put(number)
                put_at.append(library.time.monotonic())

        library.start(produce)
        for number in range(3):
            library.time.sleep(1)
            assert items.get() == number
        library.time.sleep(1)
        return put_at

    assert run(program) == [START, START + 1, START + 2]


def test_a_queue_reports_that_all_its_items_are_done() -> None:
    def program(library: Library) -> float:
        items = library.queue.Queue()

        def work() -> None:
            while True:
                items.get()
                library.time.sleep(1)
                items.task_done()

        for number in range(3):
            items.put(number)
        library.threading.Thread(target=work, daemon=True).start()
        items.join()
        now: float = library.time.monotonic()
        return now

    assert run(program) == START + 3


def test_a_thread_pool_runs_calls_at_the_same_time_and_returns_results_in_order() -> None:
    def program(library: Library) -> tuple[list[int], float]:
        def square(number: int) -> int:
            library.time.sleep(1)
            return number * number

        with library.futures.ThreadPoolExecutor(2) as pool:
            results = list(pool.map(square, range(4)))
        return results, library.time.monotonic()

    assert run(program) == ([0, 1, 4, 9], START + 2)


def test_an_error_in_a_thread_pool_reaches_the_thread_that_asks_for_the_result() -> None:
    def program(library: Library) -> None:
        with library.futures.ThreadPoolExecutor(1) as pool:
            pool.submit(divmod, 1, 0).result()

    with pytest.raises(ZeroDivisionError):
        run(program)
