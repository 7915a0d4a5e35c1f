"""Nothing runs in a paused program; a step is one time slice of a thread, or one callback."""

import asyncio
import itertools
import json
from asyncio import base_events
from collections.abc import Callable
from typing import Any

import pytest

from tests.browser_runtime.harness import (
    START,
    START_MS,
    Library,
    clock,
    event_loop,
    kernel,
    page,
    run,
    scheduler,
    stepping,
)


class Reader:
    """Presses Step a number of times, or always if the number is None, and then Resume.

    Each time the program has paused, the page gets its state, and the reader needs a second of real
    time until the next click.
    """

    def __init__(self, steps: int | None = None) -> None:
        self.states: list[dict[str, Any]] = []
        self.steps = steps
        # Called while the program is paused.
        self.look: Callable[[], object] = lambda: None
        page.on_paused = self._on_paused
        kernel.on_step_end = stepping.pause

    def _on_paused(self, state: str) -> None:
        self.states.append(json.loads(state))
        kernel.set_timer(1000, self._click)

    def _click(self) -> None:
        assert kernel.is_paused()
        self.look()
        if self.steps is None or len(self.states) <= self.steps:
            stepping.step()
        else:
            stepping.resume()


# --- threads --------------------------------------------------------------------------------------


def test_a_program_that_starts_paused_stops_at_its_first_wait() -> None:
    reader = Reader(steps=0)
    started = kernel.now()

    def program(library: Library) -> float:
        kernel.compute(3)
        library.time.sleep(1)
        return kernel.now()

    ended = run(program, paused=True)
    assert len(reader.states) == 1
    # The program has computed for 3 ms and slept for a second; the reader has used another second.
    assert ended == started + 3 + 1000 + 1000


def test_no_thread_runs_while_the_program_is_paused() -> None:
    reader = Reader(steps=0)
    counts: list[int] = []

    def program(library: Library) -> int:
        count = 0

        def work() -> None:
            nonlocal count
            for _ in range(1000):
                kernel.compute(1)
                count += 1

        reader.look = lambda: counts.append(count)
        library.start(work)
        kernel.set_timer(100, stepping.pause)
        # The reader, who looks just before the click on Resume, is 200 ms later than this timer.
        kernel.set_timer(900, lambda: counts.append(count))
        library.time.sleep(2)
        return count

    assert run(program) == 1000
    assert len(counts) == 2
    assert counts[0] == counts[1]
    # The pause comes after 100 ms, or when the time slice of 5 ms is over.
    assert 95 <= counts[0] <= 105


def test_the_clock_of_the_program_does_not_show_the_time_of_a_pause() -> None:
    reader = Reader(steps=0)

    def program(library: Library) -> int:
        kernel.set_timer(100, stepping.pause)
        started: int = library.time.monotonic_ns()
        library.time.sleep(0.5)
        taken: int = library.time.monotonic_ns() - started
        return taken

    assert run(program) == 500_000_000
    assert len(reader.states) == 1
    assert kernel.now() == START_MS + 500 + 1000


@pytest.mark.parametrize("clock_rate", [0, 1])
def test_each_step_is_one_time_slice_of_one_thread(clock_rate: float) -> None:
    reader = Reader()
    seen: list[str] = []
    lengths: list[int] = []
    reader.look = lambda: lengths.append(len(seen))

    def program(library: Library) -> None:
        def work(name: str) -> None:
            for number in range(3):
                seen.append(f"{name}{number}")
                library.time.sleep(0.01)

        library.start(work, "a")
        library.start(work, "b")
        library.time.sleep(0.1)

    run(program, clock_rate=clock_rate, paused=True)
    assert sorted(seen) == ["a0", "a1", "a2", "b0", "b1", "b2"]
    # No step has appended more than one name.
    assert max(after - before for before, after in itertools.pairwise(lengths)) == 1


def test_a_thread_that_only_reaches_its_wait_passes_the_step_on() -> None:
    # In virtual time, a thread may have to yield before it waits. If the program is paused there,
    # the next step runs another thread, because reaching the wait would show the reader nothing.
    reader = Reader(steps=1)
    seen: list[str] = []
    seen_when_paused: list[list[str]] = []
    reader.look = lambda: seen_when_paused.append(list(seen))

    def program(library: Library) -> None:
        def work() -> None:
            # Longer than a time slice, so that the thread is ready when the program is paused.
            kernel.compute(6)
            seen.append("thread")

        library.start(work)
        kernel.post(stepping.pause)
        # As if no thread had yielded for a long time, so that `kernel.must_yield` returns True.
        kernel._last_yield_ns = 0
        library.time.sleep(1)

    run(program, clock_rate=0)
    assert seen_when_paused == [[], ["thread"]]


def test_the_page_learns_which_threads_wait_for_what() -> None:
    reader = Reader(steps=0)

    def program(library: Library) -> None:
        lock = library.threading.Lock()
        lock.acquire()
        library.threading.Thread(target=lock.acquire, name="waits", daemon=True).start()
        library.threading.Thread(target=kernel.compute, args=(200,), name="runs").start()
        kernel.set_timer(10, stepping.pause)
        library.time.sleep(0.1)
        lock.release()

    run(program)
    (state,) = reader.states
    assert state["phase"] == "inside"
    waiting = {entry["name"]: entry["reason"] for entry in state["waiting"]["entries"]}
    assert waiting == {"MainThread": "sleep", "waits": "lock"}
    assert state["waiting"]["count"] == 2
    assert [entry["name"] for entry in state["running"]["entries"]] == ["runs"]


def test_a_pause_before_the_first_line_is_reported_with_the_phase_before() -> None:
    reader = Reader(steps=0)
    kernel.set_timer(10, stepping.pause)
    assert run(lambda _: "over", compile_ms=100) == "over"
    (state,) = reader.states
    assert (state["phase"], state["running"]["count"], state["last"]) == ("before", 0, None)


def test_the_end_of_the_program_ends_stepping() -> None:
    Reader()
    run(lambda library: library.time.sleep(0.1), paused=True)
    assert kernel._state == "running"
    stepping.step()
    assert kernel._state == "running"


# --- event loops ----------------------------------------------------------------------------------


@pytest.fixture
def _on_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let event loops use the threads and the clock of the worker."""
    threading = Library().threading
    monkeypatch.setattr(base_events, "threading", threading)
    monkeypatch.setattr(base_events, "time", clock)


def _run_loop(main: Callable[[], Any], *, paused: bool = False) -> Any:
    def program(_: Library) -> Any:
        with asyncio.Runner(loop_factory=event_loop.BrowserEventLoop) as runner:
            return runner.run(main())

    return run(program, paused=paused)


@pytest.mark.usefixtures("_on_the_worker")
def test_an_event_loop_waits_for_its_timers() -> None:
    async def main() -> list[float]:
        started = kernel.now()
        await asyncio.sleep(2)
        async with asyncio.TaskGroup() as group:
            for seconds in (3, 1, 2):
                group.create_task(asyncio.sleep(seconds))
        return [kernel.now() - started]

    assert _run_loop(main) == [5000]


@pytest.mark.usefixtures("_on_the_worker")
def test_another_thread_wakes_an_event_loop() -> None:
    def program(library: Library) -> float:
        async def main() -> float:
            loop, done = asyncio.get_running_loop(), asyncio.Event()

            def work() -> None:
                library.time.sleep(1)
                loop.call_soon_threadsafe(done.set)

            library.start(work)
            await done.wait()
            now: float = library.time.monotonic()
            return now

        with asyncio.Runner(loop_factory=event_loop.BrowserEventLoop) as runner:
            return runner.run(main())

    assert run(program) == START + 1


@pytest.mark.usefixtures("_on_the_worker")
def test_a_step_of_an_event_loop_is_one_callback() -> None:
    reader = Reader()
    seen: list[str] = []
    lengths: list[int] = []
    reader.look = lambda: lengths.append(len(seen))

    async def work(name: str) -> None:
        for number in range(2):
            seen.append(f"{name}{number}")
            await asyncio.sleep(0)

    async def main() -> None:
        await asyncio.gather(work("a"), work("b"))

    _run_loop(main, paused=True)
    assert seen == ["a0", "b0", "a1", "b1"]
    assert max(after - before for before, after in itertools.pairwise(lengths)) == 1
    called = [
        (state["next"]["kind"], state["next"]["name"]) for state in reader.states if state["next"]
    ]
    assert {kind for kind, _ in called} >= {"start", "resume"}


@pytest.mark.usefixtures("_on_the_worker")
def test_a_resumed_event_loop_runs_to_its_end_without_a_pause() -> None:
    reader = Reader(steps=2)

    async def main() -> str:
        for _ in range(10):
            await asyncio.sleep(0.01)
        return "done"

    assert _run_loop(main, paused=True) == "done"
    assert len(reader.states) == 3


@pytest.mark.usefixtures("_on_the_worker")
def test_the_page_learns_which_tasks_wait_and_when_timers_end() -> None:
    reader = Reader(steps=0)

    async def wait(event: asyncio.Event) -> None:
        await event.wait()

    async def main() -> None:
        event = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            group.create_task(wait(event), name="waits")
            group.create_task(asyncio.sleep(5), name="sleeps")
            await asyncio.sleep(0.1)
            kernel.post(stepping.pause)
            await asyncio.sleep(1)
            event.set()

    _run_loop(main)
    (state,) = reader.states
    assert [entry["name"] for entry in state["waiting"]["entries"]] == ["waits"]
    # The main task has 1 s left, and `sleeps` 4.9 s of its 5 s.
    timers = [(entry["kind"], entry["name"], entry["in"]) for entry in state["timers"]["entries"]]
    assert [(kind, left) for kind, _, left in timers] == [("wake", 1000), ("wake", 4900)]
    assert timers[1][1] == "sleeps"
    assert state["phase"] == "inside"
    assert scheduler.thread_count() == 1


def test_nothing_is_paused_before_a_program_begins_or_after_it_has_ended() -> None:
    stepping.pause()
    assert not kernel.is_paused()
    assert run(lambda _: "over") == "over"
    stepping.pause()
    assert not kernel.is_paused()
