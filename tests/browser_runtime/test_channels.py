"""Tests of pipes and semaphores that only one process uses, so that the broker never sees them."""

import importlib
import itertools
from typing import Any

import pytest

from tests.browser_runtime.harness import Library, run, scheduler

channels: Any = importlib.import_module("browser_runtime.processes.channels")
semaphores: Any = importlib.import_module("browser_runtime.processes.semaphores")

# The kinds of `_multiprocessing.SemLock`. Its other arguments are the value, the maximum, the name,
# and whether to delete the name.
_RECURSIVE_MUTEX, _SEMAPHORE = range(2)


@pytest.fixture(autouse=True)
def _broker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Number semaphores in place of the broker, which these tests do not have."""
    numbers = itertools.count(1)
    monkeypatch.setattr(semaphores.broker, "number", lambda: next(numbers), raising=False)


def open_pipe() -> tuple[int, int]:
    """Return the handles of the reader and of the writer of a new channel."""
    channel = channels.Channel()
    return channels.add(channel, None), channels.add(None, channel)


# --- channels -------------------------------------------------------------------------------------


def test_messages_arrive_in_order_until_the_writer_closes() -> None:
    def program(_: Library) -> list[bytes]:
        reader, writer = open_pipe()
        for message in (b"first", b"second"):
            channels.writing(writer).send(message)
        channels.close(writer)
        received = [channels.reading(reader).receive() for _ in range(2)]
        with pytest.raises(EOFError):
            channels.reading(reader).receive()
        return received

    assert run(program) == [b"first", b"second"]


def test_a_reader_waits_until_a_message_is_sent() -> None:
    def program(library: Library) -> tuple[bytes, float]:
        reader, writer = open_pipe()

        def send() -> None:
            library.time.sleep(2)
            channels.writing(writer).send(b"late")

        start = library.time.monotonic()
        library.start(send)
        return channels.reading(reader).receive(), library.time.monotonic() - start

    message, seconds = run(program)
    assert message == b"late"
    assert seconds == pytest.approx(2)


def test_a_sender_waits_while_a_channel_is_full() -> None:
    def program(library: Library) -> list[str]:
        reader, writer = open_pipe()
        order: list[str] = []

        def send() -> None:
            # A channel is full when it contains more than 64 KiB.
            channels.writing(writer).send(b"x" * 100_000)
            order.append("sent")

        thread = library.threading.Thread(target=send)
        thread.start()
        library.time.sleep(1)
        order.append("received")
        channels.reading(reader).receive()
        thread.join()
        return order

    assert run(program) == ["received", "sent"]


def test_sending_without_a_reader_fails() -> None:
    def program(_: Library) -> None:
        reader, writer = open_pipe()
        channels.close(reader)
        with pytest.raises(BrokenPipeError):
            channels.writing(writer).send(b"lost")

    run(program)


def test_select_returns_the_handles_that_can_be_read() -> None:
    def program(library: Library) -> list[list[int]]:
        pipes = [open_pipe() for _ in range(3)]
        readers = [reader for reader, _ in pipes]
        found = [channels.select(readers, 0), channels.select(readers, 1)]

        def send() -> None:
            library.time.sleep(1)
            channels.writing(pipes[1][1]).send(b"message")

        library.start(send)
        found.append(channels.select(readers, None))
        channels.close(pipes[2][1])
        found.append(channels.select(readers, 0))
        return [[readers.index(handle) for handle in handles] for handles in found]

    assert run(program) == [[], [], [1], [1, 2]]


def test_a_closed_handle_and_the_handle_of_a_writer_cannot_be_read() -> None:
    def program(_: Library) -> None:
        reader, writer = open_pipe()
        channels.close(reader)
        channels.close(reader)
        with pytest.raises(OSError, match="Bad file descriptor"):
            channels.reading(reader)
        with pytest.raises(OSError, match="Bad file descriptor"):
            channels.reading(writer)

    run(program)


# --- semaphores -----------------------------------------------------------------------------------


def test_waiting_for_a_semaphore_ends_with_the_timeout_or_when_it_is_released() -> None:
    def program(library: Library) -> list[bool]:
        semaphore = semaphores.SemLock(_SEMAPHORE, 1, 1, "", True)
        results: list[bool] = [semaphore.acquire(), semaphore.acquire(False)]

        def wait() -> None:
            results.append(semaphore.acquire(True, 0.1))
            results.append(semaphore.acquire())

        thread = library.threading.Thread(target=wait)
        thread.start()
        library.time.sleep(0.5)
        semaphore.release()
        thread.join()
        return results

    assert run(program) == [True, False, False, True]


def test_a_recursive_lock_counts_how_often_it_was_acquired() -> None:
    def program(_: Library) -> list[int]:
        lock = semaphores.SemLock(_RECURSIVE_MUTEX, 1, 1, "", True)
        counts = []
        for change in (lock.acquire, lock.acquire, lock.release, lock.release):
            change()
            counts.append(lock._count())
        with pytest.raises(AssertionError, match="not owned by thread"):
            lock.release()
        return counts

    assert run(program) == [1, 2, 1, 0]


def test_a_semaphore_cannot_exceed_its_maximum() -> None:
    def program(_: Library) -> None:
        semaphore = semaphores.SemLock(_SEMAPHORE, 1, 1, "", True)
        with pytest.raises(ValueError, match="released too many times"):
            semaphore.release()

    run(program)


def test_waiting_for_a_semaphore_that_no_thread_can_release_is_a_deadlock() -> None:
    def program(_: Library) -> None:
        semaphore = semaphores.SemLock(_SEMAPHORE, 0, 1, "", True)
        semaphore.acquire()

    with pytest.raises(scheduler.DeadlockError):
        run(program)
