"""`PyThreadState_SetAsyncExc` raises exceptions in other threads, as on CPython."""

import asyncio
import ctypes
from collections.abc import Callable
from typing import Any

import pytest

from tests.browser_runtime.harness import (
    Library,
    async_exceptions,
    event_loop,
    kernel,
    locks,
    queues,
    run,
    scheduler,
)


class KillError(Exception):
    """What the tests raise in other threads."""


@pytest.fixture
def set_exception(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return `PyThreadState_SetAsyncExc`, as a program gets it from `ctypes`."""
    # `adapt` replaces this method; after the test, pytest restores it.
    monkeypatch.setattr(ctypes.CDLL, "__getitem__", ctypes.CDLL.__getitem__)
    async_exceptions.adapt(ctypes)
    return ctypes.PyDLL(None).PyThreadState_SetAsyncExc


def _kill(set_exception: Any, ident: int, exception: object = KillError) -> int:
    """Request an exception in a thread; return in how many threads it will be raised."""
    changed: int = set_exception(ctypes.c_long(ident), ctypes.py_object(exception))
    return changed


def _kill_self(set_exception: Any, exception: object = KillError) -> None:
    """Request an exception in the running thread, which then computes for up to 0.9 ms."""
    assert _kill(set_exception, scheduler.get_ident(), exception) == 1
    for _ in range(9):
        kernel.compute(0.1)


def test_the_function_is_an_attribute_and_an_item_of_each_library_and_converts_its_arguments(
    set_exception: Any,
) -> None:
    # No thread has the number 99.
    def program(_: Library) -> None:
        library = ctypes.PyDLL(None)
        typed = library["PyThreadState_SetAsyncExc"]
        typed.argtypes = (ctypes.c_ulong, ctypes.py_object)
        assert typed.__name__ == set_exception.__name__ == "PyThreadState_SetAsyncExc"
        assert ctypes.CDLL(None).PyThreadState_SetAsyncExc(ctypes.c_ulong(99), None) == 0
        assert typed(99, KillError) == 0
        with pytest.raises(ctypes.ArgumentError):
            typed("1", KillError)
        assert library.Py_IsInitialized() == 1

    run(program)


def test_the_function_returns_how_many_threads_it_has_found(set_exception: Any) -> None:
    def program(library: Library) -> list[int]:
        thread = library.threading.Thread(target=library.time.sleep, args=(1,))
        thread.start()
        found = [_kill(set_exception, ident) for ident in (0, -1, 99, thread.ident)]
        assert set_exception(ctypes.c_long(thread.ident), None) == 1
        thread.join()
        return [*found, _kill(set_exception, thread.ident)]

    assert run(program) == [0, 0, 0, 1, 0]


def test_a_thread_that_computes_raises_the_exception(set_exception: Any) -> None:
    def program(library: Library) -> list[object]:
        seen: list[object] = []

        def work() -> None:
            try:
                while True:
                    kernel.compute(1)
            except KillError as error:
                seen.append(repr(error))
            finally:
                seen.append("cleaned up")

        ident = library.start(work)
        library.time.sleep(0.02)
        assert _kill(set_exception, ident) == 1
        library.time.sleep(0.02)
        assert scheduler.thread_count() == 1
        return seen

    assert run(program) == ["KillError()", "cleaned up"]


@pytest.mark.parametrize("can_suspend", [True, False])
def test_a_thread_can_raise_the_exception_in_itself(set_exception: Any, can_suspend: bool) -> None:
    def program(_: Library) -> float:
        kernel.can_suspend = can_suspend
        started = kernel.now()
        with pytest.raises(KillError):
            _kill_self(set_exception)
        return kernel.now() - started

    assert run(program) == pytest.approx(0.1)


def _waits(library: Library) -> dict[str, Callable[[], object]]:
    """Return calls that each wait for two seconds."""
    lock, reentrant, items = locks.Lock(), locks.RLock(), queues.SimpleQueue()
    never_released = locks.Lock()
    never_released.acquire()
    event = library.threading.Event()

    def hold() -> None:
        with lock, reentrant:
            library.time.sleep(2)
        items.put(0)
        event.set()

    library.start(hold)
    sleeper = library.threading.Thread(target=library.time.sleep, args=(2,))
    sleeper.start()
    library.time.sleep(0)
    return {
        "sleep": lambda: library.time.sleep(2),
        "lock": lock.acquire,
        "lock that is not released in time": lambda: never_released.acquire(timeout=2),
        "reentrant lock": reentrant.acquire,
        "queue": items.get,
        "empty queue": lambda: queues.SimpleQueue().get(timeout=2),
        "event": event.wait,
        "join": sleeper.join,
        "event loop": lambda: event_loop._Selector().select(2),
    }


@pytest.mark.parametrize(
    "name",
    [
        *("sleep", "lock", "lock that is not released in time", "reentrant lock", "queue"),
        *("empty queue", "event", "join", "event loop"),
    ],
)
@pytest.mark.parametrize("clock_rate", [0, 1])
def test_a_thread_that_waits_raises_the_exception_after_the_wait(
    set_exception: Any, name: str, clock_rate: float
) -> None:
    def program(library: Library) -> list[object]:
        seen: list[object] = []
        wait = _waits(library)[name]
        started = library.time.monotonic()

        def work() -> None:
            try:
                wait()
                seen.append("the next line")
            except KillError:
                seen.append(round(library.time.monotonic() - started, 6))

        ident = library.start(work)
        library.time.sleep(1)
        assert _kill(set_exception, ident) == 1
        library.time.sleep(2)
        return seen

    assert run(program, clock_rate=clock_rate) == [2]


@pytest.mark.parametrize("kind", [locks.Lock, locks.RLock])
def test_a_lock_is_held_if_the_exception_follows_its_acquisition(
    set_exception: Any, kind: Callable[[], Any]
) -> None:
    def program(library: Library) -> list[bool]:
        lock, seen = kind(), []
        lock.acquire()

        def work() -> None:
            with pytest.raises(KillError):
                lock.acquire()
            seen.append(lock.locked())
            lock.release()
            seen.append(lock.locked())

        ident = library.start(work)
        library.time.sleep(1)
        _kill(set_exception, ident)
        lock.release()
        library.time.sleep(1)
        return seen

    assert run(program) == [True, False]


def test_the_runtime_is_not_left_in_the_middle_of_an_update(set_exception: Any) -> None:
    def program(library: Library) -> list[object]:
        lock = locks.Lock()
        seen: list[object] = []
        lock.acquire()

        def work() -> None:
            try:
                with lock:  # Calls `acquire` within the runtime.
                    seen.append("acquired")
                    kernel.compute(9)
                    seen.append("too late")
            except KillError:
                seen.append(lock.locked())

        ident = library.start(work)
        library.time.sleep(1)
        _kill(set_exception, ident)
        lock.release()
        library.time.sleep(1)
        return seen

    assert run(program) == ["acquired", False]


def test_a_request_can_be_replaced_or_withdrawn_and_is_met_only_once(set_exception: Any) -> None:
    def program(library: Library) -> list[object]:
        seen: list[object] = []

        def work(name: str) -> None:
            try:
                library.time.sleep(2)
                kernel.compute(50)
                library.time.sleep(2)
                seen.append(name)
            except Exception as error:
                seen.append(type(error))
                library.time.sleep(2)
                kernel.compute(50)
                seen.append("once")

        replaced = library.start(work, "replaced")
        withdrawn = library.start(work, "withdrawn")
        library.time.sleep(1)
        for ident in (replaced, withdrawn):
            assert _kill(set_exception, ident, ValueError) == 1
        assert _kill(set_exception, replaced) == 1
        assert set_exception(ctypes.c_long(withdrawn), None) == 1
        library.time.sleep(9)
        assert scheduler._state.requested == {}
        return seen

    assert run(program) == [KillError, "withdrawn", "once"]


def test_an_object_that_is_not_an_exception_class_raises_a_system_error(set_exception: Any) -> None:
    def program(_: Library) -> list[str]:
        messages: list[str] = []
        for wrong in (KillError(3), None, 7):
            with pytest.raises(SystemError) as error:
                _kill_self(set_exception, wrong)
            messages.append(str(error.value))
        return messages

    assert run(program) == [
        f"_PyErr_SetObject: exception {wrong} is not a BaseException subclass"
        for wrong in ("KillError(3)", "None", "7")
    ]


def test_a_program_begins_without_requests_of_the_previous_one(set_exception: Any) -> None:
    def leave_requests(library: Library) -> None:
        _kill(set_exception, library.start(library.time.sleep, 0.001))
        _kill(set_exception, scheduler.MAIN)
        raise KillError

    def program(_: Library) -> None:
        kernel.compute(100)

    with pytest.raises(KillError):
        run(leave_requests)
    run(program)


def test_ctrl_c_arrives_before_the_exception(set_exception: Any) -> None:
    def program(library: Library) -> list[type]:
        seen: list[type] = []
        main = scheduler.get_ident()
        library.start(lambda: _kill(set_exception, main))
        kernel.set_timer(1000, kernel.interrupt)
        try:
            try:
                library.time.sleep(5)
            except KeyboardInterrupt:
                seen.append(KeyboardInterrupt)
                kernel.compute(50)
        except KillError:
            seen.append(KillError)
        return seen

    assert run(program) == [KeyboardInterrupt, KillError]


def test_a_thread_that_runs_an_event_loop_raises_the_exception(set_exception: Any) -> None:
    def program(library: Library) -> float:
        main = scheduler.get_ident()

        def kill() -> None:
            library.time.sleep(1)
            _kill(set_exception, main)

        library.start(kill)
        loop = event_loop.BrowserEventLoop()
        loop.time = library.time.monotonic  # type: ignore[method-assign]
        with pytest.raises(KillError):
            loop.run_until_complete(asyncio.sleep(3))
        loop.close()
        now: float = library.time.monotonic()
        return now

    started = kernel.monotonic_ns() / 1e9
    assert run(program) == pytest.approx(started + 3)
